"""Resolution profiles, their plateaus, and consensus partitions."""

import json
from itertools import combinations
from statistics import fmean, median_low

import igraph
import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from songnet.agreement import ami, ari
from songnet.errors import BadNameError, EmptyInputError, InputError, UsageError
from songnet.model import SongNetwork
from songnet.partitions import Plateau, Sweep, SweepRow, consensus, run, sweep
from songnet.partitions._consensus import ROUNDS, _settle
from songnet.partitions._profile import _chosen, _resolutions

GROUPS, BLOCKS, EACH = 3, 3, 12
SONGS = GROUPS * BLOCKS * EACH


def network_of(chances, seed=0, name="net"):
    """Edges drawn by a matrix of chances, (n, n); song i is ``s000i``."""
    random = np.random.default_rng(seed)
    left, right = np.triu_indices(len(chances), 1)
    kept = random.random(len(left)) < chances[left, right]
    return SongNetwork.from_edges(
        [f"s{i:04}" for i in range(len(chances))], left[kept], right[kept], name=name
    )


def blocks_and_groups():
    block = np.arange(SONGS) // EACH
    return block, block // BLOCKS


def nested(seed=0):
    """Blocks of twelve songs, three to a group."""
    block, group = blocks_and_groups()
    same_block, same_group = (label[:, None] == label for label in (block, group))
    return network_of(np.where(same_block, 0.95, np.where(same_group, 0.25, 0.01)), seed)


def noisy(seed=0, songs=120, inside=0.3, outside=0.1):
    block = np.arange(songs) % 4
    return network_of(np.where(block[:, None] == block, inside, outside), seed)


# --- the profile --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def profile():
    return sweep(nested(), low=0.2, high=4, steps=14, seeds=4)


def test_nested_communities_are_two_plateaus(profile):
    assert [plateau.communities for plateau in profile.plateaus] == [GROUPS, GROUPS * BLOCKS]
    assert [plateau.stability for plateau in profile.plateaus] == pytest.approx([1, 1])
    for row in profile.rows:
        if row.plateau is not None:
            plateau = profile.plateaus[row.plateau]
            assert plateau.low <= row.resolution <= plateau.high
            assert row.communities == plateau.communities
            assert row.stability == pytest.approx(1)
    assert any(profile.chosen == row.resolution and row.plateau is not None for row in profile.rows)


@pytest.mark.parametrize(("algorithm", "objective"), [
    ("leiden", None), ("louvain", None), ("leiden", "cpm"), ("leiden", "rb"),
])  # fmt: skip
def test_rows_are_what_the_algorithm_gives(algorithm, objective):
    network = noisy()
    low, high = (0.1, 0.5) if objective == "cpm" else (0.5, 2)
    found = sweep(
        network, algorithm=algorithm, objective=objective, low=low, high=high, steps=3, seeds=3,
        seed=5,
    )  # fmt: skip
    assert found.seeds == (5, 6, 7)
    for row in found.rows:
        options = {"objective": objective} if objective else {}
        cuts = [
            run(algorithm, network, resolution=row.resolution, seed=seed, **options)
            for seed in found.seeds
        ]
        pairs = [adjusted_mutual_info_score(a.labels, b.labels) for a, b in combinations(cuts, 2)]
        assert row.stability == pytest.approx(fmean(pairs))
        assert row.communities == median_low(cut.communities for cut in cuts)
        assert row.modularity == pytest.approx(fmean(cut.quality["modularity"] for cut in cuts))
        assert row.largest == pytest.approx(fmean(cut.dominance for cut in cuts))


def test_the_order_of_the_input_does_not_matter():
    network = noisy()
    order = np.random.default_rng(1).permutation(len(network.songs))
    place = np.argsort(order)
    shuffled = SongNetwork.from_edges(
        network.songs[order], place[network.targets], place[network.sources], name="net"
    )
    options = {"low": 0.5, "high": 2, "steps": 3, "seeds": 3}
    assert sweep(shuffled, **options).to_json() == sweep(network, **options).to_json()
    at = {"resolution": 1.0, "seeds": range(4)}
    assert consensus(shuffled, **at).fingerprint == consensus(network, **at).fingerprint


def test_degenerate_rows_belong_to_no_plateau():
    found = sweep(nested(), low=0.0001, high=100, steps=13, seeds=2)
    one, crumbs = found.rows[0], found.rows[-1]
    assert one.degenerate
    assert one.largest == 1
    assert crumbs.degenerate
    assert crumbs.communities > SONGS / 2
    assert one.plateau is crumbs.plateau is None
    chosen = next(row for row in found.rows if row.resolution == found.chosen)
    assert not chosen.degenerate


def test_a_network_without_edges_has_nothing_to_choose():
    found = sweep(SongNetwork.from_edges("abc", [], []), steps=2, seeds=2)
    assert [row.degenerate for row in found.rows] == [True, True]
    assert found.plateaus == ()
    assert found.chosen is None


def test_one_seed_agrees_with_itself():
    assert {row.stability for row in sweep(noisy(), steps=2, seeds=1).rows} == {1.0}


def test_resolutions_are_multiples_of_four_digits():
    found = _resolutions(noisy(), "modularity", None, None, 5)
    assert found == [0.1, 0.3162, 1.0, 3.162, 10.0]
    assert _resolutions(noisy(), "modularity", 2.0, 2.0, 5) == [2.0]
    network = noisy()
    low, high = _resolutions(network, "cpm", None, None, 2)
    pairs = len(network.songs) * (len(network.songs) - 1) / 2
    assert low == pytest.approx(network.weights.sum() / pairs, rel=1e-3)
    assert high == pytest.approx(1000 * low)


def row(resolution, stability=0.5, *, plateau=None, degenerate=False):
    return SweepRow(resolution, 3, 0.4, stability, 0.5, degenerate, plateau)


def test_the_choice_by_hand():
    rows = [row(1, 0.9), row(2, 0.6, plateau=0), row(4, 0.7, plateau=0), row(8, 0.7, plateau=0)]
    widest = Plateau(2, 8, 3, 0.67)
    assert _chosen(rows, [widest]) == 4
    assert _chosen(rows, []) == 1
    assert _chosen([row(1, 1.0, degenerate=True), row(2, 0.1)], []) == 2
    assert _chosen([row(1, degenerate=True)], []) is None
    both = [*rows, row(16, 1.0, plateau=1), row(20, 1.0, plateau=1)]
    assert _chosen(both, [widest, Plateau(16, 20, 3, 1.0)]) == 4


def test_progress_is_told():
    told = []
    sweep(noisy(), steps=2, seeds=1, tell=lambda *step: told.append(step))
    assert told == [("resolutions", 1, 2), ("resolutions", 2, 2)]


def test_it_goes_to_json_and_back(profile):
    text = json.dumps(profile.to_json(), allow_nan=False)
    assert json.loads(text)["schema"] == "songnet.partitions.sweep/1"
    assert Sweep.from_json(json.loads(text)).to_json() == profile.to_json()


@pytest.mark.parametrize(
    "spoilt",
    [
        {"schema": "other/1"}, {"rows": [{"k": 1}]}, {"seeds": None}, {"seeds": ["one"]},
        {"plateaus": {}}, {"plateaus": [{"low": "0"}]}, {"chosen": "1"}, {"objective": 1},
    ],
)  # fmt: skip
def test_other_json_is_refused(profile, spoilt):
    with pytest.raises(InputError, match=r"has schema 'other/1'|is not a sweep"):
        Sweep.from_json({**profile.to_json(), **spoilt})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"algorithm": "infomap"}, "--algorithm must be leiden or louvain: got 'infomap'"),
        ({"objective": "significance"}, "must be modularity or rb or cpm: got 'significance'"),
        ({"algorithm": "louvain", "objective": "cpm"}, "with louvain must be modularity: got"),
        ({"low": 0}, "--from must be a number above 0"),
        ({"high": float("inf")}, "--to must be a number above 0"),
        ({"low": 2, "high": 1}, "--from must be at most --to: got 2 and 1"),
        ({"steps": 0}, "--steps must be at least 1"),
        ({"seeds": 0}, "--seeds must be at least 1"),
        ({"seed": 2**32 - 1, "seeds": 2}, "--seed must be from 0"),
    ],
)
def test_what_cannot_be_is_refused(options, message):
    with pytest.raises(UsageError, match=message):
        sweep(noisy(), **options)


def test_no_songs_and_too_many_layers_are_refused():
    with pytest.raises(EmptyInputError, match="'empty' holds no songs"):
        sweep(SongNetwork.from_edges([], [], [], name="empty"))
    layers = SongNetwork.from_edges("abc", [0], [1], kind="multiplex", name="two")
    for call in (sweep, lambda each: consensus(each, resolution=1.0, seeds=[0])):
        with pytest.raises(UsageError, match="'two' is a multiplex network: name one of its"):
            call(layers)


# --- the consensus ------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["leiden", "louvain"])
def test_what_all_seeds_agree_on_is_kept(algorithm):
    found = consensus(nested(), resolution=3.0, seeds=range(3), algorithm=algorithm)
    assert ari(found.labels, blocks_and_groups()[0]) == 1
    assert (found.name, found.algorithm) == (f"consensus-{algorithm}-net", "consensus")
    params = dict(found.params)
    assert params.pop("rounds") <= ROUNDS
    assert params == {
        "of": algorithm, "objective": "modularity", "resolution": 3.0, "seeds": "0 1 2",
        "threshold": 0.5, "agreed": True,
    }  # fmt: skip
    assert found.quality["stability"] == found.quality["agreement"] == pytest.approx(1)


def test_the_consensus_is_at_least_as_good_as_its_seeds():
    truth = np.arange(120) % 4
    gains = []
    for seed in range(6):
        network = noisy(seed, inside=0.3, outside=0.11)
        found = consensus(network, resolution=1.0, seeds=range(9))
        seeds = [run("leiden", network, seed=each) for each in range(9)]
        agreement = fmean(ami(found.labels, cut.labels) for cut in seeds)
        assert found.quality["agreement"] == pytest.approx(agreement)
        assert found.quality["agreement"] >= found.quality["stability"] - 0.02
        gains.append(ami(found.labels, truth) - fmean(ami(cut.labels, truth) for cut in seeds))
    assert fmean(gains) > 0


def test_every_community_is_connected():
    network = noisy(inside=0.08, outside=0.03)
    found = consensus(network, resolution=1.0, seeds=range(7), algorithm="louvain")
    assert found.params["agreed"]
    pairs = zip(network.sources.tolist(), network.targets.tolist(), strict=True)
    graph = igraph.Graph(len(network.songs), list(pairs))
    for label in range(found.communities):
        assert graph.subgraph(np.flatnonzero(found.labels == label).tolist()).is_connected()


def test_songs_without_edges_stand_alone():
    network = SongNetwork.from_edges("abcde", [0, 1, 0], [1, 2, 2])
    assert consensus(network, resolution=1.0, seeds=[0, 1]).labels.tolist() == [0, 0, 0, 1, 2]


def test_seeds_that_never_agree_give_the_most_central():
    network, random = noisy(), np.random.default_rng(0)
    steady = np.arange(120) % 4

    def cut_all(_):
        return [steady, steady, random.integers(0, 4, 120)]

    found = _settle(network, cut_all(network), cut_all, 0.5)
    assert (found.rounds, found.agreed) == (ROUNDS, False)
    assert found.labels.tolist() == steady.tolist()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"seeds": []}, UsageError, "needs seeds that differ"),
        ({"seeds": [1, 1]}, UsageError, "needs seeds that differ"),
        ({"seeds": [-1]}, UsageError, "--seed must be"),
        ({"threshold": 0}, UsageError, "a threshold must be above 0"),
        ({"resolution": -1}, UsageError, "--resolution must be a number above 0"),
        ({"name": "No!"}, BadNameError, "cannot name a partition"),
    ],
)
def test_a_consensus_that_cannot_be_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        consensus(noisy(), **{"resolution": 1.0, "seeds": [0, 1], **options})
