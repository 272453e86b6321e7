// title: A community's neighbours
// question: Which communities is this one tied to by playlists, and how strongly?
// param partition = "leiden-playlists": the partition
// param community = 0: the community's number
// param network = "playlists": the playlist network
// param limit = 20: how many to show
// columns: community, title, edges, weight
// embedded: yes

// DISTINCT in between: Ladybug 0.22 would plan all as one join that counts edges twice.
MATCH (c:Community {partition: $partition})<-[:IN_COMMUNITY]-(s:Song)
WHERE c.label = $community
WITH DISTINCT s
MATCH (s)-[e:SHARES_PLAYLISTS {network: $network}]-(o:Song)
MATCH (o)-[:IN_COMMUNITY]->(d:Community {partition: $partition})
WHERE d.label <> $community
RETURN d.label AS community, d.title AS title, count(e) AS edges, round(sum(e.weight), 4) AS weight
ORDER BY weight DESC, community
LIMIT $limit
