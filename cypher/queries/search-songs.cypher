// title: Search songs
// question: Which songs match these words best, by title and artist, as a search engine finds them?
// param words = "dark forest": words in Lucene's syntax; for* matches beginnings, forst~ near spellings
// param limit = 20: how many to show
// columns: song, title, artist, score
// embedded: no

CALL db.index.fulltext.queryNodes('song_text', $words) YIELD node AS s, score
RETURN s.id AS song, s.title AS title, s.artist AS artist, round(score, 4) AS score
ORDER BY score DESC, song
LIMIT $limit
