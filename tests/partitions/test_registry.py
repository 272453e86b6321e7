"""The algorithms by name, and what each takes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from songnet import partitions
from songnet.errors import UsageError
from songnet.model import SongNetwork, Vectors
from songnet.partitions import ALGORITHMS, find, run

NETWORK = SongNetwork.from_edges("abcd", [0, 2, 1], [1, 3, 2], name="mine")
VECTORS = Vectors.from_rows("enc", "abcd", [[0.0], [0.1], [5.0], [5.1]])


def test_every_algorithm_is_the_function_of_its_name():
    assert set(ALGORITHMS) >= {"hdbscan", "infomap", "kmeans", "leiden", "louvain", "mixture"}
    for name, algorithm in ALGORITHMS.items():
        assert algorithm.function is getattr(partitions, name.replace("-", "_"))
        assert find(name) is algorithm


def test_an_algorithm_knows_its_options():
    assert find("kmeans").options == {
        "communities": True,
        "n_init": False,
        "name": False,
        "seed": False,
    }
    assert set(find("leiden").options) == {
        "objective",
        "resolution",
        "communities",
        "layer_weight",
        "name",
        "seed",
    }


def test_run_passes_the_options_on():
    found = run("leiden", NETWORK, resolution=5.0, name="other", seed=3)
    direct = partitions.leiden(NETWORK, resolution=5.0, name="other", seed=3)
    assert found.fingerprint == direct.fingerprint
    assert dict(found.params) == dict(direct.params) == {"resolution": 5.0}
    assert (found.name, found.seed) == ("other", 3)


def test_an_option_that_is_none_is_not_given():
    found = run("infomap", NETWORK, resolution=None, communities=None, name=None)
    assert found.name == "infomap-mine"


NEEDED = {
    "hdbscan": {"min_size": 2},
    "kmeans": {"communities": 2},
    "spectral": {"communities": 2, "neighbors": 1},
}


@pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name != "blockmodel"])
def test_where_no_seed_is_given_it_is_nought_and_the_library_is_named(algorithm):
    data, library = {"network": (NETWORK, "igraph"), "vectors": (VECTORS, "scikit-learn")}[
        find(algorithm).input
    ]
    found = run(algorithm, data, **NEEDED.get(algorithm, {}))
    assert found.seed == 0
    assert set(found.versions) == {"songnet", "infomap" if algorithm == "infomap" else library}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: run("kmean", NETWORK),
            "no algorithm 'kmean': on a network use .*infomap, ",
        ),
        (lambda: find("kmean"), "; on an encoder's vectors hdbscan, kmeans,"),
        (lambda: run("kmeans", NETWORK, communities=2), "'mine' is a network: use .*infomap, "),
        (lambda: run("leiden", VECTORS), "'enc' is an encoder: use hdbscan, kmeans,"),
        (
            lambda: run("kmeans", VECTORS),
            "kmeans needs --communities: 'songnet partitions choose-k' tells how many",
        ),
        (
            lambda: run("infomap", NETWORK, communities=2),
            "infomap does not take --communities: it is an option of .*kmeans, .*leiden, louvain",
        ),
        (
            lambda: run("kmeans", VECTORS, communities=2, resolution=1.5),
            "kmeans does not take --resolution: it is an option of .*leiden, louvain",
        ),
        (lambda: run("louvain", NETWORK, n_init=3), "--n-init: it is an option of kmeans"),
        (lambda: run("louvain", NETWORK, colour="red"), "--colour: no algorithm does"),
        (lambda: run("leiden", NETWORK, seed=2**32), "from 0 to 4294967295: got 4294967296"),
    ],
)
def test_calls_that_cannot_be_are_refused(call, message):
    with pytest.raises(UsageError, match=message):
        call()


def test_importing_the_algorithms_loads_no_library():
    script = "import sys, songnet.partitions; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"igraph", "infomap", "sklearn", "scipy", "threadpoolctl"} & set(loaded)
