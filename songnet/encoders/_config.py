"""``config.json`` of a saved encoder: written from `Saved`, read back with every value checked."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from songnet.encoders._architecture import Architecture, architecture
from songnet.encoders._projection import Projection
from songnet.encoders._saved import PREPROCESSING, Holdout, Saved
from songnet.encoders._settings import Hyperparameters, check_activation
from songnet.encoders._training import Epoch, Weights
from songnet.errors import BadNameError, FormatError, UsageError
from songnet.names import check_encoder_name

SCHEMA_NAME = "songnet.encoder"
SCHEMA_VERSION = 1
SCHEMA = f"{SCHEMA_NAME}/{SCHEMA_VERSION}"
KINDS = ("cae",)
LARGEST_CONFIG = 64 * 2**20
LARGEST_PROJECTION = 4096


def config_of(saved: Saved) -> dict[str, Any]:
    """The content of ``config.json``."""
    return {
        "schema": SCHEMA,
        "name": saved.name,
        **saved.definition(),
        "history": [dataclasses.asdict(epoch) for epoch in saved.history],
        "versions": dict(saved.versions),
        "fingerprint": saved.fingerprint,
    }


@dataclass(frozen=True)
class Config:
    """A checked ``config.json``.

    Attributes
    ----------
    facts
        The fields of `Saved` that are not arrays.
    projected
        Shape (k, d) of the projection's components, if there is a projection.
    kept_variance
        Of the projection, else 0.
    fingerprint
        As it was when the encoder was saved.
    """

    architecture: Architecture
    facts: Mapping[str, Any]
    projected: tuple[int, int] | None
    kept_variance: float
    fingerprint: str

    def saved(self, weights: Weights, projection: Projection | None) -> Saved:
        """The encoder, with its arrays."""
        return Saved(
            architecture=self.architecture, weights=weights, projection=projection, **self.facts
        )


def parse_config(path: Path, raw: object) -> Config:
    """Check what ``config.json`` holds.

    Raises
    ------
    FormatError
        Another schema, something missing, of the wrong type, or out of range.
    """
    config = _Table(path, raw, "")
    _check_schema(path, config)
    try:
        return _parse(config)
    except (UsageError, BadNameError) as error:
        raise FormatError(path, str(error)) from error


def _check_schema(path: Path, config: _Table) -> None:
    name, _, number = config.text("schema").partition("/")
    if name != SCHEMA_NAME or not number.isascii() or not number.isdigit():
        raise FormatError(path, f"is not an encoder of songnet: its schema is not {SCHEMA!r}")
    if number != str(SCHEMA_VERSION):
        raise FormatError(
            path,
            f"has schema {SCHEMA_NAME}/{number[:12]}, this songnet reads {SCHEMA}: "
            "use the songnet that wrote it, or train the encoder anew (--retrain)",
        )


def _parse(config: _Table) -> Config:
    kind = config.one_of("kind", KINDS)
    shape = _architecture(config.table("architecture"))
    if dict(config.table("preprocessing").content) != dict(PREPROCESSING):
        raise config.wrong("preprocessing", "that of this songnet, or its spectrograms do not fit")
    facts = {
        "name": check_encoder_name(config.text("name")),
        "kind": kind,
        "activation": check_activation(config.text("activation")),
        "hyperparameters": _hyperparameters(config.table("hyperparameters")),
        "holdout": _holdout(config.table("split")),
        "history": _history(config),
        "versions": _versions(config.table("versions")),
    }
    projected, kept = _projection(config, shape)
    return Config(shape, facts, projected, kept, config.text("fingerprint"))


def _architecture(table: _Table) -> Architecture:
    shape = architecture(None, table.integers("filters"), table.integers("pooling"))
    if table.text("name") != shape.name:
        raise table.wrong("name", repr(shape.name))
    if table.integers("latent_shape") != shape.latent_shape:
        raise table.wrong("latent_shape", str(list(shape.latent_shape)))
    return shape


def _hyperparameters(table: _Table) -> Hyperparameters:
    return Hyperparameters(
        epochs=table.integer("epochs"),
        batch_size=table.integer("batch_size"),
        learning_rate=table.number("learning_rate"),
        validation=table.number("validation"),
        patience=table.integer("patience"),
        seed=table.integer("seed"),
    )


def _holdout(table: _Table) -> Holdout:
    return Holdout(
        by=table.one_of("by", ("song", "recording")),
        training_spectrograms=table.integer("training_spectrograms"),
        validation_spectrograms=table.integer("validation_spectrograms"),
        training_songs=table.integer("training_songs"),
        validation_songs=table.texts("validation_songs"),
    )


def _history(config: _Table) -> tuple[Epoch, ...]:
    history = tuple(_epoch(table) for table in config.tables("history"))
    if [epoch.number for epoch in history] != list(range(1, len(history) + 1)) or not history:
        raise config.wrong("history", "a list of epochs, numbered from 1")
    return history


def _epoch(table: _Table) -> Epoch:
    return Epoch(
        number=table.integer("number"),
        loss=table.number("loss"),
        validation_loss=table.number("validation_loss"),
        spectrograms_per_second=table.number("spectrograms_per_second"),
        seconds=table.number("seconds"),
    )


def _versions(table: _Table) -> Mapping[str, str]:
    return MappingProxyType({key: table.text(key) for key in table.content})


def _projection(config: _Table, shape: Architecture) -> tuple[tuple[int, int] | None, float]:
    if config.value("projection") is None:
        return None, 0.0
    table = config.table("projection")
    dimensions, kept = table.integer("dimensions"), table.number("kept_variance")
    if not 1 <= dimensions <= min(shape.latent_size, LARGEST_PROJECTION):
        raise table.wrong("dimensions", f"1 to {min(shape.latent_size, LARGEST_PROJECTION)}")
    if not 0 <= kept <= 1:
        raise table.wrong("kept_variance", "a share between 0 and 1")
    return (dimensions, shape.latent_size), kept


class _Table:
    """A JSON object that refuses wrong types by name."""

    def __init__(self, path: Path, content: object, place: str) -> None:
        self.path = path
        self.place = place
        if not isinstance(content, dict):
            raise FormatError(path, f"{place or 'the whole'} must be a JSON object")
        self.content: dict[str, object] = content

    def wrong(self, key: str, allowed: str) -> FormatError:
        return FormatError(self.path, f"{self.place}{key} must be {allowed}")

    def value(self, key: str) -> object:
        if key not in self.content:
            raise FormatError(self.path, f"{self.place}{key} is missing")
        return self.content[key]

    def text(self, key: str) -> str:
        value = self.value(key)
        if not isinstance(value, str):
            raise self.wrong(key, "a string")
        return value

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in allowed:
            raise self.wrong(key, f"one of {', '.join(allowed)}, not {value[:40]!r}")
        return value

    def integer(self, key: str) -> int:
        value = self.value(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.wrong(key, "a whole number, 0 or more")
        return value

    def number(self, key: str) -> float:
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, "a number")
        if not abs(value) <= 1e300 or not math.isfinite(value):
            raise self.wrong(key, "a finite number")
        return float(value)

    def integers(self, key: str) -> tuple[int, ...]:
        values = self._list(key)
        numbers = tuple(value for value in values if type(value) is int)
        if len(numbers) != len(values):
            raise self.wrong(key, "a list of whole numbers")
        return numbers

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._list(key)
        texts = tuple(value for value in values if isinstance(value, str))
        if len(texts) != len(values):
            raise self.wrong(key, "a list of strings")
        return texts

    def table(self, key: str) -> _Table:
        return _Table(self.path, self.value(key), f"{self.place}{key}.")

    def tables(self, key: str) -> list[_Table]:
        return [
            _Table(self.path, value, f"{self.place}{key}[{index}].")
            for index, value in enumerate(self._list(key))
        ]

    def _list(self, key: str) -> list[object]:
        value = self.value(key)
        if not isinstance(value, list):
            raise self.wrong(key, "a list")
        return value
