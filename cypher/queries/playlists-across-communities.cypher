// title: Playlists across communities
// question: Which playlists span the most communities of a partition?
// param partition = "leiden-playlists": the partition
// param limit = 20: how many to show
// columns: playlist, name, communities, songs
// embedded: yes

MATCH (p:Playlist)-[:CONTAINS]->(s:Song)-[:IN_COMMUNITY]->(c:Community {partition: $partition})
WHERE NOT p.id STARTS WITH 'generated:'
RETURN p.id AS playlist, p.name AS name, count(DISTINCT c) AS communities,
       count(DISTINCT s) AS songs
ORDER BY communities DESC, playlist
LIMIT $limit
