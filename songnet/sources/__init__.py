"""Every file format, read and written: playlists, partitions, graphs, audio, spectrograms."""
