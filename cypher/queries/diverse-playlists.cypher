// title: Diverse playlists
// question: Which playlists mix communities most evenly?
// param partition = "leiden-playlists": the partition
// param at_least = 5: songs of the partition that a playlist must have
// param limit = 20: how many to show
// columns: playlist, name, songs, communities, effective
// embedded: yes

// Effective: 2 to the entropy in bits, the number of equally large communities as mixed as these.
MATCH (p:Playlist)-[:CONTAINS]->(s:Song)
WHERE NOT p.id STARTS WITH 'generated:'
MATCH (s)-[:IN_COMMUNITY]->(c:Community {partition: $partition})
WITH p, c, count(s) AS part
WITH p, count(c) AS communities, sum(1.0 * part) AS all_parts,
     sum(part * log(part) / log(2)) AS bits
WHERE all_parts >= $at_least
WITH p, communities, round(2 ^ (log(all_parts) / log(2) - bits / all_parts), 4) AS effective
ORDER BY effective DESC, p.id
LIMIT $limit
RETURN p.id AS playlist, p.name AS name, COUNT { MATCH (p)-[:CONTAINS]->() } AS songs,
       communities, effective
ORDER BY effective DESC, playlist
