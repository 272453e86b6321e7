"""Choices and sweeps in the data folder: kept whole, damage said."""

import json

import pytest

from songnet.errors import BadNameError, FormatError, InputError
from songnet.partitions import Choice, ChoiceRow, Plateau, Sweep, SweepRow
from songnet.store.folder import DataFolder


def choice(on="enc", songs=50):
    row = ChoiceRow(2, 1.5, 0.25, None, None, 10.0, 0.5, degenerate=False)
    return Choice(on, songs, 0, "f", (row,), {"silhouette": 2, "gap": None}, {"gap": "left out"})


def sweep(on="playlists", algorithm="leiden", seeds=(0, 1)):
    row = SweepRow(1.0, 3, 0.4, 0.9, 0.5, degenerate=False, plateau=0)
    return Sweep(on, algorithm, "f", seeds, (row,), (Plateau(0.5, 2.0, 3, 0.9),), "agreed")


@pytest.fixture
def folder(tmp_path):
    return DataFolder(tmp_path / "data")


def test_what_is_written_is_read(folder):
    folder.write_choice(choice())
    folder.write_sweep(sweep())
    assert [each.to_json() for each in folder.choices()] == [choice().to_json()]
    assert folder.sweeps() == [sweep()]
    assert (folder.root / "choices" / "enc.json").exists()
    assert (folder.root / "sweeps" / "leiden-playlists.json").exists()


def test_the_same_name_is_replaced_and_others_are_kept(folder):
    for songs in (50, 60):
        folder.write_choice(choice(songs=songs))
    folder.write_choice(choice("a"))
    assert [(each.on, each.songs) for each in folder.choices()] == [("a", 50), ("enc", 60)]
    for algorithm in ("louvain", "leiden"):
        folder.write_sweep(sweep(algorithm=algorithm))
    assert [each.algorithm for each in folder.sweeps()] == ["leiden", "louvain"]


def test_an_empty_folder_has_none(folder):
    assert folder.choices() == []
    assert folder.sweeps() == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is damaged or not a file of songnet; remove it"),
        ("[1]", "is damaged or not a file of songnet; remove it"),
        ('{"schema": ', "is damaged or not a file of songnet; remove it"),
        ("[" * 100_000, "is damaged or not a file of songnet; remove it"),
        (
            '{"schema": "songnet.partitions.choose-k/9"}',
            "has schema 'songnet.partitions.choose-k/9",
        ),
        ('{"schema": "songnet.partitions.choose-k/1"}', "is not a choice .*; remove it"),
    ],
)
def test_damage_is_said(folder, text, message):
    folder.write_choice(choice())
    path = folder.root / "choices" / "enc.json"
    path.write_text(text)
    with pytest.raises(FormatError, match=f"enc.json: {message}"):
        folder.choices()


def test_bytes_that_are_no_text_are_damage(folder):
    folder.write_choice(choice())
    (folder.root / "choices" / "enc.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(FormatError, match="is damaged"):
        folder.choices()


def test_an_unfinished_file_does_not_count(folder):
    folder.write_choice(choice())
    (folder.root / "choices" / ".enc.json.x.part").write_text("{")
    (folder.root / "choices" / ".enc.json").write_text("{")
    assert len(folder.choices()) == 1


def test_numbers_that_are_none_are_not_written(folder):
    folder.write_choice(choice())
    with pytest.raises(ValueError, match="not JSON compliant"):
        folder.write_sweep(
            Sweep("p", "leiden", "f", (0,), (SweepRow(1.0, 1, float("nan"), 1, 1, True, None),), ())
        )
    assert json.loads((folder.root / "choices" / "enc.json").read_text())["on"] == "enc"


def test_names_that_are_paths_are_refused(folder):
    with pytest.raises(BadNameError):
        folder.write_choice(choice("../enc"))
    with pytest.raises(BadNameError):
        folder.write_sweep(sweep("a/b"))


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(InputError, match="cannot make the folder"):
        DataFolder(tmp_path / "data").write_choice(choice())
