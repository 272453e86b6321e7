"""Every file format, read and written.

- `playlists`: MPD slices and Spotify's account data (`mpd`), tables (`csv`), `m3u` and `xspf`, from
  files, folders, archives.
- `playlist_files`: playlists that songnet made, for other programs to play.
- `audio`, `spectrograms`, `labels`: what songs sound like, and what they are.
- `partitions`, `graphs`: for other programs to read and to give.

Readers yield what they can use and a `songnet.model.Skipped` for what they cannot, with its file,
place and reason; nothing in a file may do more than be skipped. Modules are imported by name
(``from songnet.sources.playlists import read_playlists``), so that no command loads what it does
not need.
"""
