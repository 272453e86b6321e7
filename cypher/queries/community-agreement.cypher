// title: Agreement, community by community
// question: How much of each community of one partition stays together in another, and where?
// param a = "leiden-playlists": one partition
// param b = "kmeans-cae_12x15": another
// param limit = 50: how many to show
// columns: community, title, songs, parts, most_in, shared, purity
// embedded: yes

MATCH (x:Community {partition: $a})<-[:IN_COMMUNITY]-(s:Song)
MATCH (s)-[:IN_COMMUNITY]->(y:Community {partition: $b})
WITH x, y, count(s) AS part
WITH x, count(y) AS parts, max(part) AS largest, sum(1.0 * part) AS songs
MATCH (x)<-[:IN_COMMUNITY]-(s:Song)
MATCH (s)-[:IN_COMMUNITY]->(y:Community {partition: $b})
WITH x, parts, largest, songs, y, count(s) AS part
WHERE part = largest
RETURN x.label AS community, x.title AS title, x.size AS songs, parts, min(y.title) AS most_in,
       largest AS shared,
       round(largest / songs, 4) AS purity
ORDER BY purity DESC, songs DESC, community
LIMIT $limit
