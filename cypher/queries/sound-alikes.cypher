// title: Sound-alikes
// question: Which songs sound most like this one?
// param song = "file:wesnoth-1.16-music/knolls.png": the song's id
// param network = "sound-cae_12x15": the sound network
// param limit = 10: how many to show
// columns: song, title, artist, similarity
// embedded: yes

MATCH (s:Song {id: $song})-[e:SOUNDS_LIKE {network: $network}]->(other:Song)
RETURN other.id AS song, other.title AS title, other.artist AS artist, e.similarity AS similarity
ORDER BY similarity DESC, song
LIMIT $limit
