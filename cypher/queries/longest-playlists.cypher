// title: Longest playlists
// question: Which playlists hold the most songs?
// param limit = 20: how many to show
// columns: playlist, name, songs
// embedded: yes

MATCH (p:Playlist)
WHERE NOT p.id STARTS WITH 'generated:'
WITH p, COUNT { MATCH (p)-[:CONTAINS]->() } AS songs
RETURN p.id AS playlist, p.name AS name, songs
ORDER BY songs DESC, playlist
LIMIT $limit
