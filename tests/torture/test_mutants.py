"""What is counted of mutants; that tests see them is tried by `make mutants`, for hours."""

from __future__ import annotations

from torture.mutants._run import page_of, sampled

NAMES = [f"songnet.agreement._nulls.x_shuffled__mutmut_{number}" for number in range(1, 9)]
NAMES += ["songnet.agreement._scores.xǁScoresǁami__mutmut_1"]


def test_a_sample_is_the_same_whatever_the_order() -> None:
    drawn = sampled(NAMES, 4, seed=0)
    assert drawn == sampled(NAMES[::-1], 4, seed=0)
    assert drawn != sampled(NAMES, 4, seed=1)
    assert sorted(sampled(NAMES, 99, seed=0)) == sorted(NAMES)


def test_the_page_counts_by_file_and_names_who_survived() -> None:
    fates = [
        (NAMES[0], "killed", "tests/test_a.py::test_b"),
        (NAMES[1], "does not end", ""),
        (NAMES[2], "survived", ""),
        (NAMES[8], "no test", ""),
    ]
    page = "\n".join(page_of("agreement", NAMES, fates, seed=7))
    assert "4 of 9 mutants tried (seed 7): 1 killed, 1 does not end, 1 survived, 1 no test." in page
    assert "| _nulls | 8 | 3 | 1 | 1 | 1 | 0 |" in page
    assert "| _scores | 1 | 1 | 0 | 0 | 0 | 1 |" in page
    assert f"- survived: `{NAMES[2]}`" in page
    assert f"- no test: `{NAMES[8]}`" in page
    assert NAMES[0] not in page
