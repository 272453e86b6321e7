"""What the page's scripts are given: unpacked here, and compared with what the report was given."""

from __future__ import annotations

import base64

import numpy as np
import pytest
import report_samples as samples
from report_html import data_of

from songnet.report import render


@pytest.fixture(scope="module")
def text():
    return render(samples.content())


def test_the_data_says_what_was_given(text):
    data = data_of(text)
    assert data["songs"]["titles"][:2] == ["Song 000", "Song 001"]
    assert data["songs"]["artists"] == [f"Artist {n}" for n in range(7)]
    artists = np.frombuffer(base64.b64decode(data["songs"]["artist"]["bytes"]), "<i4")
    np.testing.assert_array_equal(artists, np.arange(200) % 7)
    first = data["partitions"][0]
    assert first["name"] == "leiden-playlists"
    assert first["titles"] == ["Jazz", "Metal", "Folk"]
    assert first["sizes"] == [80, 60, 60]
    found = np.frombuffer(base64.b64decode(first["labels"]["bytes"]), "<i2")
    np.testing.assert_array_equal(found, samples.labels()["leiden-playlists"])
    assert data["pairs"][0]["counts"] == samples.TABLE
    assert data["start"] == {"pair": 0, "colour": 0}
    assert [view["method"] for view in data["maps"][0]["views"]] == ["PCA", "t-SNE"]


def test_a_name_keeps_its_letters_where_a_sentence_begins_with_it():
    item = samples.tested(samples.pair("a", "b", samples.TABLE), shuffle=samples.null(0.01))
    text = render(samples.content(comparison=samples.comparison(item)))
    facts = data_of(text)["pairs"][0]["facts"]
    assert facts.endswith("(0 is chance). a alone covers 3 songs: not compared.")


def test_places_on_the_page_are_those_of_the_map(text):
    view = data_of(text)["maps"][0]["views"][0]
    places = np.frombuffer(base64.b64decode(view["points"]["bytes"]), "<u2").reshape(-1, 2) / 65_535
    points = samples.projection().points
    span = np.ptp(points, axis=0)
    expected = (points - points.min(0)) / span.max()
    expected[:, 1] = span[1] / span.max() - expected[:, 1]  # a canvas counts down
    np.testing.assert_allclose(places, expected, atol=1e-4)
    np.testing.assert_allclose([view["wide"], view["high"]], span / span.max())
    assert view["rows"] is None


def test_hostile_data_comes_through_unchanged():
    titles = data_of(render(samples.hostile()))["songs"]["titles"]
    assert titles[0] == samples.SCRIPT
    assert titles[-1] == "</script><!--"
    assert len(titles) == len(samples.HOSTILE) + 1


def test_a_page_of_50_000_songs_stays_small():
    text = render(samples.large(maps=8))
    assert len(text.encode()) < 15_000_000
    assert data_of(text)["maps"][7]["views"][0]["method"] == "PCA"
