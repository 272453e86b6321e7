// title: Generated playlists
// question: Which playlists did songnet make, how, and how long are they?
// param limit = 20: how many to show
// columns: playlist, name, made, songs
// embedded: yes

MATCH (p:Playlist)
WHERE p.id STARTS WITH 'generated:'
WITH p ORDER BY p.id LIMIT $limit
RETURN p.id AS playlist, p.name AS name, p.description AS made,
       COUNT { MATCH (p)-[:CONTAINS]->() } AS songs
ORDER BY playlist
