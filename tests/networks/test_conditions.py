"""Conditions: what is one, and what it says of values."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import UsageError
from songnet.networks import FIELDS, Condition, condition, conditions


def seconds(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def verdicts(text, values):
    return condition(text).verdicts(values)


@pytest.mark.parametrize(
    ("text", "field", "operator", "value"),
    [
        ("name~^Run(ning)?$", "name", "~", "^Run(ning)?$"),
        ("followers>=100", "followers", ">=", "100"),
        ("  followers  <  100 ", "followers", "<", "100"),
        ("modified<2018", "modified", "<", "2018"),
        ("label in a, b", "label", "in", "a, b"),
        ("artist=In Flames", "artist", "=", "In Flames"),
        ("title!=a=b", "title", "!=", "a=b"),
    ],
)
def test_a_condition_is_read_and_written(text, field, operator, value):
    read = condition(text)
    assert read == Condition(field, operator, value)
    assert condition(str(read)) == read


def test_what_it_is_of():
    assert [each.of for each in conditions(["length<=100", "released>=1990"])] == [
        "playlist",
        "song",
    ]
    assert {of for of, _ in FIELDS.values()} == {"playlist", "song"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "write FIELD OPERATOR VALUE"),
        ("followers", "write FIELD OPERATOR VALUE"),
        ("followers>=", "write FIELD OPERATOR VALUE"),
        ("labelin a", "write FIELD OPERATOR VALUE"),
        ("loudness>3", "there is no 'loudness'; there are name, "),
        ("followers~3", "followers is a number, which has = != < <= > >="),
        ("name<b", "name is a text, which has = != ~ in"),
        ("released~199.", "released is a date, which has"),
        ("followers>1.5", "'1.5' is no whole number"),
        ("followers>many", "'many' is no whole number"),
        ("modified<2018-13", "'2018-13' is no year, month (2017-05) or day"),
        ("modified<0000", "'0000' is no year"),
        ("modified<18", "'18' is no year"),
        ("name~(", "no regular expression of RE2: missing )"),
        (r"name~(a)\1", "no regular expression of RE2: invalid escape"),
        ("name~a{2000}", "no regular expression of RE2: invalid repetition size"),
        ("name=a\nb", "a character that cannot be printed"),
        ("name=" + "a" * 500, "it has 505 characters, over 500"),
    ],
)
def test_what_is_none_is_refused_in_one_line(text, reason):
    with pytest.raises(UsageError, match=re.escape(reason)) as refused:
        condition(text)
    shown = text if len(text) <= 500 else text[:40] + "…"
    assert str(refused.value).startswith(f"--where {shown!r} is no condition: ")
    assert "\n" not in str(refused.value)


def test_one_that_is_built_is_checked_too():
    with pytest.raises(UsageError, match="there is no 'tempo'"):
        Condition("tempo", "=", "120")
    with pytest.raises(UsageError, match="no whole number"):
        Condition("length", "=", "x")


def test_text():
    values = ["Rock", " rock ", "Hard Rock", "", None]
    assert verdicts("label=ROCK", values) == [True, True, False, False, None]
    assert verdicts("label!=rock", values) == [False, False, True, True, None]
    assert verdicts("label in hard rock, Rock", values) == [True, True, True, False, None]
    assert verdicts("label~^r", values) == [True, False, False, False, None]
    assert verdicts("label~rock", values) == [True, True, True, False, None]


def test_text_of_any_script():
    assert verdicts("name~été", ["ÉTÉ 2017", "ete"]) == [True, False]
    assert verdicts("artist=STRASSE", ["Straße"]) == [True]


def test_no_pattern_takes_long():
    # Python's own engine would take 2^40 steps and more for each, and the test never end.
    for pattern in (r"(a+)+$", r"(a|aa)+$", r"(.*a){30}", r"(a|a)*b"):
        verdicts(f"name~{pattern}", ["a" * 3000 + "!"])


@pytest.mark.parametrize(
    ("operator", "holds"),
    [("=", "010"), ("!=", "101"), ("<", "100"), ("<=", "110"), (">", "001"), (">=", "011")],
)
def test_numbers_and_dates_compare_alike(operator, holds):
    expected = [each == "1" for each in holds]
    assert verdicts(f"followers{operator}5", [4, 5, 6]) == expected
    assert verdicts(f"length {operator} 5", [4, 5, 6, None]) == [*expected, None]
    assert verdicts(f"released{operator}1990", ["1989", "1990", "1991"]) == expected
    assert verdicts(f"released{operator}1990-02", ["1990-01", "1990-02", "1990-03"]) == expected


def test_a_date_means_all_of_it():
    first, last = seconds("2017-01-01T00:00:00"), seconds("2017-12-31T23:59:59")
    moments = [first - 1, first, last, last + 1]
    assert verdicts("modified=2017", moments) == [False, True, True, False]
    assert verdicts("modified>2017", moments) == [False, False, False, True]
    assert verdicts("modified>=2017-01-01", moments) == [False, True, True, True]
    assert verdicts("modified<=2017-12", moments) == [True, True, True, False]
    assert verdicts("modified<2017-12-31", moments) == [True, True, False, False]


def test_a_vague_release_satisfies_only_what_is_sure():
    assert verdicts("released>=1990-06", ["1990", "1991", "1989"]) == [None, True, False]
    assert verdicts("released=1990-06-01", ["1990", "1990-06", "1990-07"]) == [None, None, False]
    assert verdicts("released!=1990-06-01", ["1990", "1991"]) == [None, True]


@pytest.mark.parametrize("value", [None, "", "unknown", "0000", "90", "1990-02-30", "1990/02/01"])
def test_what_is_no_date_satisfies_nothing(value):
    for operator in ("=", "!=", "<", ">="):
        assert verdicts(f"released{operator}1990", [value]) == [None]


def test_iso_times_are_dates():
    assert verdicts("released=1990-02-03", ["1990-02-03T12:00:00Z", "1990-02-03 12:00"]) == [
        True,
        True,
    ]


@given(
    st.dates(date(1, 1, 1), date(9999, 12, 30)),
    st.dates(date(1, 1, 1), date(9999, 12, 30)),
    st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d"]),
    st.sampled_from(["<", "<=", ">", ">=", "=", "!="]),
)
def test_days_compare_as_their_text_does(day, bound, form, operator):
    # strftime does not pad years in every C library.
    padded = f"{bound.year:04d}" + bound.strftime(form).removeprefix(bound.strftime("%Y"))
    ours, theirs = day.isoformat()[: len(padded)], padded
    expected = {
        "<": ours < theirs, "<=": ours <= theirs, ">": ours > theirs, ">=": ours >= theirs,
        "=": ours == theirs, "!=": ours != theirs,
    }[operator]  # fmt: skip
    assert verdicts(f"released{operator}{padded}", [day.isoformat()]) == [expected]


@given(st.text(max_size=20))
def test_any_text_is_a_condition_or_one_error(text):
    try:
        read = condition(text)
    except UsageError:
        return
    assert condition(str(read)) == read
