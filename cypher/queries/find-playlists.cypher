// title: Find playlists
// question: Which playlists have these letters in their name?
// param words = "desert": letters of the name, upper or lower case
// param limit = 20: how many to show
// columns: playlist, name, songs
// embedded: yes

MATCH (p:Playlist)
WHERE toLower(p.name) CONTAINS toLower($words)
WITH p ORDER BY p.name, p.id LIMIT $limit
RETURN p.id AS playlist, p.name AS name, COUNT { MATCH (p)-[:CONTAINS]->() } AS songs
ORDER BY name, playlist
