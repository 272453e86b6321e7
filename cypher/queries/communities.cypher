// title: Communities of a partition
// question: How large are the communities of a partition, and what are they called?
// param partition = "leiden-playlists": the partition
// param limit = 50: how many to show
// columns: label, title, songs
// embedded: yes

MATCH (c:Community {partition: $partition})
RETURN c.label AS label, c.title AS title, c.size AS songs
ORDER BY label
LIMIT $limit
