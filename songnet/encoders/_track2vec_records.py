"""What a training of Track2Vec tells, keeps and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from songnet.model import Scalar, Vectors

if TYPE_CHECKING:
    from songnet.encoders.track2vec import Track2VecDesign


@dataclass(frozen=True, slots=True)
class Track2VecEpoch:
    """One pass over the playlists.

    gensim's own loss is not among it: it is summed in 32-bit numbers, which stop growing, and
    leaves out whatever is far from the mark (its issues 2617 and 2735).

    Attributes
    ----------
    number
        From 1.
    auc
        How well the vectors continue playlists from which a song was held back: how often the
        playlist's own song is nearer to it than another playlist's, 0 to 1, 0.5 by chance (see
        `songnet.encoders._continuation`). None where there are too few songs in several playlists.
    words_per_second
        Songs in playlists per second of wall time.
    seconds
        Wall time of the pass and of `auc`.
    """

    number: int
    auc: float | None
    words_per_second: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Track2VecState:
    """A training between two passes: everything needed to go on.

    Attributes
    ----------
    identity
        SHA-256 of the playlists, the design and the versions.
    history
        The passes that ran.
    vectors, contexts
        Of the songs as themselves and as company, float32 (s, d).
    """

    identity: str
    history: tuple[Track2VecEpoch, ...]
    vectors: NDArray[np.float32]
    contexts: NDArray[np.float32]


@dataclass(frozen=True)
class Track2Vec:
    """What was learnt.

    Attributes
    ----------
    vectors
        One per song that keeps company, float32, their mean at the origin.
    design
        How.
    history
        All passes.
    facts
        ``songs`` with a vector; ``playlists`` learnt from; ``skipped`` playlists, with fewer than
        two such songs; ``words``, songs in playlists; ``held_back`` of them.
    versions
        Of songnet and the libraries that did the work.
    """

    vectors: Vectors
    design: Track2VecDesign
    history: tuple[Track2VecEpoch, ...]
    facts: Mapping[str, int]
    versions: Mapping[str, str]

    def params(self) -> dict[str, Scalar]:
        """What the `Encoder` node says."""
        numbers = {f"{library}_version": number for library, number in self.versions.items()}
        return {**self.design.params(), **self.facts, "auc": self.history[-1].auc, **numbers}
