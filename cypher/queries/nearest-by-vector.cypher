// title: Nearest by vector
// question: Which songs are nearest to this one in an encoder's vectors, all compared, without a network?
// param song = "file:wesnoth-1.16-music/knolls.png": the song's id
// param encoder = "cae_12x15": the encoder
// param limit = 10: how many to show
// columns: song, title, artist, similarity
// embedded: no

// A vector of zeros has no direction. The function gives (1 + cosine) / 2.
MATCH (:Encoder {name: $encoder})
MATCH (a:Song {id: $song})
WHERE any(x IN a[$encoder] WHERE x <> 0)
MATCH (s:Song)
WHERE s.id <> $song AND any(x IN s[$encoder] WHERE x <> 0)
WITH s, round(2 * vector.similarity.cosine(a[$encoder], s[$encoder]) - 1, 4) AS similarity
RETURN s.id AS song, s.title AS title, s.artist AS artist, similarity
ORDER BY similarity DESC, song
LIMIT $limit
