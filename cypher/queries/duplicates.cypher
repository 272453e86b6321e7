// title: Duplicates
// question: Which songs are there under several ids, with the same artist and title?
// param limit = 50: how many to show
// columns: title, artist, songs, first, last
// embedded: yes

MATCH (s:Song)
WHERE s.title IS NOT NULL AND s.artist IS NOT NULL
WITH toLower(s.title) AS title, toLower(s.artist) AS artist,
     count(s) AS songs, min(s.id) AS first, max(s.id) AS last
WHERE songs > 1
RETURN title, artist, songs, first, last
ORDER BY songs DESC, title, artist
LIMIT $limit
