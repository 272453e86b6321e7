// title: Popular songs
// question: Which songs are in the most playlists?
// param limit = 20: how many to show
// columns: song, title, artist, playlists
// embedded: yes

MATCH (s:Song)<-[:CONTAINS]-(p:Playlist)
WHERE NOT p.id STARTS WITH 'generated:'
WITH s, count(p) AS playlists
RETURN s.id AS song, s.title AS title, s.artist AS artist, playlists
ORDER BY playlists DESC, song
LIMIT $limit
