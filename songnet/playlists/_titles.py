"""Playlists of a similar title: what is known of a list of which there is nothing but the name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from songnet.model import Floats
from songnet.playlists._evidence import Evidence
from songnet.playlists._neighbors import only_nearest
from songnet.playlists._rules import plain_name
from songnet.playlists._scorer import Seeds, spoken_for

# Pieces of words, so that "running" is like "run" and "80's" like "80s".
PIECES: Final = (2, 4)
# How like the title every list counts at least, so that what a title leaves open popularity says.
PRIOR: Final = 0.1


@dataclass(frozen=True)
class TitleNeighbors:
    """The songs of the playlists whose titles are most like one that is given.

    Alike is the cosine of two titles' pieces of 2 to 4 letters within words, by TF-IDF with
    logarithmic counts. A song scores the sum over those of the 100 nearest playlists that hold it,
    and 0.1 for each playlist that does. Seeds are of no account: it answers for the titles that
    `titled` gave it.
    """

    back: Any
    vectorizer: Any
    known: Any
    titles: tuple[str, ...] = ()

    @classmethod
    def of(cls, evidence: Evidence) -> TitleNeighbors:
        """From what playlists are called; at least one of them is called something."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(
            analyzer="char_wb", ngram_range=PIECES, lowercase=False, sublinear_tf=True
        )
        known = vectorizer.fit_transform(evidence.plain_names)
        return cls(evidence.members.T.tocsr(), vectorizer, known)

    def titled(self, titles: Sequence[str]) -> TitleNeighbors:
        """The same, for lists that are called so."""
        return replace(self, titles=tuple(titles))

    def __call__(self, seeds: Seeds) -> Floats:
        """See `Scorer`; a row per title, of which there are as many as sets of seeds."""
        alike = self.likeness()
        assert alike.shape[1] == len(seeds)  # noqa: S101 (whoever asks gives a title per list)
        return spoken_for(np.asarray(self.back @ (alike + PRIOR), np.float64).T)

    def likeness(self) -> Floats:
        """float64 (playlists, titles): how alike the nearest to each title are, 0 the others."""
        asked = self.vectorizer.transform([plain_name(title) for title in self.titles])
        return only_nearest((self.known @ asked.T).toarray())
