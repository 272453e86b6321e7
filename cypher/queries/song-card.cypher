// title: A song's card
// question: What does the graph know of this song?
// param song = "file:wesnoth-1.16-music/knolls.png": the song's id
// param network = "playlists": the playlist network whose neighbours are counted
// param sound = "sound-cae_12x15": the sound network in which it is looked for
// columns: song, title, artist, album, released, label, seconds, playlists, neighbours, alike_to, partitions
// embedded: yes

// Alike to: among the sound-alikes of how many others it is.
MATCH (s:Song {id: $song})
OPTIONAL MATCH (s)<-[:CONTAINS]-(p:Playlist)
WHERE NOT p.id STARTS WITH 'generated:'
WITH s, count(p) AS playlists
RETURN s.id AS song, s.title AS title, s.artist AS artist, s.album AS album, s.released AS released,
       s.label AS label, round(s.duration_ms / 1000.0, 1) AS seconds, playlists,
       COUNT { MATCH (s)-[:SHARES_PLAYLISTS {network: $network}]-() } AS neighbours,
       COUNT { MATCH (s)<-[:SOUNDS_LIKE {network: $sound}]-() } AS alike_to,
       COUNT { MATCH (s)-[:IN_COMMUNITY]->() } AS partitions
