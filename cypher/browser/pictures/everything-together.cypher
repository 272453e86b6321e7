// Everything together
// What do playlists group, and what would sound group across them?
// The closest sound-alikes that no playlist holds together, each with its playlist and its community.
MATCH (a:Song)-[alike:SOUNDS_LIKE {network: 'sound-cae_12x15'}]->(b:Song)
WHERE a.id < b.id AND NOT EXISTS { (a)<-[:CONTAINS]-(:Playlist)-[:CONTAINS]->(b) }
WITH a, alike, b
ORDER BY alike.similarity DESC, a.id, b.id
LIMIT 14
UNWIND [a, b] AS song
MATCH (song)-[within:IN_COMMUNITY]->(community:Community {partition: 'leiden-playlists'})
CALL (song) {
  MATCH (song)<-[held:CONTAINS]-(playlist:Playlist)
  RETURN held, playlist
  ORDER BY playlist.id
  LIMIT 1
}
RETURN a, alike, b, within, community, held, playlist
