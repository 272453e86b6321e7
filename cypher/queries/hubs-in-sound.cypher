// title: Hubs in sound
// question: Which songs are among the sound-alikes of the most others?
// param network = "sound-cae_12x15": the sound network
// param limit = 20: how many to show
// columns: song, title, artist, alike_to, similarity
// embedded: yes

MATCH (s:Song)<-[e:SOUNDS_LIKE {network: $network}]-(:Song)
WITH s, count(e) AS alike_to, round(avg(e.similarity), 4) AS similarity
RETURN s.id AS song, s.title AS title, s.artist AS artist, alike_to, similarity
ORDER BY alike_to DESC, song
LIMIT $limit
