"""What a study's data cannot show, as far as the data themselves say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from songnet.tables import evidence
from songnet.workflows._study_result import NULLS, Score
from songnet.workflows.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

FEW_SONGS = 100
MANY = 0.5
WHY = (
    "Agreement does not say why: what makes people put songs together may be heard (a style, an "
    "instrument, a studio) or merely go with what is heard (a scene, a decade, a label)."
)


def limits(
    workspace: Workspace, scores: Sequence[Score], *, samples: int, rewirings: int
) -> list[str]:
    """A sentence for each thing that a reader must hold against the answer."""
    return [
        *_coverage(workspace, scores),
        *_of_one_kind(workspace),
        *_nulls(scores, samples, rewirings),
        WHY,
    ]


def _coverage(workspace: Workspace, scores: Sequence[Score]) -> Iterator[str]:
    songs = workspace.store.counts().songs
    compared = max((score.songs for score in scores), default=0)
    if compared < songs:
        yield (
            f"The comparisons cover at most {compared:,} of {songs:,} songs: the others share no "
            "playlist, or their sound is not there."
        )
    if compared < FEW_SONGS:
        yield f"{compared:,} songs are few: a weak agreement could not be told from chance."


def _of_one_kind(workspace: Workspace) -> Iterator[str]:
    """Playlists that are all of one artist, album or label: what they share is given."""
    facts = workspace.store.songs().select(["id", "artist", "album", "label"]).to_pandas()
    members = workspace.store.membership_table().select(["playlist", "song"])
    who = evidence(members).to_pandas()
    rows = who.merge(facts, left_on="song", right_on="id")
    for column in ("artist", "album", "label"):
        yield from _uniform(rows, column)


def _uniform(rows: pd.DataFrame, column: str) -> Iterator[str]:
    known = rows[column].notna()
    if not known.any():
        yield f"No song names its {column}, so nothing is known of what shared ones explain."
        return
    values = rows[known].groupby("playlist")[column].agg(["nunique", "size"])
    several = values[values["size"] > 1]
    share = float((several["nunique"] == 1).mean()) if len(several) else 0.0
    if share > MANY:
        yield (
            f"{share:.0%} of the playlists hold songs of a single {column}: whatever songs of one "
            f"{column} have in common, their playlists have too, and only the null that shuffles "
            "within it can tell the two apart."
        )


def _nulls(scores: Sequence[Score], samples: int, rewirings: int) -> Iterator[str]:
    done = {null for score in scores for null in score.p}
    missing = [words for null, words in NULLS.items() if null not in done]
    if missing:
        yield f"Not held against: {', '.join(missing)}."
    least = [f"{1 / (samples + 1):.3f} with {samples} shuffles"]
    if "rewiring" in done:
        least.append(f"{1 / (rewirings + 1):.3f} with {rewirings} rewirings")
    yield f"The smallest p there can be is {' and '.join(least)}."
