// Around a song
// What shares most playlists with a song (orange), and what sounds like it (purple)?
// Here the song on most playlists. For another: MATCH (song:Song {title: 'Battle Music'})
MATCH (song:Song)
WITH song
ORDER BY COUNT { (song)<-[:CONTAINS]-() } DESC, song.id
LIMIT 1
CALL (song) {
  MATCH (song)-[edge:SHARES_PLAYLISTS {network: 'playlists'}]-(near:Song)
  RETURN edge, near
  ORDER BY edge.playlists DESC, near.id
  LIMIT 10
  UNION ALL
  MATCH (song)-[edge:SOUNDS_LIKE {network: 'sound-cae_12x15'}]->(near:Song)
  RETURN edge, near
}
RETURN song, edge, near
