// title: Leiden by Graph Data Science
// question: Which communities does Graph Data Science find in a playlist network, and which of ours is each most like?
// param network = "playlists": the playlist network
// param partition = "leiden-playlists": the partition to hold them against
// param resolution = 1.0: higher gives smaller communities
// param limit = 50: how many to show
// columns: songs, first, title, shared
// embedded: no
// needs: gds

// The projection lives in the server's memory under a name of its own and is dropped at the end;
// after an error CALL gds.graph.list() shows it and CALL gds.graph.drop(NAME) drops it.
MATCH (n:Network {name: $network})
MATCH (a:Song)-[e:SHARES_PLAYLISTS {network: $network}]->(b:Song)
WITH n, gds.graph.project('songnet-' + randomUUID(), a, b,
  {relationshipProperties: {weight: e.weight}}, {undirectedRelationshipTypes: ['*']}) AS g
CALL gds.leiden.stream(g.graphName, {
  relationshipWeightProperty: 'weight', gamma: $resolution, randomSeed: 0, concurrency: 1
}) YIELD nodeId, communityId
WITH g.graphName AS graph, collect({song: gds.util.asNode(nodeId), found: communityId}) AS members
CALL gds.graph.drop(graph) YIELD graphName
UNWIND members AS member
WITH member.song AS s, member.found AS found
OPTIONAL MATCH (s)-[:IN_COMMUNITY]->(c:Community {partition: $partition})
WITH found, c, count(s) AS part, min(s.id) AS first
ORDER BY c IS NULL, part DESC, c.label
WITH found, sum(part) AS songs, min(first) AS first,
     head(collect({title: c.title, part: part})) AS most
RETURN songs, first, most.title AS title,
       CASE WHEN most.title IS NULL THEN 0 ELSE most.part END AS shared
ORDER BY songs DESC, first
LIMIT $limit
