// title: Communities in sound
// question: Which communities of playlists also sound alike, more than chance would have it?
// param partition = "leiden-playlists": the partition, by playlists
// param network = "sound-cae_12x15": the sound network
// param limit = 50: how many to show
// columns: community, title, songs, inside, expected, times_chance
// embedded: yes

// Inside: the share of its songs' sound-alikes that are its own; expected: by its size alone.
// DISTINCT in between: Ladybug 0.22 would plan all as one join that loses edges.
MATCH (s:Song)-[:SOUNDS_LIKE {network: $network}]->(o:Song)
MATCH (o)-[:IN_COMMUNITY]->(d:Community {partition: $partition})
WITH DISTINCT s, o, d.label AS theirs
MATCH (s)-[:IN_COMMUNITY]->(c:Community {partition: $partition})
WHERE c.size > 1
MATCH (p:Partition {name: $partition})
WITH p, c, count(o) AS edges, count(CASE WHEN theirs = c.label THEN 1 END) AS own
WITH c, 1.0 * own / edges AS inside, 1.0 * (c.size - 1) / (p.songs - 1) AS expected
RETURN c.label AS community, c.title AS title, c.size AS songs, round(inside, 4) AS inside,
       round(expected, 4) AS expected, round(inside / expected, 2) AS times_chance
ORDER BY times_chance DESC, community
LIMIT $limit
