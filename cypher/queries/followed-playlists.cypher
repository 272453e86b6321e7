// title: Followed playlists
// question: Which playlists are followed by the most people?
// param limit = 20: how many to show
// columns: playlist, name, followers, songs
// embedded: yes

MATCH (p:Playlist)
WHERE p.followers IS NOT NULL AND NOT p.id STARTS WITH 'generated:'
WITH p ORDER BY p.followers DESC, p.id LIMIT $limit
RETURN p.id AS playlist, p.name AS name, p.followers AS followers,
       COUNT { MATCH (p)-[:CONTAINS]->() } AS songs
ORDER BY followers DESC, playlist
