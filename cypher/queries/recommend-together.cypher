// title: Recommended for several songs
// question: Which songs do people put together with most of these?
// param songs = ["file:wesnoth-1.16-music/knolls.png", "file:wesnoth-1.16-music/wanderer.png"]: the songs' ids
// param network = "playlists": the playlist network
// param limit = 20: how many to show
// columns: song, title, artist, songs, weight
// embedded: yes

MATCH (s:Song)
WHERE s.id IN $songs
MATCH (s)-[e:SHARES_PLAYLISTS {network: $network}]-(o:Song)
WHERE NOT o.id IN $songs
RETURN o.id AS song, o.title AS title, o.artist AS artist, count(e) AS songs,
       round(sum(e.weight), 4) AS weight
ORDER BY songs DESC, weight DESC, song
LIMIT $limit
