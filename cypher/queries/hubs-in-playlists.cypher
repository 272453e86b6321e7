// title: Hubs in playlists
// question: Which songs are tied to the most others in a playlist network?
// param network = "playlists": the playlist network
// param limit = 20: how many to show
// columns: song, title, artist, neighbours, weight
// embedded: yes

MATCH (s:Song)-[e:SHARES_PLAYLISTS {network: $network}]-(:Song)
WITH s, count(e) AS neighbours, round(sum(e.weight), 4) AS weight
RETURN s.id AS song, s.title AS title, s.artist AS artist, neighbours, weight
ORDER BY neighbours DESC, weight DESC, song
LIMIT $limit
