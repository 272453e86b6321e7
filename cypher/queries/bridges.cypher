// title: Bridges between communities
// question: Which songs are put together with songs of many communities, not only of their own?
// param partition = "leiden-playlists": the partition
// param network = "playlists": the playlist network
// param limit = 20: how many to show
// columns: song, title, artist, communities, weight, participation
// embedded: yes

// The participation coefficient of Guimera and Amaral (2005): 0 where all goes to one community.
MATCH (s:Song)-[e:SHARES_PLAYLISTS {network: $network}]-(o:Song)
MATCH (o)-[:IN_COMMUNITY]->(c:Community {partition: $partition})
WITH s, c, sum(e.weight) AS part
WITH s, count(c) AS communities, sum(part) AS weight, sum(part * part) AS squares
WHERE weight > 0
RETURN s.id AS song, s.title AS title, s.artist AS artist, communities, round(weight, 4) AS weight,
       round(1 - squares / (weight * weight), 4) AS participation
ORDER BY participation DESC, weight DESC, song
LIMIT $limit
