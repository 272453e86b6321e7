// title: Find songs
// question: Which songs have these letters in their title or artist?
// param words = "knolls": letters of the title or artist, upper or lower case
// param limit = 20: how many to show
// columns: song, title, artist, album
// embedded: yes

MATCH (s:Song)
WHERE toLower(s.title) CONTAINS toLower($words) OR toLower(s.artist) CONTAINS toLower($words)
RETURN s.id AS song, s.title AS title, s.artist AS artist, s.album AS album
ORDER BY title, artist, song
LIMIT $limit
