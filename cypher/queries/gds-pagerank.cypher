// title: PageRank from a song by Graph Data Science
// question: Which songs does a walk along a playlist network reach most often when it keeps starting again from this one?
// param song = "file:wesnoth-1.16-music/knolls.png": the song's id
// param network = "playlists": the playlist network
// param damping = 0.85: how likely the walk goes on at each step
// param limit = 20: how many to show
// columns: song, title, artist, rank
// embedded: no
// needs: gds

// The projection lives in the server's memory under a name of its own and is dropped at the end;
// after an error CALL gds.graph.list() shows it and CALL gds.graph.drop(NAME) drops it.
MATCH (seed:Song {id: $song})
WHERE EXISTS { (seed)-[:SHARES_PLAYLISTS {network: $network}]-() }
MATCH (a:Song)-[e:SHARES_PLAYLISTS {network: $network}]->(b:Song)
WITH seed, gds.graph.project('songnet-' + randomUUID(), a, b,
  {relationshipProperties: {weight: e.weight}}, {undirectedRelationshipTypes: ['*']}) AS g
CALL gds.pageRank.stream(g.graphName, {
  sourceNodes: [seed], relationshipWeightProperty: 'weight', dampingFactor: $damping,
  maxIterations: 200, tolerance: 1e-9, scaler: 'L1Norm', concurrency: 1
}) YIELD nodeId, score
WITH g.graphName AS graph, collect({song: gds.util.asNode(nodeId), score: score}) AS ranked
CALL gds.graph.drop(graph) YIELD graphName
UNWIND ranked AS one
WITH one.song AS s, round(one.score, 6) AS rank
WHERE s.id <> $song AND rank > 0
RETURN s.id AS song, s.title AS title, s.artist AS artist, rank
ORDER BY rank DESC, song
LIMIT $limit
