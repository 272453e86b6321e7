// title: Continued by playlists
// question: Which songs would go on with this playlist, by what people put together with its songs?
// param playlist = "file:playlists.csv#wesnoth/Delfadors_Memoirs/11_Wasteland": the playlist's id
// param network = "playlists": the playlist network
// param limit = 20: how many to show
// columns: song, title, artist, songs, weight
// embedded: yes

MATCH (p:Playlist {id: $playlist})-[:CONTAINS]->(s:Song)
MATCH (s)-[e:SHARES_PLAYLISTS {network: $network}]-(o:Song)
WHERE NOT EXISTS { MATCH (p)-[:CONTAINS]->(o) }
RETURN o.id AS song, o.title AS title, o.artist AS artist, count(DISTINCT s.id) AS songs,
       round(sum(e.weight), 4) AS weight
ORDER BY weight DESC, songs DESC, song
LIMIT $limit
