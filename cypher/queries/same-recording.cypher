// title: The same recording
// question: Which songs are clips of one recording, or the very same file?
// param limit = 50: how many to show
// columns: recording, songs, first, last
// embedded: yes

MATCH (s:Song)
WITH coalesce(s.recording, s.sha256) AS recording, count(s) AS songs, min(s.id) AS first,
     max(s.id) AS last
WHERE recording IS NOT NULL AND songs > 1
RETURN recording, songs, first, last
ORDER BY songs DESC, recording
LIMIT $limit
