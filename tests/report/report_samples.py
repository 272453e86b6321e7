"""Synthetic report content: small, seeded, with numbers that can be checked by hand."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from songnet.info import EncoderInfo, NetworkInfo, PartitionInfo
from songnet.report import (
    Curve,
    EncoderSection,
    Example,
    Loaded,
    Panel,
    Projection,
    ReportContent,
    SearchSection,
    Section,
    Songs,
    Table,
)

SCRIPT = "<script>alert(1)</script>"
HOSTILE = [
    SCRIPT,
    "\"quoted\" 'twice' & <b>bold</b>",
    "مرحبا بالعالم",
    "🎷👩‍🎤 $5 and $10 {{ 7 * 7 }} {% raw %}",
    "very long " * 60,
    "bad \x00\x08 and \ud800 alone\nin two lines",
    "",
]


def confusion(counts: Sequence[Sequence[int]]) -> dict[str, object]:
    """A dense matrix in the comparison's sparse form."""
    table = np.asarray(counts)
    cells = [[int(r), int(c), int(table[r, c])] for r, c in np.argwhere(table)]
    return {"rows": list(range(len(table))), "columns": list(range(table.shape[1])), "cells": cells}


def pair(a: str, b: str, counts: Sequence[Sequence[int]], ami: float | None = 0.3) -> dict:
    """A pair of the comparison; scores other than AMI are made up and told apart by value."""
    return {
        "a": a,
        "b": b,
        "songs": int(np.sum(counts)),
        "nmi": 0.411,
        "ami": ami,
        "ari": -0.0121,
        "vi": 1.234,
        "homogeneity": 0.521,
        "completeness": 0.622,
        "fmi": 0.723,
        "confusion": confusion(counts),
    }


def null(p: float, *, mean: float = 0.001, samples: int = 99, movable: float = 1.0) -> dict:
    """A null of a pair: of AMI and NMI."""
    score = {"mean": mean, "sd": 0.004, "low": mean - 0.008, "high": mean + 0.008, "z": 7.5, "p": p}
    return {"samples": samples, "seed": 0, "movable": movable, "ami": score, "nmi": score}


def tested(given: dict, **nulls: dict) -> dict:
    """A pair as comparisons have it since nulls are computed: with chance, interval and order."""
    rows, columns = (len(given["confusion"][side]) for side in ("rows", "columns"))
    ami = given["ami"]
    return {
        **given,
        "element_centric": 0.456,
        "chance": {"ami": 0.0, "nmi": 0.0213, "fmi": 0.3333},
        "null": nulls,
        "interval": {"level": 0.95, "samples": 99, "ami": [ami - 0.05, ami + 0.04]},
        "order": {"rows": list(range(rows))[::-1], "columns": list(range(columns))[::-1]},
        "only_a": 3,
        "only_b": 0,
    }


def comparison(*pairs: dict) -> dict:
    """A comparison of the contract's schema."""
    return {"schema": "songnet.partitions.compare/1", "partitions": [], "pairs": list(pairs)}


def partition(name: str, on: str, *, algorithm: str = "leiden") -> PartitionInfo:
    """What the store says of a partition."""
    return PartitionInfo(
        name, algorithm, on, 200, 3, 0, {"modularity": 0.5432}, "ab" * 32, "2026-01-01T00:00:00Z"
    )


def loaded(*, partitions: Sequence[PartitionInfo] | None = None) -> Loaded:
    """Two networks, an encoder and three partitions: of playlists, of vectors, of sound."""
    default = [
        partition("leiden-playlists", "playlists"),
        partition("kmeans-cae_12x15", "cae_12x15", algorithm="kmeans"),
        partition("leiden-sound", "sound-cae_12x15"),
    ]
    return Loaded(
        networks=[
            NetworkInfo("playlists", "playlists", 200, 45_678, "cd" * 32, "x", {"min_shared": 2}),
            NetworkInfo("sound-cae_12x15", "sound", 200, 1234, "ef" * 32, "x", {"k": 10}),
        ],
        encoders=[EncoderInfo("cae_12x15", "cae", "12x15", 180, "01" * 32, "x", {"seed": 0})],
        partitions=default if partitions is None else partitions,
    )


def example(title: str = "Song – Artist", *, seed: int = 0) -> Example:
    """A loud low band over noise, and a reconstruction that is off by 0.1 everywhere."""
    original = np.random.default_rng(seed).integers(0, 128, (96, 216)).astype(np.uint8)
    original[:8] = 200
    return Example(title, original, (original / 255 + 0.1).astype(np.float32))


def encoder(**changes: object) -> EncoderSection:
    """An encoder with a history of 30 epochs, best in epoch 20, and two examples."""
    epochs = np.arange(1, 31)
    section = EncoderSection(
        name="cae_12x15",
        params={"latent": "12x15", "learning_rate": 0.0005, "retrained": False},
        history={
            "loss": (0.5 / epochs).tolist(),
            "val_loss": (0.02 + ((epochs - 20) / 100) ** 2).tolist(),
        },
        examples=[example("First song"), example("Second song", seed=1)],
        mse=0.00677,
    )
    return dataclasses.replace(section, **changes)


def search(**changes: object) -> SearchSection:
    """Two latents, the first with a best, a plain and a given-up training."""
    section = SearchSection(
        name="search_cae",
        summary="Every combination of two latents. Of 4 trainings: 3 complete, 1 pruned.",
        loss="mean squared error per pixel",
        panels=[
            Panel(
                "12x15 · best 0.02",
                [
                    Curve([0.5, 0.1, 0.01], [0.6, 0.02, 0.03], best=True),
                    Curve([0.7, 0.3], [0.8, 0.4]),
                    Curve([0.9], [1.0], given_up=True),
                ],
            ),
            Panel("48x81 · best 0.01", [Curve([0.4, 0.2, 0.1], [0.4, 0.2, 0.01], best=True)]),
        ],
        bests=[
            {"latent": "48x81", "batch size": 5, "validation loss": 0.01},
            {"latent": "12x15", "batch size": 10, "validation loss": 0.02},
        ],
    )
    return dataclasses.replace(section, **changes)


def projection(songs: int = 200, communities: int = 3, **changes: object) -> Projection:
    """Blobs on a circle, a community each."""
    rng = np.random.default_rng(3)
    labels = np.sort(rng.integers(0, communities, songs))
    angles = 2 * math.pi * labels / communities
    points = 8 * np.column_stack([np.cos(angles), np.sin(angles)]) + rng.normal(size=(songs, 2))
    given = Projection(
        title="Where the clusters lie",
        method="PCA",
        encoder="cae_12x15",
        points=points,
        labels=labels,
        legend=[f"Band {label}" for label in range(communities)],
        partition="kmeans-cae_12x15",
        explained=(0.61, 0.17),
    )
    return dataclasses.replace(given, **changes)


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 150"><title>S</title></svg>'
TABLE = [[50, 20, 10], [10, 40, 10], [20, 10, 30]]


def songs(number: int = 200) -> Songs:
    """Songs by seven artists."""
    titles = [f"Song {place:03}" for place in range(number)]
    return Songs(titles, [f"Artist {place % 7}" for place in range(number)])


def labels() -> dict[str, np.ndarray]:
    """Communities of 200 songs, of which the first two partitions meet as in `TABLE`."""
    cells = [
        (row, column)
        for row, counts in enumerate(TABLE)
        for column, number in enumerate(counts)
        for _ in range(number)
    ]
    a, b = np.array(cells).T
    return {"leiden-playlists": a, "kmeans-cae_12x15": b, "leiden-sound": (a + b) % 3}


def section(**changes: object) -> Section:
    """A part with a table and two figures."""
    given = Section(
        title="The study",
        paragraphs=["A paragraph of its own."],
        tables=[Table("Scores by latent", ["latent", "AMI", "note"],
                      [["12x15", 0.031, "first"], ["48x81", 0.117, None], ["72x72", 9, "x"]])],
        figures=[("own", SVG, "A caption of its own", "What it shows")],
    )  # fmt: skip
    return dataclasses.replace(given, **changes)


def content(**changes: object) -> ReportContent:
    """A whole report."""
    table = TABLE
    given = ReportContent(
        title="A report for tests",
        created_at="2026-11-22 12:00 UTC",
        notes=["Soundtracks hardly overlap."],
        store={"engine": "ladybug", "playlists": 12, "songs": 200, "memberships": 34_567},
        loaded=loaded(),
        encoders=[encoder()],
        searches=[search()],
        comparison=comparison(
            pair("leiden-playlists", "kmeans-cae_12x15", table, 0.31),
            pair("leiden-playlists", "leiden-sound", table, 0.12),
            pair("kmeans-cae_12x15", "leiden-sound", table, 0.66),
        ),
        communities={
            "leiden-playlists": ["Jazz", "Metal", "Folk"],
            "kmeans-cae_12x15": ["Loud", "Quiet", "Noise"],
            "leiden-sound": ["Drums", "Strings", "Voices"],
        },
        songs=songs(),
        labels=labels(),
        projections=[
            projection(rows=np.arange(200)),
            projection(
                method="t-SNE",
                title="Neighbours",
                partition="leiden-playlists",
                explained=None,
                note="seed 7",
                rows=np.arange(200),
            ),
        ],
        provenance={"songnet": "0.1.0", "network playlists": "cd" * 32},
    )
    return dataclasses.replace(given, **changes)


def bare(**changes: object) -> ReportContent:
    """A report without spectrograms and maps, quicker to draw."""
    return content(**{"encoders": [], "searches": [], "projections": [], **changes})


def large(number: int = 50_000, *, maps: int = 1) -> ReportContent:
    """A report on so many songs: 40 communities against 8, maps with all of them."""
    rng = np.random.default_rng(11)
    falling = 1 / np.arange(5, 45)
    fine = np.sort(rng.choice(40, number, p=falling / falling.sum()))
    coarse = np.where(rng.random(number) < 0.6, fine % 8, rng.integers(0, 8, number))
    table = np.zeros((40, 8), int)
    np.add.at(table, (fine, coarse), 1)
    blobs = rng.normal(size=(40, 2))[fine] * 9 + rng.normal(size=(number, 2))
    every = np.arange(number)
    given = bare(
        comparison=comparison(pair("leiden-playlists", "kmeans-cae_12x15", table)),
        songs=Songs([f"A title of some length {n}" for n in every],
                    [f"Some artist {n % 9000}" for n in every]),
        labels={"leiden-playlists": fine, "kmeans-cae_12x15": coarse},
        communities={"leiden-playlists": [f"List {n}" for n in range(40)],
                     "kmeans-cae_12x15": [f"Sound {n}" for n in range(8)]},
    )  # fmt: skip
    drawn = [
        projection(number, 40, points=blobs, labels=fine, encoder=f"cae_{n}", rows=every)
        for n in range(maps)
    ]
    return dataclasses.replace(given, projections=drawn)


def hostile() -> ReportContent:
    """A report whose every text is trouble."""
    odd = [title or "empty" for title in HOSTILE]
    table = np.diag(np.arange(1, len(HOSTILE) + 1)).tolist()
    return content(
        title=" ".join(odd),
        notes=odd,
        encoders=[encoder(examples=[example(title) for title in odd])],
        searches=[
            search(
                name=odd[0],
                summary=odd[1],
                panels=[Panel(title, [Curve([0.5], [0.4], best=True)]) for title in odd],
                bests=[{title: title for title in odd}],
            )
        ],
        unread=odd,
        comparison=comparison(pair("leiden-playlists", "kmeans-cae_12x15", table)),
        communities={"leiden-playlists": HOSTILE, "kmeans-cae_12x15": HOSTILE[::-1]},
        sections=[
            Section(odd[0], odd, [Table(odd[0], odd, [odd, odd[::-1]])], [(odd[0], SVG, *odd[:2])])
        ],
        songs=Songs([*odd, "</script><!--"], [*odd[::-1], "-->"]),
        labels={
            "leiden-playlists": np.arange(len(odd) + 1) % len(odd),
            "kmeans-cae_12x15": np.arange(len(odd) + 1)[::-1] % len(odd),
        },
        projections=[
            projection(communities=len(HOSTILE), legend=HOSTILE, title=odd[0], note=odd[1]),
            projection(
                len(odd) + 1, len(odd), legend=HOSTILE, title=odd[0], rows=np.arange(len(odd) + 1)
            ),
        ],
        provenance={title: title for title in odd},
    )
