// title: Labels by community
// question: Which labels do the songs of each community bear?
// param partition = "kmeans-cae_12x15": the partition
// param share = 0.1: the least share of a community's songs
// param limit = 100: how many to show
// columns: community, title, label, songs, share
// embedded: yes

MATCH (c:Community {partition: $partition})<-[:IN_COMMUNITY]-(s:Song)
WHERE s.label IS NOT NULL
WITH c, s.label AS label, count(s) AS songs
WHERE songs >= $share * c.size
RETURN c.label AS community, c.title AS title, label, songs, round(1.0 * songs / c.size, 4) AS share
ORDER BY community, songs DESC, label
LIMIT $limit
