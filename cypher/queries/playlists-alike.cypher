// title: Playlists alike
// question: Which playlists hold most of the songs of this one, and few others?
// param playlist = "file:playlists.csv#wesnoth/Delfadors_Memoirs/11_Wasteland": the playlist's id
// param limit = 20: how many to show
// columns: playlist, name, shared, jaccard
// embedded: yes

MATCH (p:Playlist {id: $playlist})-[:CONTAINS]->(s:Song)
MATCH (s)<-[:CONTAINS]-(q:Playlist)
WHERE q.id <> $playlist AND NOT q.id STARTS WITH 'generated:'
WITH p, q, count(s) AS shared
WITH q, shared, COUNT { MATCH (p)-[:CONTAINS]->() } AS own,
     COUNT { MATCH (q)-[:CONTAINS]->() } AS others
RETURN q.id AS playlist, q.name AS name, shared,
       round(1.0 * shared / (own + others - shared), 4) AS jaccard
ORDER BY jaccard DESC, shared DESC, playlist
LIMIT $limit
