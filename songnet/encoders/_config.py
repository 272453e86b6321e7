"""``config.json`` of a saved encoder: written from `Saved`, read back with every value checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from songnet.encoders._design import Design
from songnet.encoders._models import MODELS
from songnet.encoders._projection import Projection
from songnet.encoders._saved import PREPROCESSING, Holdout, Saved
from songnet.encoders._settings import Hyperparameters
from songnet.encoders._table import Table
from songnet.encoders._training import Epoch, Weights
from songnet.errors import BadNameError, FormatError, UsageError
from songnet.names import check_encoder_name

SCHEMA_NAME = "songnet.encoder"
SCHEMA_VERSION = 1
SCHEMA = f"{SCHEMA_NAME}/{SCHEMA_VERSION}"
LARGEST_CONFIG = 64 * 2**20
LARGEST_PROJECTION = 4096


def config_of(saved: Saved) -> dict[str, Any]:
    """The content of ``config.json``."""
    return {
        "schema": SCHEMA,
        "name": saved.name,
        **saved.definition(),
        "history": [epoch.facts() for epoch in saved.history],
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

    design: Design
    facts: Mapping[str, Any]
    projected: tuple[int, int] | None
    kept_variance: float
    fingerprint: str

    def saved(self, weights: Weights, projection: Projection | None) -> Saved:
        """The encoder, with its arrays."""
        return Saved(design=self.design, weights=weights, projection=projection, **self.facts)


def parse_config(path: Path, raw: object) -> Config:
    """Check what ``config.json`` holds.

    Raises
    ------
    FormatError
        Another schema, something missing, of the wrong type, or out of range.
    """
    config = Table(path, raw, "")
    _check_schema(path, config)
    try:
        return _parse(config)
    except (UsageError, BadNameError) as error:
        raise FormatError(path, str(error)) from error


def _check_schema(path: Path, config: Table) -> None:
    name, _, number = config.text("schema").partition("/")
    if name != SCHEMA_NAME or not number.isascii() or not number.isdigit():
        raise FormatError(path, f"is not an encoder of songnet: its schema is not {SCHEMA!r}")
    if number != str(SCHEMA_VERSION):
        raise FormatError(
            path,
            f"has schema {SCHEMA_NAME}/{number[:12]}, this songnet reads {SCHEMA}: "
            "use the songnet that wrote it, or train the encoder anew (--retrain)",
        )


def _parse(config: Table) -> Config:
    design = MODELS[config.one_of("kind", tuple(MODELS))].parse(config)
    if dict(config.table("preprocessing").content) != dict(PREPROCESSING):
        raise config.wrong("preprocessing", "that of this songnet, or its spectrograms do not fit")
    facts = {
        "name": check_encoder_name(config.text("name")),
        "hyperparameters": _hyperparameters(config.table("hyperparameters")),
        "holdout": _holdout(config.table("split")),
        "history": _history(config),
        "versions": _versions(config.table("versions")),
    }
    projected, kept = _projection(config, design.size)
    return Config(design, facts, projected, kept, config.text("fingerprint"))


def _hyperparameters(table: Table) -> Hyperparameters:
    return Hyperparameters(
        epochs=table.integer("epochs"),
        batch_size=table.integer("batch_size"),
        learning_rate=table.number("learning_rate"),
        validation=table.number("validation"),
        patience=table.integer("patience"),
        seed=table.integer("seed"),
        schedule=table.text("schedule", "constant"),
        weight_decay=table.number("weight_decay", 0.0),
        precision=table.text("precision", "float32"),
    )


def _holdout(table: Table) -> Holdout:
    return Holdout(
        by=table.one_of("by", ("song", "recording", "playlist")),
        training_spectrograms=table.integer("training_spectrograms"),
        validation_spectrograms=table.integer("validation_spectrograms"),
        training_songs=table.integer("training_songs"),
        validation_songs=table.texts("validation_songs"),
    )


def _history(config: Table) -> tuple[Epoch, ...]:
    history = tuple(_epoch(table) for table in config.tables("history"))
    if [epoch.number for epoch in history] != list(range(1, len(history) + 1)) or not history:
        raise config.wrong("history", "a list of epochs, numbered from 1")
    return history


def _epoch(table: Table) -> Epoch:
    return Epoch(
        number=table.integer("number"),
        loss=table.number("loss"),
        validation_loss=table.number("validation_loss"),
        spectrograms_per_second=table.number("spectrograms_per_second"),
        seconds=table.number("seconds"),
        terms=_terms(table, "terms"),
        validation_terms=_terms(table, "validation_terms"),
    )


def _terms(table: Table, key: str) -> Mapping[str, float]:
    if key not in table.content:
        return MappingProxyType({})
    part = table.table(key)
    return MappingProxyType({name: part.number(name) for name in part.content})


def _versions(table: Table) -> Mapping[str, str]:
    return MappingProxyType({key: table.text(key) for key in table.content})


def _projection(config: Table, size: int) -> tuple[tuple[int, int] | None, float]:
    if config.value("projection") is None:
        return None, 0.0
    table = config.table("projection")
    dimensions, kept = table.integer("dimensions"), table.number("kept_variance")
    if not 1 <= dimensions <= min(size, LARGEST_PROJECTION):
        raise table.wrong("dimensions", f"1 to {min(size, LARGEST_PROJECTION)}")
    if not 0 <= kept <= 1:
        raise table.wrong("kept_variance", "a share between 0 and 1")
    return (dimensions, size), kept
