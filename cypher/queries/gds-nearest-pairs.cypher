// title: Nearest pairs by Graph Data Science
// question: Which two songs are nearest in an encoder's vectors, of all songs, without a network?
// param encoder = "cae_12x15": the encoder
// param neighbours = 10: how many neighbours of each song are looked for
// param limit = 20: how many to show
// columns: song, title, other, other_title, similarity
// embedded: no
// needs: gds

// The projection lives in the server's memory under a name of its own and is dropped at the end;
// after an error CALL gds.graph.list() shows it and CALL gds.graph.drop(NAME) drops it.
// The neighbours are approximate; GDS gives (1 + cosine) / 2.
MATCH (n:Encoder {name: $encoder})
MATCH (s:Song)
WHERE any(x IN s[$encoder] WHERE x <> 0)
WITH n, gds.graph.project('songnet-' + randomUUID(), s, null,
  {sourceNodeProperties: {vector: s[$encoder]}, targetNodeProperties: null}) AS g
CALL gds.knn.stream(g.graphName, {
  nodeProperties: {vector: 'COSINE'}, topK: $neighbours, sampleRate: 1.0, deltaThreshold: 0.0,
  randomSeed: 0, concurrency: 1
}) YIELD node1, node2, similarity
WITH g.graphName AS graph, collect({
  one: gds.util.asNode(node1), other: gds.util.asNode(node2), similarity: 2 * similarity - 1
}) AS pairs
CALL gds.graph.drop(graph) YIELD graphName
UNWIND pairs AS pair
WITH pair.one AS a, pair.other AS b, pair.similarity AS similarity
WITH CASE WHEN a.id < b.id THEN a ELSE b END AS a, CASE WHEN a.id < b.id THEN b ELSE a END AS b,
     similarity
WITH a, b, round(max(similarity), 4) AS similarity
RETURN a.id AS song, a.title AS title, b.id AS other, b.title AS other_title, similarity
ORDER BY similarity DESC, song, other
LIMIT $limit
