"""Files that are whole or not there."""

from __future__ import annotations

import os
import stat

import pytest

from songnet.errors import InputError
from songnet.files import replacing


def test_what_is_written_is_there_with_the_usual_rights(tmp_path):
    with replacing(tmp_path / "new") as file:
        file.write(b"content")
        assert not (tmp_path / "new").exists()
    assert (tmp_path / "new").read_bytes() == b"content"
    (tmp_path / "plain").touch()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert len(modes) == 1


def test_a_failed_write_keeps_the_old_file(tmp_path):
    path = tmp_path / "kept"
    path.write_text("old")
    with pytest.raises(RuntimeError), replacing(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_said_in_one_line(tmp_path):
    with (
        pytest.raises(InputError, match="cannot be written") as caught,
        replacing(tmp_path / "nowhere" / "file"),
    ):
        pass
    assert os.linesep not in str(caught.value)
