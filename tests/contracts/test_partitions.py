"""What every algorithm keeps to: repeatable, blind to order, right where the answer is known.

What only some promise (`partition_cases.Promise`) is tried on those that do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import igraph
import numpy as np
import pytest
from partition_cases import (
    BLOCKS,
    CASES,
    SONGS,
    Promise,
    cliques,
    example,
    ids,
    igraphs_modularity,
    is_there,
    need,
    on,
    parts_inside,
    planted,
    planted_network,
    planted_vectors,
    scattered_network,
    solve,
    that_promise,
)

from songnet.agreement import ari
from songnet.errors import BadNameError, EmptyInputError, InputError, UsageError
from songnet.model import Partition, SongNetwork, Vectors
from songnet.partitions import ALGORITHMS, run

every = pytest.mark.parametrize("algorithm", ALGORITHMS)
on_networks = pytest.mark.parametrize("algorithm", on("network"))
on_vectors = pytest.mark.parametrize("algorithm", on("vectors"))
with_cliques = pytest.mark.parametrize("algorithm", that_promise(Promise.CLIQUES))
that_separate = pytest.mark.parametrize("algorithm", that_promise(Promise.SEPARATES))


@pytest.fixture(autouse=True)
def _needed(request):
    callspec = getattr(request.node, "callspec", None)
    if callspec and "algorithm" in callspec.params:
        need(callspec.params["algorithm"])


def facts(partition):
    """All that a partition says of itself."""
    return (
        partition.name,
        partition.songs.tolist(),
        partition.labels.tolist(),
        partition.algorithm,
        partition.on,
        partition.seed,
        dict(partition.params),
        dict(partition.quality),
        dict(partition.versions),
    )


def test_every_algorithm_is_in_the_suite():
    assert set(CASES) == set(ALGORITHMS)


# --- what all of them do ------------------------------------------------------------------------


@every
def test_the_planted_communities_are_found(algorithm):
    found = solve(algorithm, example(algorithm))
    assert ari(found.labels, planted(found)) >= CASES[algorithm].planted
    if Promise.LEAVES_OUT not in CASES[algorithm].promises:
        assert len(found.songs) == SONGS


@every
@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_the_same_seed_gives_the_same(algorithm, seed):
    first, second = (solve(algorithm, example(algorithm), seed=seed) for _ in range(2))
    assert facts(first) == facts(second)
    assert first.seed == seed


@every
def test_the_order_of_the_input_does_not_matter(algorithm):
    straight = solve(algorithm, example(algorithm), seed=3)
    for shuffle in range(3):
        order = np.random.default_rng(shuffle).permutation(SONGS)
        assert facts(solve(algorithm, example(algorithm, order), seed=3)) == facts(straight)


HARD = """
import json, sys
import numpy as np
from songnet.model import SongNetwork, Vectors
from songnet.partitions import ALGORITHMS, run

random = np.random.default_rng(5)
names = [f"s{i}" for i in range(150)]
ends = random.integers(0, 150, (2, 900))
network = SongNetwork.from_edges(names, *ends, random.random(900))
vectors = Vectors.from_rows("enc", names, random.normal(size=(150, 9)))
for name, options in json.loads(sys.argv[1]).items():
    data = network if ALGORITHMS[name].input == "network" else vectors
    found = run(name, data, seed=11, **options)
    print(name, found.fingerprint, *(f"{key}={value!r}" for key, value in found.quality.items()))
"""


def test_another_process_finds_the_same():
    options = {name: dict(case.options) for name, case in CASES.items() if is_there(name)}
    outputs = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", HARD, json.dumps(options)],
            env={**os.environ, "PYTHONHASHSEED": hashes, "OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hashes, threads in (("0", "1"), ("4711", "2"))
    ]
    assert len(outputs[0].splitlines()) == len(options)
    assert outputs[0] == outputs[1]


@every
def test_the_seed_is_all_that_is_random(algorithm):
    before = solve(algorithm, example(algorithm))
    np.random.default_rng().random()
    igraph.Graph.Erdos_Renyi(50, 0.3)
    assert facts(solve(algorithm, example(algorithm))) == facts(before)


@every
def test_a_partition_says_how_it_was_made(algorithm):
    data = example(algorithm)
    found = solve(algorithm, data, seed=5)
    made_of = "custom" if algorithm in on("network") else "enc"
    assert isinstance(found, Partition)
    assert found.name == f"{algorithm}-{made_of}"
    assert (found.algorithm, found.on) == (algorithm, made_of)
    assert found.seed == 5
    assert len(found.versions) >= 2
    assert all(version[0].isdigit() for version in found.versions.values())
    plain = {str, int, float, bool, type(None)}
    assert {type(value) for value in found.params.values()} <= plain
    assert {type(value) for value in found.quality.values()} == {float}
    assert solve(algorithm, data, name="mine").name == "mine"


@every
def test_it_can_be_made_again_from_what_it_says(algorithm):
    data = example(algorithm)
    found = solve(algorithm, data, seed=5)
    taken = {key: found.params[key] for key in ALGORITHMS[algorithm].options if key in found.params}
    if taken.get("communities") is not None:
        taken.pop("resolution", None)
    again = run(algorithm, data, seed=found.seed, **taken)
    assert facts(again) == facts(found)


@every
def test_whole_numbers_may_be_numpys(algorithm):
    data = example(algorithm)
    options = {
        option: np.int32(value) if isinstance(value, int) else value
        for option, value in CASES[algorithm].options.items()
    }
    found = run(algorithm, data, seed=np.int64(5), **options)
    assert facts(found) == facts(solve(algorithm, data, seed=5))
    assert type(found.seed) is int


@every
@pytest.mark.parametrize("seed", [-1, 2**32, 0.5, "one"])
def test_a_bad_seed_is_refused(algorithm, seed):
    with pytest.raises(UsageError, match="--seed must be"):
        solve(algorithm, example(algorithm), seed=seed)


@every
def test_a_bad_name_is_refused(algorithm):
    with pytest.raises(BadNameError, match="'No!' cannot name a partition"):
        solve(algorithm, example(algorithm), name="No!")


@every
def test_nothing_to_partition(algorithm):
    nothing = {
        "network": SongNetwork.from_edges([], [], [], name="empty"),
        "vectors": Vectors.from_rows("empty", [], np.empty((0, 3))),
    }[ALGORITHMS[algorithm].input]
    with pytest.raises(EmptyInputError, match="'empty' holds no songs"):
        solve(algorithm, nothing)


@on_networks
def test_a_single_song(algorithm):
    options = CASES[algorithm].single
    found = run(algorithm, SongNetwork.from_edges(["s"], [], []), **options)
    assert found.labels.tolist() == [0]
    assert found.quality["modularity"] == 0


@on_vectors
def test_a_single_vector(algorithm):
    alone, options = Vectors.from_rows("enc", ["s"], [[1.0, 2.0]]), CASES[algorithm].single
    if Promise.LEAVES_OUT in CASES[algorithm].promises:
        with pytest.raises(InputError, match="all 1 songs of 'enc' are noise"):
            run(algorithm, alone, **options)
        return
    assert run(algorithm, alone, **options).labels.tolist() == [0]


@on_networks
def test_modularity_is_igraphs(algorithm):
    for seed in range(CASES[algorithm].repeats):
        network = SongNetwork.from_edges(*planted_network(seed, songs=30, inside=0.3, outside=0.1))
        found = solve(algorithm, network)
        theirs = igraphs_modularity(network, found.labels)
        assert found.quality["modularity"] == pytest.approx(theirs, abs=1e-9)


@on_vectors
def test_well_separated_blobs(algorithm):
    songs, values = planted_vectors(seed=1, apart=20.0)
    found = solve(algorithm, Vectors.from_rows("enc", songs, values))
    assert ari(found.labels, planted(found)) == 1


# --- what some of them promise ------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", that_promise(Promise.DRAWS))
def test_the_seed_is_used(algorithm):
    random = np.random.default_rng(5)
    data = {
        "network": SongNetwork.from_edges(ids(150), *random.integers(0, 150, (2, 400))),
        "vectors": Vectors.from_rows("enc", ids(150), random.normal(size=(150, 9))),
    }[ALGORITHMS[algorithm].input]
    found = {solve(algorithm, data, seed=seed).fingerprint for seed in range(8)}
    assert len(found) > 1


@every
def test_without_a_draw_every_seed_gives_the_same(algorithm):
    if Promise.DRAWS in CASES[algorithm].promises:
        return
    first, second = (solve(algorithm, example(algorithm), seed=seed) for seed in (0, 7))
    assert first.fingerprint == second.fingerprint


@pytest.mark.parametrize("algorithm", that_promise(Promise.FINDS_K))
@pytest.mark.parametrize("communities", [1, 3, BLOCKS, 6])
def test_so_many_communities_as_asked_for(algorithm, communities):
    found = solve(algorithm, example(algorithm), communities=communities)
    assert found.communities == communities
    assert found.params["communities"] == communities


@pytest.mark.parametrize("algorithm", that_promise(Promise.CONNECTED))
def test_every_community_is_connected(algorithm):
    for seed in range(CASES[algorithm].repeats):
        network = scattered_network(seed)
        found = solve(algorithm, network)
        assert parts_inside(network, found.labels) == [1] * found.communities


@that_separate
def test_isolated_songs_stand_alone(algorithm):
    network = SongNetwork.from_edges("abcdef", [0, 0, 1], [1, 2, 2])
    assert solve(algorithm, network).labels.tolist() == [0, 0, 0, 1, 2, 3]


@that_separate
@pytest.mark.parametrize("edges", [([], []), ([0, 1], [1, 2])])
def test_songs_without_weight_between_them_stand_alone(algorithm, edges):
    network = SongNetwork.from_edges("abcd", *edges, np.zeros(len(edges[0])))
    found = solve(algorithm, network)
    assert found.labels.tolist() == [0, 1, 2, 3]
    assert found.quality["modularity"] == 0


@that_separate
def test_unconnected_parts_are_never_joined(algorithm):
    pairs = [(3 * part + i, 3 * part + j) for part in range(5) for i, j in ((0, 1), (1, 2), (0, 2))]
    found = solve(algorithm, SongNetwork.from_edges(ids(15), *zip(*pairs, strict=True)))
    assert found.labels.tolist() == [i // 3 for i in range(15)]


@with_cliques
def test_two_cliques_and_a_bridge(algorithm):
    found = solve(algorithm, cliques(2, 6, [(0, 1)]))
    assert found.labels.tolist() == [0] * 6 + [1] * 6


@with_cliques
def test_a_ring_of_cliques(algorithm):
    ring = [(i, (i + 1) % 8) for i in range(8)]
    found = solve(algorithm, cliques(8, 6, ring))
    assert found.labels.tolist() == [i // 6 for i in range(48)]


@with_cliques
def test_weights_decide(algorithm):
    # A square whose sides are heavy on the left and on the right, or above and below.
    sides = [(0, 1), (1, 2), (2, 3), (3, 0)]
    network = SongNetwork.from_edges("abcd", *zip(*sides, strict=True), [9.0, 1.0, 9.0, 1.0])
    assert solve(algorithm, network).labels.tolist() == [0, 0, 1, 1]
    network = SongNetwork.from_edges("abcd", *zip(*sides, strict=True), [1.0, 9.0, 1.0, 9.0])
    assert solve(algorithm, network).labels.tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("algorithm", [name for name in CASES if CASES[name].karate is not None])
def test_zacharys_karate_club(algorithm):
    club = igraph.Graph.Famous("Zachary")
    network = SongNetwork.from_edges(ids(34), *zip(*club.get_edgelist(), strict=True))
    found = max(
        (solve(algorithm, network, seed=seed) for seed in range(5)),
        key=lambda partition: partition.quality["modularity"],
    )
    assert CASES[algorithm].karate <= found.quality["modularity"] < 0.4198
    assert found.communities in {2, 3, 4}
    # The club split around the instructor (0) and the president (33).
    assert found.labels[0] != found.labels[33]
