// Bridges between two communities
// Which songs tie two communities by sharing playlists across them?
// Here the largest community, and the one with most bridges to it.
MATCH (a:Community {partition: 'leiden-playlists', label: 0})<-[:IN_COMMUNITY]-(:Song)
      -[:SHARES_PLAYLISTS {network: 'playlists'}]-(:Song)-[:IN_COMMUNITY]->(b:Community)
WHERE b.partition = a.partition AND b <> a
WITH a, b, count(*) AS bridges
ORDER BY bridges DESC, b.id
LIMIT 1
MATCH (a)<-[of_a:IN_COMMUNITY]-(x:Song)-[bridge:SHARES_PLAYLISTS {network: 'playlists'}]-(y:Song)
MATCH (y)-[of_b:IN_COMMUNITY]->(b)
RETURN a, of_a, x, bridge, y, of_b, b
ORDER BY bridge.playlists DESC, x.id, y.id
LIMIT 40
