"""How many communities: four criteria against independent ones and where the answer is known."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from songnet.errors import EmptyInputError, InputError, UsageError
from songnet.model import Vectors
from songnet.partitions import Choice, ChoiceRow, choose, kmeans, mixture
from songnet.partitions import _choosing as choosing
from songnet.partitions._criteria import by_bic, by_gap, by_silhouette, elbow
from songnet.partitions._gap import gaps
from songnet.partitions._silhouette import silhouettes


def vectors(values):
    return Vectors.from_rows("enc", [f"s{i:05}" for i in range(len(values))], values)


def blobs(number=4, per=40, dimensions=8, apart=6.0, seed=0):
    random = np.random.default_rng(seed)
    truth = np.repeat(np.arange(number), per)
    return random.normal(size=(len(truth), dimensions)) + apart * np.eye(number, dimensions)[truth]


def row(communities, **facts):
    usual = {
        "inertia": 1.0,
        "silhouette": None,
        "gap": None,
        "gap_error": None,
        "bic": None,
        "largest": 0.5,
        "degenerate": False,
    }
    return ChoiceRow(communities, **{**usual, **facts})


# --- all together -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def four():
    return choose(vectors(blobs()), last=8, samples=10)


def test_all_criteria_find_separated_blobs(four):
    assert dict(four.chosen) == {"silhouette": 4, "elbow": 4, "gap": 4, "bic": 4}
    assert set(four.rules) == set(four.chosen)
    assert four.findings == ()


def test_rows_are_what_the_algorithms_give(four):
    data = vectors(blobs())
    assert [each.communities for each in four.rows] == list(range(1, 9))
    for each in four.rows[1:]:
        cut = kmeans(data, communities=each.communities)
        assert each.inertia == cut.quality["inertia"]
        assert each.largest == cut.dominance
        theirs = silhouette_score(data.values, cut.labels)
        assert each.silhouette == pytest.approx(theirs, abs=1e-6)
        model = mixture(data, communities=each.communities)
        assert each.bic == pytest.approx(model.quality["bic"])
    assert four.rows[0].silhouette is None
    assert not four.rows[0].degenerate
    assert (four.on, four.songs, four.seed) == ("enc", 160, 0)
    assert four.fingerprint == data.fingerprint


def test_it_chooses_as_many_as_a_mixture_does():
    data = vectors(blobs(3, apart=3.5, seed=2))
    assert choose(data, last=5, samples=0).chosen["bic"] == mixture(data, most=5).communities


def test_one_cloud_is_called_one():
    found = choose(vectors(np.random.default_rng(0).normal(size=(150, 6))), last=5, samples=10)
    assert found.chosen["gap"] == found.chosen["bic"] == 1
    assert "nothing points to clusters" in found.findings
    assert any(finding.startswith("the gap statistic chooses 1") for finding in found.findings)
    assert any(finding.startswith("BIC chooses 1") for finding in found.findings)
    assert any("no silhouette is above 0.25" in finding for finding in found.findings)


def test_degenerate_numbers_are_called_out():
    values = np.random.default_rng(0).normal(size=(100, 4))
    values[:2] += 500
    found = choose(vectors(values), last=3, samples=0)
    assert found.rows[1].degenerate
    assert "degenerate: of 2 communities one holds 98% of the songs" in found.findings
    assert found.chosen["silhouette"] != 2


def test_the_same_seed_gives_the_same_whatever_the_order(four):
    order = np.random.default_rng(1).permutation(160)
    values = blobs()[order]
    shuffled = Vectors.from_rows("enc", [f"s{i:05}" for i in order], values)
    assert choose(shuffled, last=8, samples=10).to_json() == four.to_json()


def test_it_goes_to_json_and_back(four):
    text = json.dumps(four.to_json(), allow_nan=False)
    assert json.loads(text)["schema"] == "songnet.partitions.choose-k/1"
    assert Choice.from_json(json.loads(text)).to_json() == four.to_json()


@pytest.mark.parametrize(
    "spoilt",
    [
        {"schema": "other/1"}, {"rows": [{"k": 1}]}, {"rows": None}, {"rows": [7]}, {"songs": True},
        {"on": 7}, {"chosen": {"gap": "two"}}, {"chosen": [1]}, {"rules": {"gap": None}},
    ],
)  # fmt: skip
def test_other_json_is_refused(four, spoilt):
    with pytest.raises(InputError, match=r"has schema 'other/1'|is not a choice"):
        Choice.from_json({**four.to_json(), **spoilt})


@pytest.mark.parametrize("value", ["high", True, [1.0], 10**400, float("nan"), {}])
def test_a_row_of_another_type_is_refused(four, value):
    facts = four.to_json()
    facts["rows"][1]["silhouette"] = value
    with pytest.raises(InputError, match="is not a choice .*'silhouette' is "):
        Choice.from_json(facts)


def test_many_songs_are_sampled_and_it_says_so(monkeypatch):
    monkeypatch.setattr(choosing, "SAMPLE", 100)
    found = choose(vectors(blobs()), last=5, samples=3)
    assert "on a sample of 100 of 160 songs" in found.rules["silhouette"]
    assert "on a sample of 100 of 160 songs" in found.rules["gap"]
    assert found.chosen["silhouette"] == found.chosen["gap"] == 4


def test_progress_is_told():
    told = []
    choose(vectors(blobs()), last=3, samples=2, tell=lambda *step: told.append(step))
    assert told == [
        *(("k-means", done, 3) for done in (1, 2, 3)),
        *(("gap statistic", done, 2) for done in (1, 2)),
        *(("mixtures", done, 3) for done in (1, 2, 3)),
    ]


def test_the_curve_begins_where_it_was_asked_to():
    found = choose(vectors(blobs()), first=3, last=8, samples=0)
    assert [each.communities for each in found.rows] == [1, *range(3, 9)]
    assert found.chosen["elbow"] == 4
    assert found.chosen["gap"] is None
    assert found.rules["gap"] == "left out"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"last": 13}, InputError, "of 12 songs, too few for 13 communities: ask for --to 12"),
        ({"first": 5, "last": 4}, UsageError, "--from must be at most --to: got 5 and 4"),
        ({"first": 0}, UsageError, "--from must be at least 1"),
        ({"samples": -1}, UsageError, "--samples must be at least 0"),
        ({"seed": -1}, UsageError, "--seed must be"),
    ],
)
def test_what_cannot_be_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        choose(vectors(np.eye(12)), **options)


def test_no_vectors_at_all():
    with pytest.raises(EmptyInputError, match="'enc' holds no songs"):
        choose(vectors(np.empty((0, 3))))


def test_as_many_communities_as_songs():
    found = choose(vectors(np.random.default_rng(0).normal(size=(5, 3))), last=5, samples=2)
    last = found.rows[-1]
    assert (last.silhouette, last.gap, last.gap_error) == (None, None, None)
    json.dumps(found.to_json(), allow_nan=False)


# --- each by itself -----------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), communities=st.lists(st.integers(2, 9), min_size=1, max_size=3))
def test_silhouettes_are_scikit_learns(seed, communities):
    random = np.random.default_rng(seed)
    values = random.normal(size=(30, 3)).round(0)
    partitions = [
        np.concatenate([np.arange(number), random.integers(0, number, 30 - number)])
        for number in communities
    ]
    theirs = [silhouette_score(values, labels) for labels in partitions]
    for unit in (1.0, 0.01):
        assert silhouettes(values * unit, partitions) == pytest.approx(theirs, abs=1e-6)


def test_silhouettes_that_there_are_not():
    values = np.random.default_rng(0).normal(size=(4, 2))
    assert silhouettes(values, [np.zeros(4, int), np.arange(4)]) == [None, None]
    # A label that no song of a sample bears.
    gap_in_labels = np.array([0, 0, 2, 2])
    assert silhouettes(values, [gap_in_labels]) == silhouettes(values, [gap_in_labels // 2])


@pytest.mark.parametrize("communities", [1, 6])
def test_the_gap_by_hand(communities):
    values = np.random.default_rng(0).normal(size=(50, 3))
    found = gaps(values, [communities], samples=7, seed=3, tell=lambda *_: None)[0]

    def log_inertia(rows):
        if communities == 1:
            return math.log(((rows - rows.mean(axis=0)) ** 2).sum())
        return math.log(KMeans(communities, n_init=5, random_state=3).fit(rows).inertia_)

    low, high = values.min(axis=0), values.max(axis=0)
    drawn = [
        log_inertia(np.random.default_rng([3, sample]).uniform(low, high, values.shape))
        for sample in range(7)
    ]
    assert found.gap == pytest.approx(np.mean(drawn) - log_inertia(values))
    assert found.error == pytest.approx(np.std(drawn) * math.sqrt(1 + 1 / 7))


def test_no_gap_where_nothing_is_left_to_explain():
    values = np.repeat(np.arange(3.0), 10)[:, None]
    found = gaps(values, [2, 3, 4], samples=2, seed=0, tell=lambda *_: None)
    assert found[0] is not None
    assert found[1:] == [None, None]


def test_the_gap_rule_by_hand():
    rows = [row(k, gap=g, gap_error=0.1) for k, g in enumerate([0.1, 0.5, 0.55, 0.9], 1)]
    assert by_gap(rows) == 2
    assert by_gap(rows[:2]) is None
    assert by_gap([rows[0], row(2)]) is None
    assert by_gap([]) is None


@pytest.mark.parametrize(
    ("inertias", "bend"),
    [
        ([100, 30, 20, 15, 10], 2),
        ([100, 60, 20, 15, 10], 3),
        ([10, 9, 8, 7], None),  # a straight line
        ([10, 9.9, 9, 5], None),  # bent the other way
        ([5, 5, 5], None),
        ([10, 1], None),
    ],
)
def test_the_elbow_by_hand(inertias, bend):
    assert elbow(range(1, len(inertias) + 1), inertias) == bend


@given(
    st.lists(st.floats(0.5, 100), min_size=3, max_size=10),
    st.floats(0.01, 100),
    st.floats(-100, 100),
)
def test_the_elbow_is_the_farthest_from_the_chord_in_any_unit(steps, unit, shift):
    y = np.cumsum(sorted(steps))[::-1]
    x = np.arange(1, len(y) + 1)
    scaled = np.column_stack([(x - x[0]) / (x[-1] - x[0]), (y - y[-1]) / (y[0] - y[-1])])
    distance = (1 - scaled.sum(axis=1)) / math.sqrt(2)
    found = elbow(x.tolist(), y.tolist())
    if found is None:
        assert distance.max() < 1e-6
        return
    assert distance[found - 1] == pytest.approx(distance.max())
    again = elbow(x.tolist(), (y * unit + shift).tolist())
    assert again is not None
    assert distance[again - 1] == pytest.approx(distance.max(), abs=1e-6)


def test_silhouette_and_bic_choose_the_smaller_of_equals():
    assert by_silhouette([row(1), row(2, silhouette=0.5), row(3, silhouette=0.5)]) == 2
    assert by_silhouette([row(2, silhouette=0.9, degenerate=True), row(3, silhouette=0.1)]) == 3
    assert by_silhouette([row(1)]) is None
    assert by_bic([row(1, bic=5.0), row(2, bic=3.0), row(3, bic=3.0), row(4)]) == 2
    assert by_bic([row(1)]) is None


def test_a_gap_that_rises_again_is_told_from_one_that_does_not():
    def findings(gaps):
        rows = tuple(row(k, gap=gap, gap_error=0.01) for k, gap in enumerate(gaps, 1))
        return Choice("enc", 9, 0, "f", rows, {"gap": 1}, {}).findings

    assert "no better than a uniform cloud" in findings([0.5, 0.4, 0.509])[0]
    assert "larger at 3 (0.900 against 0.500)" in findings([0.5, 0.4, 0.9])[0]
