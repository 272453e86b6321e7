// title: A path between two songs
// question: By which playlists and sound-alikes is one song tied to another, in the fewest steps?
// param song = "file:wesnoth-1.16-music/knolls.png": one song's id
// param other = "file:colobot-common-sounds/Quite.png": the other's
// param network = "sound-cae_12x15": the sound network
// columns: step, by, id, name
// embedded: no

MATCH (a:Song {id: $song})
MATCH (b:Song {id: $other})
WHERE a <> b
MATCH way = shortestPath((a)-[:CONTAINS|SOUNDS_LIKE*..12]-(b))
WHERE all(e IN relationships(way) WHERE e.network IS NULL OR e.network = $network)
  AND none(n IN nodes(way) WHERE n:Playlist AND n.id STARTS WITH 'generated:')
UNWIND range(0, length(way)) AS step
WITH step, nodes(way)[step] AS n, CASE WHEN step > 0 THEN relationships(way)[step - 1] END AS e
RETURN step, type(e) AS by, n.id AS id, coalesce(n.title, n.name) AS name
ORDER BY step
