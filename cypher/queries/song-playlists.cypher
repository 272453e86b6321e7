// title: A song's playlists
// question: Which playlists hold this song, and where in them?
// param song = "file:wesnoth-1.16-music/knolls.png": the song's id
// param limit = 50: how many to show
// columns: playlist, name, position, songs
// embedded: yes

MATCH (s:Song {id: $song})<-[e:CONTAINS]-(p:Playlist)
WITH p, e.position AS position ORDER BY p.name, p.id LIMIT $limit
RETURN p.id AS playlist, p.name AS name, position, COUNT { MATCH (p)-[:CONTAINS]->() } AS songs
ORDER BY name, playlist
