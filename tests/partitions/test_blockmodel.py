"""The block model: its description length by hand, its levels, and the process that finds it."""

from __future__ import annotations

import ast
import json
import math
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path

import igraph
import numpy as np
import pytest
from partition_cases import cliques, ids, igraphs_modularity, need, planted_network

from songnet.agreement import ari
from songnet.errors import InputError, StateError, UsageError, WorkerError
from songnet.model import SongNetwork
from songnet.partitions import _blockmodel as module
from songnet.partitions import _graph_tool, blockmodel
from songnet.partitions._graph_tool import VARIABLE, find_python
from songnet.partitions._graph_tool_worker import __file__ as worker


@pytest.fixture(autouse=True)
def _graph_tool_is_there(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    need("blockmodel")


def karate():
    club = igraph.Graph.Famous("Zachary")
    return SongNetwork.from_edges(ids(34), *zip(*club.get_edgelist(), strict=True))


def random_network(inside, groups, seed=0, outside=0.0):
    """Each pair of songs of one group is linked with probability `inside`, others `outside`."""
    random = np.random.default_rng(seed)
    groups = np.asarray(groups)
    left, right = np.triu_indices(len(groups), 1)
    likely = np.where(groups[left] == groups[right], inside, outside)
    kept = random.random(len(left)) < likely
    return SongNetwork.from_edges(ids(len(groups)), left[kept], right[kept])


# --- what the description length is -------------------------------------------------------------


def log_choose(n, k):
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


@cache
def ways(total, parts, short):
    """Partitions of a whole number into at most so many parts.

    Where they are counted short, as graph-tool 2.45 does it, one recursion is taken as nothing
    where there are more parts than ones to share out.
    """
    if parts == 1 or (total == 0 and not short):
        return 1
    rest = total - parts
    if rest < (parts if short else 0):
        return ways(total, parts - 1, short)
    return ways(total, parts - 1, short) + ways(rest, parts, short)


def description_length(network, labels, *, short=False):
    """Peixoto (2017): edges given degrees, degrees, edges between blocks, blocks; nats.

    The degrees of a block are drawn by their distribution, whose number is counted (eqs. 27, 28).
    """
    labels = np.asarray(labels)
    songs, edges, blocks = len(labels), network.edges, int(labels.max()) + 1
    degrees = np.bincount(np.concatenate([network.sources, network.targets]), minlength=songs)

    between = np.zeros((blocks, blocks), int)
    np.add.at(between, (labels[network.sources], labels[network.targets]), 1)
    between += between.T
    sizes, ends = np.bincount(labels), between.sum(axis=1)

    given_degrees = sum(math.lgamma(end + 1) for end in ends)
    given_degrees -= sum(math.lgamma(degree + 1) for degree in degrees)
    for r in range(blocks):
        inner = between[r, r] // 2
        given_degrees -= inner * math.log(2) + math.lgamma(inner + 1)
        given_degrees -= sum(math.lgamma(between[r, s] + 1) for s in range(r))

    of_degrees = 0.0
    for r in range(blocks):
        of_degrees += math.log(ways(int(ends[r]), int(sizes[r]), short)) + math.lgamma(sizes[r] + 1)
        counts = Counter(degrees[labels == r].tolist())
        of_degrees -= sum(math.lgamma(count + 1) for count in counts.values())

    of_edges = log_choose(blocks * (blocks + 1) // 2 + edges - 1, edges)
    of_blocks = math.lgamma(songs + 1) - sum(math.lgamma(size + 1) for size in sizes)
    of_blocks += log_choose(songs - 1, blocks - 1) + math.log(songs)
    return given_degrees + of_degrees + of_edges + of_blocks


def assert_described(found, network):
    exact, short = (description_length(network, found.labels, short=way) for way in (False, True))
    assert short <= exact < short + 2
    length = found.quality["description_length"]
    assert length == pytest.approx(short, abs=1e-6) or length == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("communities", [None, 1, 2, 4, 34])
def test_the_description_length_is_peixotos(communities):
    found = blockmodel(karate(), communities=communities)
    assert_described(found, karate())


def test_of_a_planted_network_too():
    network = SongNetwork.from_edges(*planted_network())
    found = blockmodel(network)
    assert_described(found, network)
    whole = description_length(network, np.zeros(80, int))
    assert description_length(network, found.labels) < whole
    assert found.quality["modularity"] == pytest.approx(igraphs_modularity(network, found.labels))


def test_a_level_above_costs_the_choice_of_its_only_block():
    network = cliques(2, 6, [(0, 1)])
    plain, nested = blockmodel(network), blockmodel(network, nested=True)
    assert plain.labels.tolist() == nested.labels.tolist() == [0] * 6 + [1] * 6
    more = nested.quality["description_length"] - plain.quality["description_length"]
    assert more == pytest.approx(math.log(2))


def test_the_karate_club_is_one_block():
    # What the degrees explain is no structure: one block is described in 222.7 nats, two in more.
    found = blockmodel(karate())
    assert found.communities == 1
    assert found.quality["description_length"] == pytest.approx(222.8, abs=0.2)
    assert blockmodel(karate(), communities=2).quality["description_length"] > 227


# --- what it finds ------------------------------------------------------------------------------


def test_chance_is_no_structure():
    random = random_network(0.15, np.zeros(60))
    assert blockmodel(random).communities == 1
    assert blockmodel(random, nested=True).communities == 1


def test_songs_that_link_alike_share_a_block_though_they_do_not_link_to_each_other():
    sides = np.arange(60) % 2
    network = random_network(0.0, sides, outside=0.3)
    found = blockmodel(network)
    assert ari(found.labels, sides) == 1
    assert found.quality["modularity"] < 0


def test_unconnected_parts_that_link_alike_may_share_a_block():
    assert blockmodel(cliques(5, 3, [])).communities == 1


def test_songs_without_an_edge_of_weight_stand_alone():
    edges = cliques(2, 6, [(0, 1)])
    network = SongNetwork.from_edges(
        ids(15), [*edges.sources, 0, 12], [*edges.targets, 13, 14], [1.0] * edges.edges + [0.0] * 2
    )
    found = blockmodel(network)
    assert found.labels.tolist() == [0] * 6 + [1] * 6 + [2, 3, 4]
    assert blockmodel(network, communities=5).labels.tolist() == found.labels.tolist()
    assert blockmodel(network, communities=15).communities == 15
    alone = blockmodel(SongNetwork.from_edges(ids(3), [0], [1], [0.0]), nested=True)
    assert alone.labels.tolist() == [0, 1, 2]
    assert dict(alone.quality) == {"modularity": 0, "description_length": 0}


@pytest.mark.parametrize("unit", [1.0, 0.37])
def test_weights_count_where_they_are_asked_for(unit):
    songs, random = 24, np.random.default_rng(1)
    left, right = np.triu_indices(songs, 1)
    sides = np.arange(songs) % 2
    weights = np.where(sides[left] == sides[right], 12, 1) + random.integers(0, 3, len(left))
    network = SongNetwork.from_edges(ids(songs), left, right, weights * unit)
    assert blockmodel(network).communities == 1
    found = blockmodel(network, weighted=True)
    assert ari(found.labels, sides) == 1
    assert found.params["weighted"] is True


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("unit", [1.0, 0.37])
def test_weights_are_described_of_songs_that_are_a_block_each_too(nested, unit):
    left, right = np.triu_indices(6, 1)
    network = SongNetwork.from_edges(ids(6), left, right, np.arange(1.0, 16.0) * unit)
    lengths = [
        blockmodel(network, nested=nested, communities=6, weighted=weighted, trials=1).quality[
            "description_length"
        ]
        for weighted in (False, True)
    ]
    assert lengths[1] > lengths[0] + 1


def test_whole_weights_are_described_by_how_they_share_their_sum():
    """Of a geometric distribution with one block: in how many ways 15 edges share a sum of 120."""
    left, right = np.triu_indices(6, 1)
    network = SongNetwork.from_edges(ids(6), left, right, np.arange(1.0, 16.0))
    plain, weighted = (
        blockmodel(network, communities=1, weighted=each, trials=1).quality["description_length"]
        for each in (False, True)
    )
    assert weighted - plain == pytest.approx(math.log(math.comb(120 + 15 - 1, 120)))


# --- levels and numbers -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def towns():
    """Twelve songs to a house, four houses to a street, and two streets that hardly meet."""
    random = np.random.default_rng(4)
    left, right = np.triu_indices(96, 1)
    likely = np.full(len(left), 0.01)
    likely[left // 48 == right // 48] = 0.15
    likely[left // 12 == right // 12] = 0.9
    kept = random.random(len(left)) < likely
    return SongNetwork.from_edges(ids(96), left[kept], right[kept])


def test_levels_from_the_coarsest_to_the_finest(towns):
    finest = blockmodel(towns, nested=True)
    depth = finest.params["levels"]
    assert depth == 2
    assert ari(finest.labels, np.arange(96) // 12) == 1
    coarsest = blockmodel(towns, nested=True, level=1)
    assert ari(coarsest.labels, np.arange(96) // 48) == 1
    assert coarsest.quality["description_length"] == finest.quality["description_length"]
    again = blockmodel(towns, nested=True, level=depth)
    assert again.labels.tolist() == finest.labels.tolist()


def test_so_many_communities_in_the_finest_level(towns):
    found = blockmodel(towns, nested=True, communities=5, trials=1)
    assert found.communities == 5
    assert blockmodel(towns, nested=True, communities=96, trials=1).communities == 96


def test_a_level_that_is_not_there(towns):
    with pytest.raises(InputError, match="has 2 levels of more than one block, not 3: ask for 1 t"):
        blockmodel(towns, nested=True, level=3, trials=1)
    with pytest.raises(InputError, match="has 0 levels of more than one block, not 1: one block"):
        blockmodel(karate(), nested=True, level=1, trials=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": 1}, "give --nested too"),
        ({"level": 0, "nested": True}, "--level must be at least 1: got 0"),
        ({"level": 1, "nested": True, "communities": 2}, "give --communities or --level, not both"),
        ({"communities": 0}, "--communities must be at least 1: got 0"),
        ({"trials": 0}, "--trials must be at least 1: got 0"),
    ],
)
def test_options_out_of_range_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        blockmodel(karate(), **options)


def test_numbers_of_communities_that_cannot_be_had():
    with pytest.raises(InputError, match="34 songs, too few for 35 communities: ask for 1 to 34"):
        blockmodel(karate(), communities=35)
    lonely = SongNetwork.from_edges(ids(5), [0], [1])
    with pytest.raises(InputError, match="3 songs without a link, .* ask for 4 to 5"):
        blockmodel(lonely, communities=3)


# --- the seed -----------------------------------------------------------------------------------


def test_seeds_and_processes():
    # So weak a structure that searches end in different places.
    network = random_network(0.2, np.arange(60) % 5, outside=0.1)
    found = [blockmodel(network, communities=6, trials=1, seed=seed) for seed in (0, 0, 1, 2)]
    assert found[0].fingerprint == found[1].fingerprint
    assert dict(found[0].quality) == dict(found[1].quality)
    assert len({partition.fingerprint for partition in found}) > 1


def test_large_networks_are_searched_once(monkeypatch):
    assert blockmodel(karate()).params["trials"] == 3
    monkeypatch.setattr(module, "QUICK_EDGES", 77)
    assert blockmodel(karate()).params["trials"] == 1
    assert blockmodel(karate(), trials=2).params["trials"] == 2


HERE = """
import importlib.util, json, sys
import numpy as np

spec = importlib.util.spec_from_file_location("worker", sys.argv[1])
worker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(worker)
np.random.seed(1)
before = np.random.get_state()[1].tolist()
edges = np.array(json.loads(sys.argv[2]))
levels, length = worker.fit(34, edges, np.ones(0), nested=True, blocks=4, trials=3, seed=3)
assert np.random.get_state()[1].tolist() == before
print(json.dumps([levels[0].tolist(), length]))
"""


def test_in_a_process_of_its_own_or_not_it_finds_the_same():
    edges = np.stack([karate().sources, karate().targets], axis=1).tolist()
    here = subprocess.run(
        [find_python().path, "-W", "error", "-c", HERE, worker, json.dumps(edges)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert here.returncode == 0, here.stderr
    labels, length = json.loads(here.stdout)
    found = blockmodel(karate(), nested=True, communities=4, seed=3)
    assert ari(found.labels, labels) == 1
    assert found.quality["description_length"] == length


# --- the process --------------------------------------------------------------------------------


def test_the_worker_needs_nothing_of_ours_and_an_old_python():
    tree = ast.parse(Path(worker).read_text("utf-8"), feature_version=(3, 9))
    names = [
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]
    assert {name.split(".")[0] for name in names} <= {
        *sys.stdlib_module_names,
        "numpy",
        "graph_tool",
    }


def test_the_python_that_is_named_is_used(monkeypatch):
    monkeypatch.setenv(VARIABLE, find_python().path)
    assert blockmodel(karate()).communities == 1
    for named, reason in (("/no/such/python", "cannot be run"), (sys.executable, "graph_tool")):
        monkeypatch.setenv(VARIABLE, named)
        with pytest.raises(StateError, match=f"{VARIABLE}={named} cannot import .*{reason}") as got:
            blockmodel(karate())
        assert "apt install python3-graph-tool" in str(got.value)
        assert "\n" not in str(got.value)


def test_without_graph_tool_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(_graph_tool, "USUAL", ("/no/such/python",))
    with pytest.raises(StateError, match="needs graph-tool, .* 'apt install python3-graph-tool'"):
        blockmodel(karate())


def a_python(folder, then):
    """A program that says it has graph-tool, and does as it is told when there is work."""
    path = folder / "python"
    path.write_text(f'#!/bin/sh\nif [ "$5" = version ]; then printf 2.45; else {then}; fi\n')
    path.chmod(0o755)
    return str(path)


def test_the_worker_has_one_thread(tmp_path, monkeypatch):
    path = tmp_path / "python"
    path.write_text('#!/bin/sh\nprintf "$OMP_NUM_THREADS"\n')
    path.chmod(0o755)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv(VARIABLE, str(path))
    assert find_python().version == "1"


@pytest.mark.parametrize(
    ("then", "message"),
    [
        ("kill -KILL $$", r"was killed \(SIGKILL\), perhaps for want of memory"),
        ("exit 3", "exit code 3 without a word"),
        ("cat > /dev/null; echo first >&2; echo 'ValueError: no' >&2; exit 1", "^ValueError: no$"),
        ("cat > /dev/null; printf nonsense", "its answer cannot be read"),
        ("exec < /dev/null; exit 0", "its answer cannot be read"),
    ],
)
def test_a_worker_that_dies_is_an_error_of_one_line(tmp_path, monkeypatch, then, message):
    monkeypatch.setenv(VARIABLE, a_python(tmp_path, then))
    # More than a pipe holds, so that a worker that does not read cannot stop us either.
    with pytest.raises(WorkerError, match=message) as got:
        blockmodel(random_network(0.5, np.zeros(400)))
    assert "\n" not in str(got.value)


def test_a_task_that_cannot_be_read_is_an_error_of_one_line():
    with pytest.raises(WorkerError) as got:
        _graph_tool._run(find_python().path, [], b"nonsense")
    assert "\n" not in str(got.value)


LONG = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
import numpy as np
from songnet.model import SongNetwork
from songnet.partitions import blockmodel

ends = np.random.default_rng(0).integers(0, 400, (2, 4000))
blockmodel(SongNetwork.from_edges([f"s{i}" for i in range(400)], *ends), trials=100_000)
"""


def children(process):
    """Its child processes."""
    text = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(child) for child in text.split()]


def computing(process):
    """Whether the process is there and its program is the worker, with work."""
    try:
        arguments = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z" and worker.encode() in arguments and b"version" not in arguments


def eventually(what, seconds=30):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_worker_ends_with_us(ended_by):
    with subprocess.Popen(
        [sys.executable, "-c", LONG], stderr=subprocess.DEVNULL, start_new_session=True
    ) as us:
        try:
            eventually(lambda: any(map(computing, children(us.pid))))
            workers = [child for child in children(us.pid) if computing(child)]
            time.sleep(0.3)
            us.send_signal(ended_by)
            us.wait(timeout=30)
            eventually(lambda: not any(map(computing, workers)))
        finally:
            us.kill()
