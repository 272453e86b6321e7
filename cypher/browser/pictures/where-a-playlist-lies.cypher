// Where a playlist lies
// Which communities do the songs of a playlist fall into?
// Here the one of the hundred longest that spans most. For another: MATCH (playlist:Playlist {name: '...'})
MATCH (playlist:Playlist)
WHERE NOT playlist.id STARTS WITH 'generated:'
WITH playlist
ORDER BY COUNT { (playlist)-[:CONTAINS]->() } DESC, playlist.id
LIMIT 100
MATCH (playlist)-[:CONTAINS]->(:Song)-[:IN_COMMUNITY]->(c:Community {partition: 'leiden-playlists'})
WITH playlist, count(DISTINCT c) AS communities
ORDER BY communities DESC, playlist.id
LIMIT 1
MATCH (playlist)-[held:CONTAINS]->(song:Song)-[within:IN_COMMUNITY]->(community:Community {partition: 'leiden-playlists'})
RETURN playlist, held, song, within, community
ORDER BY held.position
LIMIT 100
