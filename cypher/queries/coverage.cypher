// title: Coverage
// question: How many of the songs are in playlists, in each network and in each partition?
// columns: what, name, songs, share
// embedded: yes

MATCH (s:Song)
WITH count(s) AS all_songs,
     count(CASE WHEN EXISTS {
       MATCH (s)<-[:CONTAINS]-(p:Playlist) WHERE NOT p.id STARTS WITH 'generated:'
     } THEN 1 END) AS listed
RETURN 'playlists' AS what, 'any' AS name, listed AS songs,
       round(CASE WHEN all_songs > 0 THEN 1.0 * listed / all_songs ELSE 0.0 END, 4) AS share
UNION ALL
MATCH (s:Song)
WITH count(s) AS all_songs
MATCH (n:Network)
RETURN 'network' AS what, n.name AS name, n.songs AS songs,
       round(1.0 * n.songs / all_songs, 4) AS share
ORDER BY name
UNION ALL
MATCH (s:Song)
WITH count(s) AS all_songs
MATCH (p:Partition)
RETURN 'partition' AS what, p.name AS name, p.songs AS songs,
       round(1.0 * p.songs / all_songs, 4) AS share
ORDER BY name
