"""How numbers are said to people, and how names are heard."""

from __future__ import annotations

import pytest

from songnet.cli.common import as_share, listed


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0%"), (0.001, "under 1%"), (0.006, "1%"), (0.5, "50%"), (0.994, "99%"),
     (398 / 400, "over 99%"), (1, "100%")],
)  # fmt: skip
def test_only_all_is_all_and_only_nothing_is_nothing(share, said):
    assert as_share(share) == said


@pytest.mark.parametrize(
    ("given", "names"),
    [(None, None), ([], None), (["", " ,"], None), (["a"], ["a"]), (["a,b", " c "], list("abc"))],
)  # fmt: skip
def test_names_come_one_by_one_or_with_commas(given, names):
    assert listed(given) == names
