// Two partitions, one community
// Where do the songs of one community go when they are cut by sound instead of playlists?
// Communities that agree would lead to one cluster.
MATCH (community:Community {partition: 'leiden-playlists', label: 0})<-[within:IN_COMMUNITY]-(song:Song)
MATCH (song)-[by_sound:IN_COMMUNITY]->(cluster:Community {partition: 'kmeans-cae_12x15'})
RETURN community, within, song, by_sound, cluster
LIMIT 150
