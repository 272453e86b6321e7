"""Seeds are found, sounds are heard, and playlists go to files and to the graph."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from songnet.errors import (
    BadNameError,
    EmptyInputError,
    FormatError,
    InputError,
    StateError,
    UsageError,
)
from songnet.model import Partition, Vectors
from songnet.networks import cooccurrence
from songnet.playlists import Recipe, Rules
from songnet.sources.playlists import read_playlists
from songnet.store import open_store
from songnet.store.folder import DataFolder
from songnet.workflows.playlist import Asked, Saving, Sources, make_playlist
from songnet.workflows.workspace import Workspace

NAMES = [
    ("Hey Jude", "The Beatles"),
    ("Yesterday", "The Beatles"),
    ("Yesterday - Remastered 2009", "The Beatles"),
    ("Yesterday Once More", "Carpenters"),
    ("Déjà Vu", "Beyoncé"),
    ("Halo", "Beyoncé"),
    ("Hurt", "Johnny Cash"),
    ("Hurt", "Nine Inch Nails"),
    ("One", "U2"),
    (None, None),
]
SONGS = [f"file:{n}.ogg" for n in range(9)] + ["spotify:track:6f807x0ima9a1j3VPbc7VN"]
LISTS = {"p0": [0, 1, 3, 8], "p1": [0, 2, 4], "p2": [2, 5, 6], "p3": [6, 7, 9], "p4": [0, 1, 2, 4]}


@pytest.fixture
def workspace(tmp_path):
    with open_store(f"ladybug:{tmp_path / 'graph.lbug'}") as store:
        rows = [(name, SONGS[song], place, 1) for name, songs in LISTS.items()
                for place, song in enumerate(songs)]  # fmt: skip
        store.add_playlists(
            pa.table({"id": list(LISTS)}),
            pa.table({
                "id": SONGS,
                "title": [title for title, _ in NAMES],
                "artist": [artist for _, artist in NAMES],
                "duration_ms": pa.array([180_000] * 9 + [None], pa.int64()),
                "path": [f"{n}.ogg" for n in range(9)] + [None],
            }),
            pa.table(dict(zip(["playlist", "song", "position", "times"],
                              map(list, zip(*rows, strict=True)), strict=True))),
        )  # fmt: skip
        yield Workspace(store, DataFolder(tmp_path))


def seeds_of(workspace, *texts, **asked):
    made = make_playlist(workspace, Asked(texts, **asked), rules=Rules(length=20))
    return list(made.seeds)


@pytest.mark.parametrize(
    ("text", "song"),
    [
        ("file:3.ogg", 3),
        ("6f807x0ima9a1j3VPbc7VN", 9),
        ("https://open.spotify.com/track/6f807x0ima9a1j3VPbc7VN?si=1", 9),
        ("hey jude", 0),
        ("BEATLES hey", 0),
        ("deja vu", 4),
        ("halo beyonce", 5),
        ("hal BEY", 5),
        ("u2 one", 8),
        ("hurt cash", 6),
        # The title itself before those that hold it; of two issues that of most playlists.
        ("yesterday", 2),
        ("yesterday once", 3),
    ],
)
def test_seeds_are_found_by_id_and_by_words(workspace, text, song):
    assert seeds_of(workspace, text) == [SONGS[song]]


def test_several_hits_are_named_with_their_ids(workspace):
    with pytest.raises(InputError) as refused:
        seeds_of(workspace, "hurt")
    assert str(refused.value) == (
        "'hurt' may be 2 songs, give more words or an id: Hurt – Johnny Cash (file:6.ogg); "
        "Hurt – Nine Inch Nails (file:7.ogg)"
    )
    with pytest.raises(InputError, match="'the' may be 3 songs"):
        seeds_of(workspace, "the")


@pytest.mark.parametrize(
    "text", ["nothing like it", "alo", "", "?!", "x" * 5000, "missing.ogg", "\0.ogg"]
)
def test_no_hit_is_said(workspace, text):
    with pytest.raises(InputError, match="there is no song"):
        seeds_of(workspace, text)


def test_a_text_has_a_seed_per_line(workspace, tmp_path):
    lines = tmp_path / "seeds.txt"
    lines.write_text("# mine\n\nhalo\n file:0.ogg \n", "utf-8")
    assert seeds_of(workspace, "hurt cash", file=lines) == ["file:6.ogg", "file:5.ogg", SONGS[0]]
    lines.write_text("halo\nhurt\n", "utf-8")
    with pytest.raises(FormatError, match=r"seeds.txt, line 2: 'hurt' may be 2 songs"):
        seeds_of(workspace, file=lines)
    lines.write_bytes(b"h\xe9")
    with pytest.raises(FormatError, match=r"byte 1: is not text in UTF-8"):
        seeds_of(workspace, file=lines)
    lines.write_text("", "utf-8")
    with pytest.raises(InputError, match=r"no song of .* is in the graph"):
        seeds_of(workspace, file=lines)
    with pytest.raises(FormatError, match="cannot be read"):
        seeds_of(workspace, file=tmp_path / "none.txt")


@pytest.mark.parametrize("suffix", [".m3u8", ".xspf", ".json", ".csv"])
def test_a_playlist_that_was_written_is_a_list_of_seeds(workspace, tmp_path, suffix):
    out = tmp_path / f"list{suffix}"
    made = make_playlist(workspace, Asked(["hey jude"]), saving=Saving("mine", out),
                         rules=Rules(length=5))  # fmt: skip
    (record,) = read_playlists([out])
    assert [track.id for track in record.tracks] == [song.id for song in made.generated.songs]
    assert record.name == "mine"
    assert seeds_of(workspace, file=out) == [song.id for song in made.generated.songs]


def test_songs_of_a_list_are_known_by_title_and_artist_too(workspace, tmp_path):
    path = tmp_path / "elsewhere" / "list.m3u"
    path.parent.mkdir()
    path.write_text("#EXTINF:1,Beyonce - Halo\nnas/halo.mp3\n#EXTINF:1,Nobody - Nothing\nx.ogg\n")
    made = make_playlist(workspace, Asked(file=path))
    assert list(made.seeds) == ["file:5.ogg"]
    assert f"1 of 2 songs of {path} are not in the graph: Nothing" in made.generated.notes
    path.write_text("#EXTINF:1,Nobody - Nothing\n/nas/x.ogg\n")
    with pytest.raises(InputError, match=r"no song of .* is in the graph: skipped .*line 2"):
        make_playlist(workspace, Asked(file=path))


def test_a_file_of_several_playlists_is_refused(workspace, tmp_path):
    path = tmp_path / "lists.csv"
    path.write_text("playlist_id,track_id\na,file:0.ogg\nb,file:1.ogg\n")
    with pytest.raises(InputError, match="holds several playlists: give a file with one"):
        make_playlist(workspace, Asked(file=path))
    with pytest.raises(UsageError, match="is a list, not a song: give it with --seeds"):
        make_playlist(workspace, Asked([str(path)]))


def test_avoided_are_all_songs_that_are_meant(workspace):
    made = make_playlist(
        workspace,
        Asked(["hey jude"], avoid=["yesterday", "artist:BEYONCE", "file:8.ogg", "no such thing"]),
    )
    ids = {song.id for song in made.generated.songs}
    assert not ids & {"file:1.ogg", "file:2.ogg", "file:3.ogg", "file:4.ogg", "file:8.ogg"}
    assert "--avoid 'no such thing' avoids nothing: there is no such song" in made.generated.notes


def with_network(workspace):
    network = cooccurrence(workspace.store.memberships(), min_shared=1, name="playlists")
    workspace.data.write_network(network)
    workspace.store.write_network(network)
    partition = Partition.from_labels(network.songs, [n % 2 for n in range(len(network.songs))],
                                      name="cut", algorithm="leiden", on="playlists")  # fmt: skip
    workspace.store.write_partition(partition, titles=["Even", "Odd"])
    return workspace


@pytest.mark.parametrize(
    ("method", "sources", "expected"),
    [
        (None, Sources(), "pagerank"),
        ("pagerank", Sources(partition="cut"), "pagerank"),
        (None, Sources(network="playlists"), "pagerank-network"),
        ("pagerank", Sources("playlists", "cut"), "pagerank-communities"),
        ("pagerank-network", Sources(), "pagerank-network"),
        ("pagerank-communities", Sources(), "pagerank-communities"),
        ("neighbours", Sources(), "neighbours"),
    ],
)
def test_the_method_follows_from_what_is_named(workspace, method, sources, expected):
    made = make_playlist(with_network(workspace), Asked(["hey jude"]), method=method,
                         sources=sources, rules=Rules(length=4))  # fmt: skip
    assert made.recipe.method == expected
    assert made.sources.partition == "cut"
    assert {song.reason.community.title for song in made.generated.songs[1:]} <= {"Even", "Odd"}


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"method": "magic"}, UsageError, "there is no method 'magic'"),
        ({"method": "sound"}, StateError, "needs sound: make vectors with 'songnet embed'"),
        ({"method": "blend", "sources": Sources("playlists")}, UsageError,
         "--network is for --method pagerank: blend walks over no network"),
        ({"sources": Sources(network="none")}, BadNameError, "no network or encoder 'none'"),
        ({"sources": Sources(partition="none")}, BadNameError, "'none'"),
        ({"sources": Sources(encoder="none")}, BadNameError, "no network or encoder 'none'"),
        ({"sources": Sources(encoder="playlists")}, BadNameError, "is a network, not an encoder"),
        ({"saving": Saving(out=Path("list.mp3"))}, InputError, "written as .m3u8, .m3u, .xspf"),
        ({"saving": Saving(out=Path("no/list.csv"))}, InputError, "there is no folder no"),
        ({"saving": Saving("a\nb")}, BadNameError, "cannot name a playlist"),
        ({"saving": Saving("a" * 1000)}, BadNameError, "cannot name a playlist"),
        ({"saving": Saving("")}, BadNameError, "cannot name a playlist"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(workspace, options, error, said):
    with pytest.raises(error, match=said):
        make_playlist(with_network(workspace), Asked(["hey jude"]), **options)


def test_without_a_seed_or_anything_known_it_is_refused(workspace, tmp_path):
    with pytest.raises(UsageError, match="a playlist needs a song to begin with"):
        make_playlist(workspace, Asked())
    with open_store(f"ladybug:{tmp_path / 'empty.lbug'}") as store:
        empty = Workspace(store, DataFolder(tmp_path))
        with pytest.raises(EmptyInputError, match="there is nothing to recommend by"):
            make_playlist(empty, Asked(["a"]))
        store.add_songs(pa.table({"id": ["a"]}))
        with pytest.raises(StateError, match="neither playlists nor vectors"):
            make_playlist(empty, Asked(["a"]))


def test_what_is_kept_replaces_its_like_and_is_never_evidence(workspace):
    asked, saving = Asked(["hey jude"]), Saving("mine", keep=True)
    before = make_playlist(workspace, asked, rules=Rules(length=4), saving=saving)
    assert before.kept == "generated:mine"
    again = make_playlist(workspace, asked, rules=Rules(length=5), saving=saving)
    assert again.generated.songs[:1] == before.generated.songs[:1]
    table = workspace.store.membership_table().to_pandas()
    kept = table[table["playlist"] == "generated:mine"].sort_values("position")
    assert kept["song"].tolist() == [song.id for song in again.generated.songs]
    assert "generated:mine" not in workspace.store.memberships().playlists
    rows = workspace.store.playlists().to_pylist()
    (row,) = [row for row in rows if row["id"] == "generated:mine"]
    assert row["name"] == "mine"
    assert row["source"] == "songnet playlist generate"
    assert row["description"] == "pagerank from Hey Jude – The Beatles (order flow, seed 0)"
    unkept = make_playlist(workspace, asked, rules=Rules(length=5))
    assert unkept.generated == again.generated
    assert unkept.name == "pagerank from Hey Jude – The Beatles"
    assert unkept.kept is None


def test_vectors_make_it_a_blend_and_without_playlists_a_sequence(workspace, tmp_path):
    from songnet.info import EncoderInfo, now

    info = EncoderInfo("ear", "contrastive", "2", 2, "f", now())
    values = [[1, n / 9] for n in range(9)]
    workspace.store.write_encoder(info)
    workspace.store.write_vectors(Vectors.from_rows("ear", SONGS[:9], values))
    made = make_playlist(workspace, Asked(["hey jude"]), rules=Rules(length=5))
    assert (made.recipe.method, made.sources.encoder) == ("blend", "ear")
    with open_store(f"ladybug:{tmp_path / 'other.lbug'}") as store:
        other = Workspace(store, DataFolder(tmp_path / "other"))
        store.add_songs(pa.table({"id": SONGS}))
        store.write_encoder(info)
        store.write_vectors(Vectors.from_rows("ear", SONGS[:9], values))
        made = make_playlist(other, Asked(["file:0.ogg"]), recipe=Recipe(lookback=1))
        assert made.recipe.method == "sound"
        assert [song.id for song in made.generated.songs] == SONGS[:9]
        store.write_encoder(replace(info, name="ear2", fingerprint="g"))
        with pytest.raises(UsageError, match="several encoders, choose with --encoder: ear, ear2"):
            make_playlist(other, Asked(["file:0.ogg"]))
    # A method that does not listen asks for no choice.
    workspace.store.write_encoder(replace(info, name="ear2", fingerprint="g"))
    made = make_playlist(workspace, Asked(["hey jude"]), method="neighbours")
    assert made.sources.encoder is None
