// title: Partitions
// question: Which partitions are there, how good is each, and of what is it?
// columns: partition, algorithm, of, songs, communities, modularity, resolution, seed, created_at
// embedded: yes

MATCH (p:Partition)
OPTIONAL MATCH (p)-[:OF]->(n)
RETURN p.name AS `partition`, p.algorithm AS algorithm, n.name AS `of`, p.songs AS songs,
       p.communities AS communities, p.modularity AS modularity, p.resolution AS resolution,
       p.seed AS seed, p.created_at AS created_at
ORDER BY `partition`
