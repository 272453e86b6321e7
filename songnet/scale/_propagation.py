"""Label propagation that gives the same labels on every cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from songnet.progress import Progress
from songnet.scale._files import Output

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MOST_ROUNDS: Final = 60


@dataclass(frozen=True)
class Propagated:
    """Labels, columns ``code`` and ``label``, and how they were come by.

    Attributes
    ----------
    rounds
        How many there were.
    settled
        Whether in the last nothing changed: every song has a label that weighs most around it.
    """

    labels: DataFrame
    rounds: int
    settled: bool


def propagate(
    songs: DataFrame, links: DataFrame, output: Output, *, rounds: int, progress: Progress
) -> Propagated:
    """Give each song the label that weighs most among its neighbours, again and again.

    Raghavan, Albert & Kumara, Near linear time algorithm to detect community structures in
    large-scale networks (2007), made even: all songs that move at once see the same labels, so the
    order of rows is nothing. Were all to move at once, two songs could swap labels for ever; so a
    round is two halves, and who is in which is drawn anew for each (a bit of the song's ``draw``).
    A song keeps its label where that is among the heaviest; else ties go to the smallest label.

    Parameters
    ----------
    songs, links
        As of `Graph`.
    rounds
        Stop after this many, at most `MOST_ROUNDS`.
    """
    labels = output.staged(songs.selectExpr("code", "code AS label", "false AS moved"), "labels")
    for number in range(rounds):
        for half in (0, 1):
            step = 2 * number + half
            labels = output.staged(_moved(labels, links, number, half), f"labels-{step}")
            output.drop(f"labels-{step - 1}")
        moved = labels.where("moved").count()
        progress("propagating labels", number + 1, rounds, f"{moved:,} songs moved")
        if not moved:
            return Propagated(labels.select("code", "label"), number + 1, settled=True)
    return Propagated(labels.select("code", "label"), rounds, settled=False)


def _moved(labels: DataFrame, links: DataFrame, number: int, half: int) -> DataFrame:
    """The labels after half of the songs have looked around; who moved, in the round so far."""
    return labels.sparkSession.sql(
        """
        WITH votes AS (
          SELECT link.code, around.label, sum(votes) AS total
          FROM {links} AS link JOIN {labels} AS around ON around.code = neighbor
          WHERE (shiftright(draw, {number}) & 1) = {half}
          GROUP BY link.code, around.label
        ),
        best AS (
          SELECT votes.code,
            max(struct(total, votes.label = own.label AS same, -votes.label AS smallest)) AS first
          FROM votes JOIN {labels} AS own ON own.code = votes.code GROUP BY votes.code
        )
        SELECT own.code, coalesce(-first.smallest, own.label) AS label,
          coalesce(-first.smallest <> own.label, false) OR (own.moved AND {half} = 1) AS moved
        FROM {labels} AS own LEFT JOIN best ON best.code = own.code
        """,
        links=links,
        labels=labels,
        number=number,
        half=half,
    )
