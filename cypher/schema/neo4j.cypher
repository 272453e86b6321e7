// What a Neo4j database needs before the first load; running it twice changes nothing.
CREATE CONSTRAINT song_id IF NOT EXISTS FOR (s:Song) REQUIRE s.id IS UNIQUE;
CREATE CONSTRAINT playlist_id IF NOT EXISTS FOR (p:Playlist) REQUIRE p.id IS UNIQUE;
CREATE CONSTRAINT network_name IF NOT EXISTS FOR (n:Network) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT encoder_name IF NOT EXISTS FOR (e:Encoder) REQUIRE e.name IS UNIQUE;
CREATE CONSTRAINT partition_name IF NOT EXISTS FOR (p:Partition) REQUIRE p.name IS UNIQUE;
CREATE CONSTRAINT community_id IF NOT EXISTS FOR (c:Community) REQUIRE c.id IS UNIQUE;
CREATE CONSTRAINT songnet_schema IF NOT EXISTS FOR (s:SongnetStore) REQUIRE s.schema IS UNIQUE;
CREATE INDEX community_partition IF NOT EXISTS FOR (c:Community) ON (c.partition);

// CALL db.index.fulltext.queryNodes('song_text', 'love') YIELD node, score
CREATE FULLTEXT INDEX song_text IF NOT EXISTS FOR (s:Song) ON EACH [s.title, s.artist];
