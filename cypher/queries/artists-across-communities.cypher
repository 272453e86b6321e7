// title: Artists across communities
// question: Which artists are spread over the most communities?
// param partition = "leiden-playlists": the partition
// param limit = 20: how many to show
// columns: artist, communities, songs
// embedded: yes

MATCH (s:Song)-[:IN_COMMUNITY]->(c:Community {partition: $partition})
WHERE s.artist IS NOT NULL
RETURN s.artist AS artist, count(DISTINCT c.label) AS communities, count(s) AS songs
ORDER BY communities DESC, songs DESC, artist
LIMIT $limit
