"""The scores of agreement, named and explained."""

from __future__ import annotations

from typing import NamedTuple


class Score(NamedTuple):
    """A column of the agreement table."""

    key: str
    name: str
    zero: str
    says: str


SCORES = (
    Score(
        key="ami",
        name="AMI",
        zero="0 = chance",
        says="Adjusted mutual information: how much knowing a song’s community in one partition "
        "tells about its community in the other, less what chance alone would give. 0 is chance, "
        "1 is identical; slightly negative is a little worse than chance.",
    ),
    Score(
        key="ari",
        name="ARI",
        zero="0 = chance",
        says="Adjusted Rand index: over all pairs of songs, how often both partitions agree that "
        "the two belong together or apart, less what chance alone would give. 0 is chance, "
        "1 is identical.",
    ),
    Score(
        key="nmi",
        name="NMI",
        zero="",
        says="Normalised mutual information: as AMI, but not corrected for chance. It grows with "
        "the number of communities even where there is nothing to find; read AMI first.",
    ),
    Score(
        key="vi",
        name="VI",
        zero="0 = same",
        says="Variation of information, in nats: what one would still have to be told to get from "
        "either partition to the other. A distance: 0 is identical, larger is further apart.",
    ),
    Score(
        key="homogeneity",
        name="Hom.",
        zero="",
        says="Homogeneity: 1 when every community of the second partition holds songs of only one "
        "community of the first. Many small communities raise it. Not corrected for chance.",
    ),
    Score(
        key="completeness",
        name="Compl.",
        zero="",
        says="Completeness: 1 when all songs of a community of the first partition lie in one "
        "community of the second. A few large communities raise it. Not corrected for chance.",
    ),
    Score(
        key="fmi",
        name="FMI",
        zero="",
        says="Fowlkes–Mallows index: of two songs that share a community in one partition, how "
        "often they share one in the other (geometric mean of both ways). Not corrected for "
        "chance.",
    ),
    Score(
        key="element_centric",
        name="ECS",
        zero="",
        says="Element-centric similarity: for every song, how alike its community is in both "
        "partitions, averaged over songs. 1 is identical. Not corrected for chance.",
    ),
)
