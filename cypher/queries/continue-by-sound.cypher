// title: Continued by sound
// question: Which songs would go on with this playlist, by how much they sound like its songs?
// param playlist = "file:playlists.csv#wesnoth/Delfadors_Memoirs/11_Wasteland": the playlist's id
// param network = "sound-cae_12x15": the sound network
// param limit = 20: how many to show
// columns: song, title, artist, songs, similarity
// embedded: yes

MATCH (p:Playlist {id: $playlist})-[:CONTAINS]->(s:Song)
MATCH (s)-[e:SOUNDS_LIKE {network: $network}]->(o:Song)
WHERE NOT EXISTS { MATCH (p)-[:CONTAINS]->(o) }
RETURN o.id AS song, o.title AS title, o.artist AS artist, count(s) AS songs,
       round(avg(e.similarity), 4) AS similarity
ORDER BY songs DESC, similarity DESC, song
LIMIT $limit
