"""Which setting wins, and what a broken songnet.toml says."""

from __future__ import annotations

from pathlib import Path

import pytest

from songnet.config import settings
from songnet.errors import FormatError, InputError


def test_the_defaults_need_nothing(tmp_path):
    found = settings(environment={}, folder=tmp_path)
    assert found.data == Path("songnet.data")
    assert found.store == f"ladybug:{Path('songnet.data') / 'graph.lbug'}"


def test_flag_beats_environment_beats_file_beats_default(tmp_path):
    (tmp_path / "songnet.toml").write_text('data = "file"\nstore = "ladybug:file"\n')
    environment = {"SONGNET_DATA": "env", "SONGNET_STORE": "ladybug:env"}
    flag = settings(data="flag", store="ladybug:flag", environment=environment, folder=tmp_path)
    assert (str(flag.data), flag.store) == ("flag", "ladybug:flag")
    env = settings(environment=environment, folder=tmp_path)
    assert (str(env.data), env.store) == ("env", "ladybug:env")
    file = settings(environment={}, folder=tmp_path, default="default")
    assert (str(file.data), file.store) == ("file", "ladybug:file")
    (tmp_path / "songnet.toml").unlink()
    assert str(settings(environment={}, folder=tmp_path, default="default").data) == "default"


def test_the_store_lies_in_the_data_folder_unless_said(tmp_path):
    found = settings(data="elsewhere", environment={}, folder=tmp_path)
    assert found.store == f"ladybug:{Path('elsewhere') / 'graph.lbug'}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("data = ", "not valid TOML"),
        ('datta = "x"', "unknown key 'datta'; allowed are data, store"),
        ("store = 3", "store must be a string"),
    ],
)
def test_a_broken_file_is_said_in_one_line(tmp_path, text, words):
    (tmp_path / "songnet.toml").write_text(text)
    with pytest.raises(FormatError, match=words) as caught:
        settings(environment={}, folder=tmp_path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_text_is_said(tmp_path):
    (tmp_path / "songnet.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FormatError, match="cannot be read"):
        settings(environment={}, folder=tmp_path)


def test_nul_bytes_cannot_name_a_folder(tmp_path):
    with pytest.raises(InputError, match="NUL"):
        settings(data="a\0b", environment={}, folder=tmp_path)
