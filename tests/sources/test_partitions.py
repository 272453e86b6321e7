from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.errors import EmptyInputError, FormatError, InputError, SongnetError
from songnet.model import Partition
from songnet.sources.partitions import EXTENSIONS, read_partition, write_partition

TRACK = "6f807x0ima9a1j3VPbc7VN"


def partition(songs=("a", "b", "c"), labels=(1, 0, 1), **options):
    given = {"name": "mine", "algorithm": "leiden", "on": "playlists", **options}
    return Partition.from_labels(list(songs), list(labels), **given)


def rebuilt(path):
    songs, labels, _ = read_partition(path)
    return partition(songs, labels)


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_what_is_written_is_read_back(tmp_path, extension):
    songs = ["=cmd()", "+1", "-1", "@x", 'a "b" c', "a,b;c\td", "ü\u2028x", "#no", "*Links", "l\nm"]
    given = partition(songs, [0, 1, 2, 2, 2, 3, 3, 4, 4, 4])
    path = tmp_path / f"p{extension}"
    write_partition(path, given)
    assert rebuilt(path).fingerprint == given.fingerprint
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("extension", EXTENSIONS)
@settings(max_examples=40, deadline=None)
@given(
    members=st.dictionaries(
        st.text(min_size=1, max_size=12), st.integers(0, 3), min_size=1, max_size=8
    )
)
def test_any_ids_survive_every_format(tmp_path_factory, extension, members):
    given = partition(members, members.values())
    path = tmp_path_factory.mktemp("p") / f"p{extension}"
    write_partition(path, given)
    assert rebuilt(path).fingerprint == given.fingerprint


@pytest.mark.parametrize("extension", EXTENSIONS)
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8")))
def test_any_bytes_are_a_partition_or_one_error(tmp_path_factory, extension, data):
    path = written(tmp_path_factory.mktemp("p"), f"p{extension}", data)
    try:
        songs, labels, _ = read_partition(path)
    except SongnetError:
        return
    assert len(set(songs)) == len(songs) == len(labels) > 0


def test_csv_is_what_the_contract_says(tmp_path):
    path = tmp_path / "p.csv"
    write_partition(path, partition())
    assert path.read_text() == "song,community\na,0\nb,1\nc,0\n"


def test_csv_may_have_more_columns_and_a_byte_order_mark(tmp_path):
    path = written(tmp_path, "p.csv", f"\ufeffsize,Community,SONG\r\n1,x,{TRACK}\r\n\r\n2,y,b\r\n")
    assert read_partition(path) == ([f"spotify:track:{TRACK}", "b"], ["x", "y"], {})


def test_json_keeps_the_provenance(tmp_path):
    path = tmp_path / "p.json"
    given = partition(
        seed=3, params={"resolution": 0.5}, quality={"modularity": 0.1}, versions={"igraph": "1"}
    )
    write_partition(path, given)
    assert json.loads(path.read_text())["schema"] == "songnet.partition/1"
    songs, labels, metadata = read_partition(path)
    assert (songs, labels) == (["a", "b", "c"], ["0", "1", "0"])
    assert metadata == {
        "name": "mine",
        "algorithm": "leiden",
        "on": "playlists",
        "seed": 3,
        "params": {"resolution": 0.5},
        "quality": {"modularity": 0.1},
        "versions": {"igraph": "1"},
        "fingerprint": given.fingerprint,
    }


def test_plain_json_of_bare_track_ids_is_the_studys(tmp_path):
    path = written(tmp_path, "p.json", json.dumps({TRACK: 0, "file:a.ogg": "x"}))
    assert read_partition(path) == ([f"spotify:track:{TRACK}", "file:a.ogg"], ["0", "x"], {})


def test_a_song_called_schema_is_a_song(tmp_path):
    path = written(tmp_path, "p.json", '{"schema": 1, "b": 2}')
    assert read_partition(path)[0] == ["schema", "b"]


def test_the_tree_that_infomap_itself_writes_is_read(tmp_path):
    infomap = pytest.importorskip("infomap")
    flow = infomap.Infomap(silent=True, num_trials=2, seed=1)
    names = [f'file:{letter} "x".ogg' for letter in "abcdef"]
    for number, name in enumerate(names):
        flow.add_node(number, name)
    for left, right in [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)]:
        flow.add_link(left, right)
    flow.run()
    path = tmp_path / "p.tree"
    flow.write_tree(str(path))
    songs, labels, _ = read_partition(path)
    assert sorted(songs) == names
    communities = {}
    for song, label in zip(songs, labels, strict=True):
        communities.setdefault(label, set()).add(song)
    assert sorted(map(sorted, communities.values())) == [names[:3], names[3:]]


def test_deeper_trees_give_their_topmost_modules(tmp_path):
    text = '# path flow name node_id\n1:1:1 0.2 "a" 1\n1:2:1 0.2 "b" 2\n2:1 0.1 "c" 3\n*Links\nx'
    assert read_partition(written(tmp_path, "p.tree", text))[:2] == (
        ["a", "b", "c"],
        ["1", "1", "2"],
    )


def test_clu_is_infomaps_with_the_songs_in_comments(tmp_path):
    path = tmp_path / "p.clu"
    write_partition(path, partition())
    assert path.read_text().splitlines()[1:] == [
        '# songnet-song 1 "a"',
        '# songnet-song 2 "b"',
        '# songnet-song 3 "c"',
        "# node_id module",
        "1 1",
        "2 2",
        "3 1",
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.csv", "song,community\na,1\na,2\n", "line 3: song 'a' came before, at line 2"),
        (
            "p.csv",
            f"song,community\n{TRACK},1\nspotify:track:{TRACK},2\n",
            "line 3: song .* before",
        ),
        ("p.csv", "id,label\na,1\n", "line 1: the header must name song and community"),
        ("p.csv", "song,song,community\na,b,1\n", "line 1: the header must name"),
        ("p.csv", "", "line 1: the header must name"),
        ("p.csv", 'song,community\n"a\nb",1\nc\n', "line 4: has 1 cells where the header has 2"),
        ("p.csv", "song,community\n,1\n", "line 2: has no song"),
        ("p.csv", "song,community\na, \n", "line 2: has no community"),
        ("p.csv", 'song,community\n"a,1\n', "is not CSV"),
        ("p.csv", b"song,community\na,1\n\xff,2\n", "line 3: is not UTF-8"),
        ("p.json", "{", "line 1, column 2: is not valid JSON"),
        ("p.json", "[1]", "expected a JSON object"),
        ("p.json", '{"a": 1, "a": 2}', "song 2: song 'a' came before, at song 1"),
        ("p.json", '{"a": null}', "song 1: the community of 'a' must be a number or a word"),
        ("p.json", '{"a": true}', "must be a number or a word, got true"),
        ("p.json", '{"a": 1.5}', "must be a number or a word, got 1.5"),
        ("p.json", '{"a": {"b": 1}}', "must be a number or a word"),
        ("p.json", '{"a": NaN}', "NaN is not a number"),
        ("p.json", '{"a": ' + "1" * 5000 + "}", "is not a partition"),
        ("p.json", '{"a": ' * 100_000, "nested too deeply"),
        ("p.json", '{"schema": "songnet.partition/9", "communities": {}}', "expected schema"),
        ("p.json", '{"schema": "songnet.partition/1", "communities": []}', "expected schema"),
        (
            "p.json",
            '{"schema": "songnet.partition/1", "seed": "x", "communities": {"a": 1}}',
            "seed is not what a partition's seed can be",
        ),
        (
            "p.json",
            '{"schema": "songnet.partition/1", "params": {"x": {}}, "communities": {"a": 1}}',
            "params is not what",
        ),
        ("p.clu", "1 1\n", "line 1: no line .* import Infomap's .tree"),
        ("p.clu", "hello\n", "line 1: expected NODE MODULE"),
        ("p.clu", '# songnet-song 1 "a"\n# songnet-song 2 "a"\n1 1\n2 1\n', "line 4: song 'a'"),
        ("p.clu", '# songnet-song 1 "a" b"\n', "line 1: .* is not a JSON string"),
        ("p.tree", "1 1\n", "line 1: expected PATH FLOW"),
        ("p.tree", '1:1 0.5 "a" 1\n1:2 0.5 "a" 2\n', "line 2: song 'a' came before"),
    ],
)
def test_bad_files_are_refused_with_their_place(tmp_path, name, content, message):
    with pytest.raises(FormatError, match=message):
        read_partition(written(tmp_path, name, content))


@pytest.mark.parametrize(
    ("name", "content"),
    [("p.csv", "song,community\n"), ("p.json", "{}"), ("p.clu", "# x\n"), ("p.tree", "")],
)
def test_files_without_songs_are_empty(tmp_path, name, content):
    with pytest.raises(EmptyInputError, match="holds no songs"):
        read_partition(written(tmp_path, name, content))


def test_other_extensions_are_refused_by_name(tmp_path):
    for act in (read_partition, lambda path: write_partition(path, partition())):
        with pytest.raises(InputError, match=r"allowed are \.csv, \.json, \.clu, \.tree"):
            act(tmp_path / "p.txt")


def test_missing_files_and_folders_are_one_line(tmp_path):
    with pytest.raises(FormatError, match="there is no such file"):
        read_partition(tmp_path / "p.csv")
    (tmp_path / "q.csv").mkdir()
    with pytest.raises(FormatError, match="cannot be read"):
        read_partition(tmp_path / "q.csv")
    with pytest.raises(InputError, match="cannot be written"):
        write_partition(tmp_path / "none" / "p.csv", partition())


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_what_cannot_be_written_leaves_the_old_file(tmp_path, extension):
    path = written(tmp_path, f"p{extension}", "old")
    with pytest.raises(InputError, match="cannot hold the song"):
        write_partition(path, partition(["\ud800", "b"], [0, 1]))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
