// title: Artists by community
// question: Which artists make up the communities of a partition?
// param partition = "leiden-playlists": the partition
// param share = 0.1: the least share of a community's songs
// param limit = 100: how many to show
// columns: community, title, artist, songs, share
// embedded: yes

MATCH (c:Community {partition: $partition})<-[:IN_COMMUNITY]-(s:Song)
WHERE s.artist IS NOT NULL
WITH c, s.artist AS artist, count(s) AS songs
WHERE songs >= $share * c.size
RETURN c.label AS community, c.title AS title, artist, songs,
       round(1.0 * songs / c.size, 4) AS share
ORDER BY community, songs DESC, artist
LIMIT $limit
