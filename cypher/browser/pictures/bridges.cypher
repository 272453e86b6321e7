// Bridges between two communities
// Which songs of two communities share playlists? Here the two with most bridges between them.
MATCH (a:Community {partition: 'leiden-playlists'})<-[:IN_COMMUNITY]-(:Song)
      -[:SHARES_PLAYLISTS {network: 'playlists'}]->(:Song)-[:IN_COMMUNITY]->
      (b:Community {partition: 'leiden-playlists'})
WHERE a <> b
WITH a, b, count(*) AS bridges
ORDER BY bridges DESC, a.id, b.id
LIMIT 1
MATCH (a)<-[of_a:IN_COMMUNITY]-(x:Song)-[bridge:SHARES_PLAYLISTS {network: 'playlists'}]-(y:Song)
MATCH (y)-[of_b:IN_COMMUNITY]->(b)
RETURN a, of_a, x, bridge, y, of_b, b
ORDER BY bridge.playlists DESC, x.id, y.id
LIMIT 40
