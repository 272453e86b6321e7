// title: Sound against playlists
// question: For which songs do sound and playlists disagree most: hardly any sound-alike is in their community?
// param partition = "leiden-playlists": the partition, by playlists
// param network = "sound-cae_12x15": the sound network
// param limit = 20: how many to show
// columns: song, title, community, sound_alikes, inside, expected
// embedded: yes

// Expected: how many would be inside if sound-alikes were drawn from all songs of the partition.
// DISTINCT in between: Ladybug 0.22 would plan all as one join that loses edges.
MATCH (s:Song)-[:SOUNDS_LIKE {network: $network}]->(o:Song)
MATCH (o)-[:IN_COMMUNITY]->(d:Community {partition: $partition})
WITH DISTINCT s, o, d.label AS theirs
MATCH (s)-[:IN_COMMUNITY]->(c:Community {partition: $partition})
MATCH (p:Partition {name: $partition})
WITH p, s, c, count(o) AS sound_alikes, count(CASE WHEN theirs = c.label THEN 1 END) AS inside
WHERE p.songs > 1
WITH s, c, sound_alikes, inside,
     round(1.0 * sound_alikes * (c.size - 1) / (p.songs - 1), 4) AS expected
RETURN s.id AS song, s.title AS title, c.title AS community, sound_alikes, inside, expected
ORDER BY inside - expected, song
LIMIT $limit
