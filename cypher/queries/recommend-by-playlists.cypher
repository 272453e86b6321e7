// title: Recommended by playlists
// question: Which songs do people put together with this one, most often first?
// param song = "file:wesnoth-1.16-music/knolls.png": the song's id
// param limit = 20: how many to show
// columns: song, title, artist, playlists
// embedded: yes

MATCH (s:Song {id: $song})<-[:CONTAINS]-(p:Playlist)-[:CONTAINS]->(other:Song)
WHERE other.id <> $song AND NOT p.id STARTS WITH 'generated:'
RETURN other.id AS song, other.title AS title, other.artist AS artist,
       count(DISTINCT p) AS playlists
ORDER BY playlists DESC, song
LIMIT $limit
