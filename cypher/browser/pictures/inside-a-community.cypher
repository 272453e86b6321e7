// Inside a community
// How do the songs of one community hang together? Its strongest 80 inner edges.
// Communities are numbered by falling size: label 0 is the largest.
MATCH (community:Community {partition: 'leiden-playlists', label: 0})
MATCH (community)<-[of_a:IN_COMMUNITY]-(a:Song)-[edge:SHARES_PLAYLISTS {network: 'playlists'}]->(b:Song)
MATCH (b)-[of_b:IN_COMMUNITY]->(community)
RETURN community, of_a, a, edge, b, of_b
ORDER BY edge.playlists DESC, a.id, b.id
LIMIT 80
