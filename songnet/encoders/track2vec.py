"""Track2Vec: songs as words, playlists as sentences; who keeps the same company lies close.

Skip-gram with negative sampling (T. Mikolov, I. Sutskever, K. Chen, G. Corrado, J. Dean,
*Distributed representations of words and phrases and their compositionality*, NIPS 2013) on
playlists, as R. Smith's *Deej-AI* (2019) has it and, for sets of items, O. Barkan, N. Koenigstein,
*Item2Vec* (2016). The work is gensim's.

What differs from words in sentences:

- H. Caselles-Dupré, F. Lesaint, J. Royo-Letelier, *Word2vec applied to recommendation:
  hyperparameters matter* (RecSys 2018, arXiv:1804.04212) find that window, number of epochs,
  subsampling and the exponent of negative sampling decide, and that the values for text are wrong.
  The defaults here were chosen on 470 lists of 28,355 songs (TidyTuesday's of Spotify), most songs
  in one list. A window as wide as lists are long mattered most (`Track2VecEpoch.auc` 0.52 with 5
  songs to each side, 0.83 with 50 and with 250): company in a list hardly depends on places in it.
  Then the number of epochs (0.54 after 5, 0.82 after 20). Exponents of -0.5, 0 and 0.75 were alike
  (0.81 to 0.83), so it is the usual 0.75. Large collections need less: Deej-AI learns a million
  lists with a window of 2, 15 epochs and songs in 10 lists or more.
- Nothing is subsampled: in a small collection every song is a frequent word.
- The mean vector is taken off. Those of skip-gram lie in a narrow cone (D. Mimno, L. Thompson, *The
  strange geometry of skip-gram with negative sampling*, EMNLP 2017), where the cosine of strangers
  is far above zero; without the mean it is about zero (J. Mu, P. Viswanath, *All-but-the-top*, ICLR
  2018), which is what a sound network or MP3ToVec takes it for.

A song counts once per playlist: where it stands again is not known, and it is not its own company.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from songnet import __version__ as songnet_version
from songnet.encoders._continuation import Continuation, hold_back
from songnet.encoders._numbers import real, refused, whole
from songnet.encoders._projection import LONGEST_UNPROJECTED
from songnet.encoders._sequences import Sequences, sequences
from songnet.encoders._settings import LARGEST_COUNT, LARGEST_SEED
from songnet.encoders._skipgram import LONGEST_BATCH, SkipGram
from songnet.encoders._track2vec_records import Track2Vec, Track2VecEpoch, Track2VecState
from songnet.errors import StateError
from songnet.model import Scalar, Vectors, fingerprint
from songnet.names import check_encoder_name

if TYPE_CHECKING:
    from songnet.encoders._table import Table

KIND = "track2vec"
LARGEST_NEGATIVE = 1_000
LARGEST_EXPONENT = 2.0


@dataclass(frozen=True, slots=True)
class Track2VecDesign:
    """Everything that training depends on besides the playlists.

    Attributes
    ----------
    dimensions
        The length of a vector, 1 to 4,096.
    window
        At most so many songs to each side are a song's company; how many of them is drawn anew each
        time, from 1 to all, so that near ones count more. The time of a pass grows with it.
    min_count
        Songs in fewer playlists get no vector. The default leaves none out, but a vector from a
        single playlist says little more than which one it was.
    epochs
        Passes over the playlists.
    negative
        Random songs that each real one is told from.
    exponent
        Random songs are drawn as often as the number of their playlists to this power.
    seed
        Of the songs held back, the first vectors, the order of playlists and all that is drawn.
    """

    dimensions: int = 100
    window: int = 50
    min_count: int = 1
    epochs: int = 20
    negative: int = 5
    exponent: float = 0.75
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what is out of range with `UsageError`; keep plain numbers, for JSON."""
        self._keep_whole("dimensions", 1, LONGEST_UNPROJECTED)
        self._keep_whole("window", 1, LONGEST_BATCH)
        self._keep_whole("min_count", 1, LARGEST_COUNT)
        self._keep_whole("epochs", 1, LARGEST_COUNT)
        self._keep_whole("negative", 1, LARGEST_NEGATIVE)
        self._keep_whole("seed", 0, LARGEST_SEED)
        self._keep_exponent()

    @property
    def kind(self) -> str:
        """``track2vec``."""
        return KIND

    @property
    def latent(self) -> str:
        """The number of dimensions."""
        return str(self.dimensions)

    @property
    def size(self) -> int:
        """The number of dimensions."""
        return self.dimensions

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """None: the vectors are all that is learnt, and a new song has no way to one."""
        return {}

    def facts(self) -> dict[str, Any]:
        """As ``config.json`` has it."""
        return dataclasses.asdict(self)

    def params(self) -> dict[str, Scalar]:
        """What the `Encoder` node says."""
        return {"algorithm": "skip-gram", **self.facts()}

    def _keep_whole(self, name: str, least: int, most: int) -> None:
        value = whole(f"{name} of track2vec", getattr(self, name), least, most)
        object.__setattr__(self, name, value)

    def _keep_exponent(self) -> None:
        name, most = "exponent of track2vec", LARGEST_EXPONENT
        allowed = f"a number, {-most:g} to {most:g}"
        value = real(name, self.exponent, allowed)
        if not -most <= value <= most:
            raise refused(name, self.exponent, allowed)
        object.__setattr__(self, "exponent", value)


OPTIONS = frozenset(field.name for field in dataclasses.fields(Track2VecDesign))


def design(options: Mapping[str, Any]) -> Track2VecDesign:
    """The design that is asked for.

    Parameters
    ----------
    options
        Any of `OPTIONS`.

    Raises
    ------
    UsageError
        A value out of range.
    """
    return Track2VecDesign(**options)


def parse(table: Table) -> Track2VecDesign:
    """The design in a ``config.json``; `FormatError` or `UsageError` if it is not sound."""
    whole = {name: table.integer(name) for name in sorted(OPTIONS - {"exponent"})}
    return Track2VecDesign(**whole, exponent=table.number("exponent"))


def train(
    memberships: pa.Table,
    design: Track2VecDesign | None = None,
    *,
    name: str | None = None,
    state: Track2VecState | None = None,
    on_epoch: Callable[[Track2VecEpoch], None] | None = None,
    on_batch: Callable[[int, int], None] | None = None,
    on_state: Callable[[Callable[[], Track2VecState]], None] | None = None,
) -> Track2Vec:
    """Learn a vector for every song that stands in a playlist with others.

    The same playlists and design give the same vectors on the same machine and versions, whatever
    the order of the rows, and whether or not training was interrupted. Playlists are read in the
    order of their ids and positions, from two arrays of numbers.

    Parameters
    ----------
    memberships
        Columns ``playlist``, ``song`` and ``position`` of `songnet.tables.MEMBERSHIP_SCHEMA`, as
        `GraphStore.membership_table` gives them. Playlists that a program made are no evidence:
        leave them out.
    design
        Default: `Track2VecDesign()`.
    name
        The encoder's name; default ``track2vec_`` and the number of dimensions.
    state
        Where an earlier training of the same playlists and design stopped.
    on_epoch
        Called after every pass.
    on_batch
        Called every 10,000 songs or so, with the pass's songs done and in total.
    on_state
        Called after every pass with a function that gives all that is needed to go on; calling it
        costs a copy of the vectors.

    Raises
    ------
    EmptyInputError
        No playlist has two songs that are in `min_count` playlists.
    InputError
        A column is missing, of another type, or has empty values.
    StateError
        `state` is of another training.
    """
    design = design or Track2VecDesign()
    name = check_encoder_name(name or f"{KIND}_{design.latent}")
    given = sequences(memberships, min_count=design.min_count)
    learnt, held = hold_back(given, min_count=design.min_count, seed=design.seed)
    model, identity = SkipGram(learnt, design), _identity(given, design)
    history = _resumed(model, identity, state)

    def present() -> Track2VecState:
        return Track2VecState(identity, tuple(history), model.vectors.copy(), model.contexts.copy())

    while len(history) < design.epochs:
        history.append(_epoch(model, len(history), len(learnt), held, on_batch))
        if on_epoch:
            on_epoch(history[-1])
        if on_state:
            on_state(present)
    return Track2Vec(
        vectors=Vectors.from_rows(name, given.songs, _centred(model.vectors)),
        design=design,
        history=tuple(history),
        facts=_facts(given, learnt),
        versions=MappingProxyType(_versions()),
    )


def identity(memberships: pa.Table, design: Track2VecDesign) -> str:
    """SHA-256 of the playlists that would be learnt from, the design and the versions.

    Errors as of `train`.
    """
    return _identity(sequences(memberships, min_count=design.min_count), design)


def _epoch(
    model: SkipGram,
    number: int,
    words: int,
    held: Continuation | None,
    on_batch: Callable[[int, int], None] | None,
) -> Track2VecEpoch:
    started = time.perf_counter()
    model.run(number, on_batch)
    learnt = time.perf_counter()
    auc = held.auc(_centred(model.vectors)) if held else None
    return Track2VecEpoch(
        number=number + 1,
        auc=auc,
        words_per_second=words / (learnt - started),
        seconds=time.perf_counter() - started,
    )


def _centred(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    mean: NDArray[np.float32] = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    return vectors - mean


def _resumed(model: SkipGram, identity: str, state: Track2VecState | None) -> list[Track2VecEpoch]:
    """The passes that ran; the model stands where they ended."""
    if state is None:
        return []
    if state.identity != identity:
        raise StateError(
            "the interrupted training was of other playlists, settings or versions, so it cannot "
            "go on: leave out --resume to begin anew"
        )
    model.vectors[:] = state.vectors
    model.contexts[:] = state.contexts
    return list(state.history)


def _identity(given: Sequences, design: Track2VecDesign) -> str:
    settings = json.dumps([design.facts(), _versions()], sort_keys=True)
    return fingerprint([settings], given.songs, given.song, given.bounds)


def _facts(given: Sequences, learnt: Sequences) -> Mapping[str, int]:
    return MappingProxyType(
        {
            "songs": len(given.songs),
            "playlists": given.playlists,
            "skipped": given.skipped,
            "words": len(given),
            "held_back": len(given) - len(learnt),
        }
    )


def _versions() -> dict[str, str]:
    libraries = {library: version(library) for library in ("gensim", "numpy")}
    return {"songnet": songnet_version, **libraries}
