// title: A song's communities
// question: Which community is this song in, in each partition?
// param song = "file:wesnoth-1.16-music/knolls.png": the song's id
// columns: partition, community, title, songs
// embedded: yes

MATCH (s:Song {id: $song})-[:IN_COMMUNITY]->(c:Community)
RETURN c.partition AS `partition`, c.label AS community, c.title AS title, c.size AS songs
ORDER BY `partition`
