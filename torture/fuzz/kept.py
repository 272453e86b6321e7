"""Hostile encoders, and data folders whose files others have damaged."""

from __future__ import annotations

import json
import struct
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from songnet.encoders import Epoch, Holdout, Hyperparameters, Saved, cae, save, save_zip
from songnet.model import SongNetwork, Vectors, object_array
from songnet.sources._listening import SongSound
from songnet.sources.archive import SpectrogramArchive
from songnet.store.folder import DataFolder
from songnet.store.nulls import Nulls
from torture.fuzz.archives import flagged, zipped, zipped_pairs
from torture.fuzz.bombs import MIB, zip_bomb
from torture.fuzz.items import Entry, Item, Link, Pipe, odd_files, one
from torture.fuzz.tables import EDGES, FACTS, parquet
from torture.fuzz.texts import NUMBERS, PATHS, STRINGS, cuts, encodings

MADE_BY = "f" * 64
NULL_KEY = "0" * 64
PICKLED = b"\x80\x04cos\nsystem\n(S'touch outside'\ntR."


@cache
def encoder() -> Saved:
    """A small encoder of made-up weights."""
    design = cae.design({"filters": (2, 1), "pooling": (4, 6)})
    noise = np.random.default_rng(0)
    weights = {
        name: noise.normal(0, 0.1, shape).astype(np.float32)
        for name, shape in design.weight_shapes().items()
    }
    return Saved(
        name="cae_tiny",
        design=design,
        weights=weights,
        hyperparameters=Hyperparameters(
            epochs=2, batch_size=4, learning_rate=0.01, validation=0.2, patience=2, seed=0
        ),
        holdout=Holdout("song", 19, 5, 19, ("file:a.ogg",)),
        history=(Epoch(1, 0.5, 0.4, 120.5, 0.25), Epoch(2, 0.4, 0.45, 130.0, 0.25)),
        versions={"songnet": "1"},
    )


def files_below(folder: Path, top: str = "") -> dict[str, bytes]:
    """The files of a folder, by their paths below `top`."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {f"{top}{path.relative_to(folder)}": path.read_bytes() for path in files}


@cache
def _encoder_files() -> tuple[bytes, Mapping[str, bytes]]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        save_zip(encoder(), folder / "e.zip")
        save(encoder(), folder / "e")
        return (folder / "e.zip").read_bytes(), files_below(folder / "e")


def encoders() -> dict[str, Item]:
    """Encoder files, as ``encoders import`` takes them."""
    packed, files = _encoder_files()
    config, weights = files["config.json"], files["weights.safetensors"]
    name = "e.zip"

    def remade(**changed: bytes) -> Item:
        return one(name, zipped({**files, **{k.replace("_", "."): v for k, v in changed.items()}}))

    def folder(**changed: Entry) -> Item:
        entries = {**files, **{k.replace("_", "."): v for k, v in changed.items()}}
        return Item("e", {f"e/{key}": entry for key, entry in entries.items()})

    size = int.from_bytes(weights[:8], "little")
    heads = (0, 1, size - 1, size + 1, 2**20, 2**31, 2**63, 2**64 - 1)
    return {
        "sound": one(name, packed),
        "sound folder": folder(),
        "sound, without suffix": one("encoder", packed),
        "a weight of NaN": remade(weights_safetensors=weights[:-4] + b"\0\0\xc0\x7f"),
        "other weights": remade(weights_safetensors=weights[:-4] + b"\0\0\x80\x3f"),
        "no weights": remade(weights_safetensors=b""),
        "more behind the weights": remade(weights_safetensors=weights + bytes(100)),
        "a bomb of weights": one(name, zip_bomb("weights.safetensors", 300 * MIB)),
        "a bomb of configuration": one(name, zip_bomb("config.json", 300 * MIB, b" " * MIB)),
        "bzip2": one(name, zipped(files, 12)),
        "lzma": one(name, zipped(files, 14)),
        "encrypted": one(name, flagged(packed, 1)),
        "doubled": one(name, zipped_pairs([*files.items(), *files.items()])),
        "nothing": one(name, zipped({})),
        "more members": one(name, zipped({**files, **{f"{p}.py": b"x" for p in PATHS}})),
        "pickled": one(name, zipped({**files, "weights.safetensors": PICKLED})),
        **{f"head {n}": remade(weights_safetensors=struct.pack("<Q", n) + weights[8:])
           for n in heads},
        **{f"tensors {i}": remade(weights_safetensors=_tensors(text)) for i, text in enumerate(
            ("{}", "[" * 90_000, '{"a":' * 9_000, "null",
             '{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 99999999999]}}',
             '{"a": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 0]}}',
             '{"\\u001b[2J": {"dtype": "F64", "shape": [0], "data_offsets": [0, 0]}}',
             '{"a": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}', "\xff"))},
        **_configs(json.loads(config), remade),
        "configuration from /dev/zero": folder(config_json=Link("/dev/zero")),
        "configuration from a pipe": folder(config_json=Pipe()),
        "weights from /dev/zero": folder(weights_safetensors=Link("/dev/zero")),
        "weights from a pipe": folder(weights_safetensors=Pipe()),
        "configuration that loops": folder(config_json=Link("config.json")),
        **{f"configuration {key}": remade(config_json=item.files["c"]) for key, item in
           (cuts("c", config) | encodings("c", config.decode())).items()
           if isinstance(item.files["c"], bytes)},
        **cuts(name, packed),
        **{f"weights {key}": remade(weights_safetensors=item.files["w"])
           for key, item in cuts("w", weights, 12).items() if isinstance(item.files["w"], bytes)},
        **odd_files(name, packed),
    }  # fmt: skip


def _tensors(text: str) -> bytes:
    data = text.encode("latin-1")
    return struct.pack("<Q", len(data)) + data + bytes(16)


def _configs(config: dict[str, Any], remade: Callable[..., Item]) -> dict[str, Item]:
    """Every value of the configuration as every kind of value."""
    odd: tuple[Any, ...] = (
        *(None, True, -1, 0, 1, 1.5, 1e308, 10**30, "", "x", "../x", "\x1b[2J", "x" * 5_000),
        *([], {}, [[1]], [1] * 50_000, [10**9, 10**9], {"a": {}}),
    )
    items = {}
    for path in _paths(config):
        for place, value in enumerate(odd):
            data = json.dumps(_with(config, path, value)).encode()
            items[f"{'.'.join(map(str, path))} as {place}"] = remade(config_json=data)
    for number in NUMBERS:
        text = json.dumps(_with(config, ("hyperparameters", "seed"), "N")).replace('"N"', number)
        items[f"seed {number[:24]}"] = remade(config_json=text.encode())
    for place, text in enumerate(STRINGS):
        data = json.dumps(_with(config, ("name",), text)).encode()
        items[f"name {place}"] = remade(config_json=data)
    for filters in ([1024] * 8, [4096, 4096], [100_000], [2**40]):
        shaped = _with(config, ("architecture", "filters"), filters)
        shaped = _with(shaped, ("architecture", "pooling"), [1] * len(filters))
        items[f"filters {filters[:2]}"] = remade(config_json=json.dumps(shaped).encode())
    items["deep"] = remade(config_json=b"[" * 100_000)
    items["many digits"] = remade(config_json=b'{"schema": ' + b"9" * 100_000 + b"}")
    return items


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The places of a JSON value, its first elements alone where there are many."""
    pairs: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = [(0, value[0])] if value else []
    return [path, *(each for key, inner in pairs for each in _paths(inner, (*path, key)))]


def _with(value: Any, path: tuple[str | int, ...], new: object) -> Any:
    """A JSON value with another one in a place."""
    if not path:
        return new
    copied: Any = list(value) if isinstance(value, list) else dict(value)
    copied[path[0]] = _with(value[path[0]], path[1:], new)
    return copied


# --- data folders --------------------------------------------------------------------------------

CHOICE_ROW = {"communities": 2, "inertia": 1.0, "silhouette": 0.5, "gap": 0.1, "gap_error": 0.1,
              "bic": 1.0, "largest": 0.5, "degenerate": False}  # fmt: skip
SWEEP_ROW = {"resolution": 1.0, "communities": 2, "modularity": 0.5, "stability": 1.0,
             "largest": 0.5, "degenerate": False, "plateau": None}  # fmt: skip
CHOICE = {"schema": "songnet.choice/1", "on": "cae_tiny", "songs": 3, "seed": 0, "fingerprint": "x",
          "rows": [CHOICE_ROW], "chosen": {"gap": 2}, "rules": {"gap": "x"}}  # fmt: skip
SWEEP = {"schema": "songnet.sweep/1", "on": "n", "algorithm": "leiden", "fingerprint": "x",
         "seeds": [0], "rows": [SWEEP_ROW], "plateaus": [], "consensus": None, "objective": "x",
         "chosen": None, "rules": {"plateau": "x"}}  # fmt: skip
NULL_SCORE = {"mean": 0.0, "sd": 1.0, "low": 0.0, "high": 1.0, "z": 1.0, "p": 0.5}
NULL = {"schema": "songnet.null/1", "ami": NULL_SCORE, "samples": 9, "seed": 0, "movable": None,
        "rewired": None}  # fmt: skip


@cache
def data_folder() -> Mapping[str, bytes]:
    """The files of a small data folder, by their paths."""
    with tempfile.TemporaryDirectory() as place:
        data = DataFolder(Path(place))
        songs = object_array(["file:a.ogg", "file:b.ogg", "file:c.ogg"])
        network = SongNetwork.from_edges(
            songs, np.array([0, 0, 1]), np.array([1, 2, 2]), np.array([1.0, 2.0, 3.0]),
            name="n", kind="playlists", attributes={"playlists": np.array([1, 2, 3])}, params={},
        )  # fmt: skip
        data.write_network(network)
        vectors = Vectors("cae_tiny", songs, np.eye(3, dtype=np.float32))
        hashes = object_array(["0" * 64] * 3)
        data.write_latents("cae_tiny", [(vectors, hashes)], made_by=MADE_BY)
        pixels = np.arange(96 * 216, dtype=np.uint32).astype(np.uint8).reshape(1, 96, 216)
        sounds = [
            SongSound(song, song[5:], "0" * 64, None, None, None, None, None, None, pixels)
            for song in songs
        ]
        SpectrogramArchive(data.spectrograms).add(sounds)
        Nulls(data.nulls._folder).write_labels(NULL_KEY, songs, np.array([0, 0, 1]))  # where it is
        for name, kept in (("choices/cae_tiny", CHOICE), ("sweeps/leiden-n", SWEEP),
                           (f"nulls/{NULL_KEY}", NULL)):  # fmt: skip
            path = data.root / f"{name}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(kept))
        save(encoder(), data.encoder("cae_tiny"))
        return {key: value for key, value in files_below(data.root).items() if ".lock" not in key}


def folders(part: str) -> dict[str, Item]:
    """Data folders in which a file of one part (``networks``, ``choices`` …) is damaged."""
    whole = {key: data for key, data in data_folder().items() if key.startswith(f"{part}/")}
    items = {"sound": _folder(whole)}
    for name, data in whole.items():
        damaged = {**cuts("f", data), **odd_files("f", data)}
        if name.endswith(".json"):
            damaged |= encodings("f", data.decode()) | _json_values(json.loads(data))
        if name.endswith(".parquet"):
            damaged |= _parquets(part)
        for key, item in damaged.items():
            files = {
                f"data/{name}" if inside == "f" else f"data/{name}.{inside.replace('/', '.')}"
                if not inside.startswith("f/") else f"data/{name}/x": entry
                for inside, entry in item.files.items()
            }  # fmt: skip
            items[f"{Path(name).name} {key}"] = Item(
                "data", {**_folder(whole, name).files, **files}
            )
    for place, path in enumerate((".x", "x", "\x1b[2J", "\udcff", "a b", "UPPER", "x" * 200)):
        extra = {f"data/{part}/{path}{Path(name).suffix}": data for name, data in whole.items()}
        items[f"a stranger {place}"] = Item("data", {**_folder(whole).files, **extra})
    items["the folder is a file"] = Item("data", {f"data/{part}": b"x"})
    items["the folder loops"] = Item("data", {f"data/{part}": Link(part)})
    return items


def _folder(whole: Mapping[str, bytes], without: str = "") -> Item:
    kept: dict[str, Entry] = {f"data/{key}": data for key, data in whole.items() if key != without}
    return Item("data", kept)


def _json_values(content: dict[str, Any]) -> dict[str, Item]:
    """Every value of a file of JSON as every kind of value."""
    odd: tuple[Any, ...] = (
        None,
        True,
        -1,
        1.5,
        1e308,
        "x",
        "\x1b[2J",
        [],
        {},
        [[1]],
        {"a": {}},
        [None],
    )
    items = {
        f"{'.'.join(map(str, path))} as {place}": one("f", json.dumps(_with(content, path, value)))
        for path in _paths(content)
        for place, value in enumerate(odd)
    }
    deep = json.dumps({**content, "x": "N"}).replace('"N"', "[" * 100_000)
    digits = json.dumps({**content, "seed": "N"}).replace('"N"', "9" * 5_000)
    return {**items, "deep": one("f", deep), "many digits": one("f", digits)}


def _parquets(part: str) -> dict[str, Item]:
    """Sound Parquet of other columns and other facts."""
    vectors = {"song": ["a"], "heard": ["0"], "vector": [[1.0, 2.0]]}
    schemas = {"networks": "songnet.network/1", "latents": "songnet.latents/2",
               "nulls": "songnet.null-labels/1"}  # fmt: skip
    facts = {**FACTS, "schema": schemas[part], "fingerprint": "x", "encoder": "cae_tiny",
             "dimensions": 3, "made_by": MADE_BY, "ids": ["x"], "vectors": ["x"]}  # fmt: skip
    odd: tuple[Any, ...] = (
        None,
        1,
        -1,
        1e308,
        "x",
        [],
        {},
        [[1]],
        {"a": {}},
        True,
        10**12,
        "x" * 5_000,
    )
    columns: dict[str, Any] = {"edges": EDGES, "vectors": vectors, "others": {"x": [1]}, "none": {},
               "labels": {"song": ["a", None], "label": ["x", "y"]}}  # fmt: skip
    return {
        **{f"with {what}": one("f", parquet(value, facts)) for what, value in columns.items()},
        **{f"{key} as {place}": one("f", parquet(EDGES, {**facts, key: value}))
           for key in facts for place, value in enumerate(odd)},
        "no facts": one("f", parquet(EDGES)),
        "deep facts": one("f", parquet(EDGES, b"[" * 100_000)),
    }  # fmt: skip
