// Alike but apart
// Which songs sound like one and share no playlist with it? Each with a playlist that holds it.
// Here one of the twenty most listed songs. For another: MATCH (song:Song {title: 'Battle Music'})
MATCH (song:Song)
WITH song
ORDER BY COUNT { (song)<-[:CONTAINS]-() } DESC, song.id
LIMIT 20
MATCH (song)-[:SOUNDS_LIKE {network: 'sound-cae_12x15'}]->(other:Song)
WHERE NOT EXISTS {
  (song)<-[:CONTAINS]-(p:Playlist)-[:CONTAINS]->(other) WHERE NOT p.id STARTS WITH 'generated:'
}
WITH song, count(other) AS apart
ORDER BY apart DESC, song.id
LIMIT 1
MATCH (song)-[alike:SOUNDS_LIKE {network: 'sound-cae_12x15'}]->(other:Song)
WHERE NOT EXISTS {
  (song)<-[:CONTAINS]-(p:Playlist)-[:CONTAINS]->(other) WHERE NOT p.id STARTS WITH 'generated:'
}
CALL (song) {
  MATCH (song)<-[own:CONTAINS]-(home:Playlist)
  WHERE NOT home.id STARTS WITH 'generated:'
  RETURN own, home
  ORDER BY home.id
  LIMIT 1
}
CALL (other) {
  OPTIONAL MATCH (other)<-[held:CONTAINS]-(playlist:Playlist)
  WHERE NOT playlist.id STARTS WITH 'generated:'
  RETURN held, playlist
  ORDER BY playlist.id
  LIMIT 1
}
RETURN song, own, home, alike, other, held, playlist
