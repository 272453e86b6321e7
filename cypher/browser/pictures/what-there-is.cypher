// What was computed
// Which partitions are there, and of which network or encoder is each?
MATCH (partition:Partition)-[of:OF]->(origin)
RETURN partition, of, origin
