"""The models there are, all used in the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from songnet.encoders import cae, saved
from songnet.encoders._saved import Saved
from songnet.model import Vectors


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of encoder.

    Attributes
    ----------
    kind
        Its name, as ``songnet embed --model`` has it.
    title
        What it is, for people.
    train
        Spectrograms and settings to `Saved`.
    encode
        `Saved` and spectrograms to `Vectors`, one row per song.
    save, load
        `Saved` to a folder and back.
    """

    kind: str
    title: str
    train: Callable[..., Saved]
    encode: Callable[..., Vectors]
    save: Callable[[Saved, Path], None]
    load: Callable[[Path], Saved]


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        cae.KIND: Model(
            kind=cae.KIND,
            title="convolutional autoencoder",
            train=cae.train,
            encode=cae.encode,
            save=saved.save,
            load=saved.load,
        )
    }
)
