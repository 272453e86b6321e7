// title: Songs of a community
// question: Which songs are at the heart of a community, tied most to its other songs?
// param partition = "leiden-playlists": the partition
// param community = 0: the community's number
// param network = "playlists": the playlist network
// param limit = 20: how many to show
// columns: song, title, artist, neighbours, weight
// embedded: yes

// DISTINCT in between: Ladybug 0.22 would plan all as one join that counts edges twice.
MATCH (c:Community {partition: $partition})<-[:IN_COMMUNITY]-(s:Song)
WHERE c.label = $community
WITH DISTINCT s
MATCH (s)-[e:SHARES_PLAYLISTS {network: $network}]-(o:Song)
MATCH (o)-[:IN_COMMUNITY]->(d:Community {partition: $partition})
WHERE d.label = $community
RETURN s.id AS song, s.title AS title, s.artist AS artist, count(e) AS neighbours,
       round(sum(e.weight), 4) AS weight
ORDER BY weight DESC, neighbours DESC, song
LIMIT $limit
