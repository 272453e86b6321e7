"""Labels by CSV."""

from __future__ import annotations

import csv
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import FormatError
from songnet.sources.labels import label_for, read_labels

TRACK = "6f807x0ima9a1j3VPbc7VN"


def labels_of(tmp_path, data: str | bytes) -> dict[str, str]:
    path = tmp_path / "labels.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_labels(path)


def error_of(tmp_path, data: str | bytes) -> str:
    with pytest.raises(FormatError) as caught:
        labels_of(tmp_path, data)
    text = str(caught.value)
    assert text.startswith(str(tmp_path / "labels.csv"))
    assert "\n" not in text
    return text.removeprefix(str(tmp_path / "labels.csv")).removeprefix(", ")


def test_songs_in_every_form(tmp_path):
    text = (
        "\ufeffLabel , song,note\r\n"
        f"rock,{TRACK},x\r\n"
        f"pop,https://open.spotify.com/track/{TRACK[::-1]}?si=1,\r\n"
        '"folk, old",a/b.ogg,\r\n'
        "jazz,file:c.ogg,\r\n"
        "\r\n"
        ",d.ogg,no label\r\n"
        "jazz,file:c.ogg,again\r\n"
    )
    assert labels_of(tmp_path, text) == {
        f"spotify:track:{TRACK}": "rock",
        f"spotify:track:{TRACK[::-1]}": "pop",
        "a/b.ogg": "folk, old",
        "file:c.ogg": "jazz",
    }


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("", "line 1: needs one column 'song', its header has: nothing"),
        ("title,label\n", "line 1: needs one column 'song', its header has: title, label"),
        ("song,genre\n", "line 1: needs one column 'label', its header has: song, genre"),
        ("song,label,label\n", "line 1: needs one column 'label'"),
        ("song,label\na,x\nb,y\na,z\n", "line 4: 'a' is labelled 'z', but 'x' further up"),
        (f"song,label\n{TRACK},x\nspotify:track:{TRACK},z\n", "line 3: 'spotify:track:"),
        ("song,label\na\n", "line 2: has 1 fields, 2 needed"),
        ("song,label\n,x\n", "line 2: '' cannot be a song"),
        ("song,label\na\x07,x\n", "line 2: 'a\\x07' cannot be a song"),
        ('song,label\na,"x\ny"\n', "line 3: 'x\\ny' cannot be a label"),
        ('song,label\na,"x\n', "is not CSV"),
        (b"song,label\na,x\nb,\xe4\n", "line 3: is not UTF-8"),
        (b"\xff\xfes\0o\0n\0g\0", "line 1: is not UTF-8"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, data, says):
    assert says in error_of(tmp_path, data)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FormatError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")


def test_a_folder(tmp_path):
    with pytest.raises(FormatError, match="cannot be read"):
        read_labels(tmp_path)


def test_accents_compare_however_they_were_typed(tmp_path):
    labels = labels_of(tmp_path, "song,label\ncafe\u0301.ogg,x\n")
    assert label_for(labels, song="file:caf\u00e9.ogg", path="caf\u00e9.ogg") == "x"


def test_the_most_exact_name_counts():
    labels = {"file:a/b.ogg": "id", "a/b.ogg": "path", "b.ogg": "name", "b": "stem"}
    for expected in ("id", "path", "name", "stem"):
        assert label_for(labels, song="file:a/b.ogg", path="a/b.ogg") == expected
        del labels[next(iter(labels))]
    assert label_for(labels, song="file:a/b.ogg", path="a/b.ogg") is None


words = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=20
)


@given(st.dictionaries(words.map(lambda word: f"file:{word}"), words, max_size=6))
def test_what_a_csv_writer_writes_is_read(tmp_path_factory, labels):
    path = tmp_path_factory.mktemp("labels") / "l.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("song", "label"), *labels.items()])
    nfc = {
        unicodedata.normalize("NFC", song): unicodedata.normalize("NFC", label)
        for song, label in labels.items()
    }
    if len(nfc) == len(labels):
        assert read_labels(path) == nfc
