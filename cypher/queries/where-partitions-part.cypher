// title: Where two partitions part
// question: Which communities of one partition meet which of another, and with how many songs?
// param a = "leiden-playlists": one partition
// param b = "kmeans-cae_12x15": another
// param limit = 50: how many to show
// columns: a_title, b_title, songs
// embedded: yes

MATCH (x:Community {partition: $a})<-[:IN_COMMUNITY]-(s:Song)
MATCH (s)-[:IN_COMMUNITY]->(y:Community {partition: $b})
RETURN x.title AS a_title, y.title AS b_title, count(s) AS songs
ORDER BY songs DESC, a_title, b_title
LIMIT $limit
