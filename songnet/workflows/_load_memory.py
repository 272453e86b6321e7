"""What a load of slices will take, before it begins."""

from __future__ import annotations

from dataclasses import dataclass

# Bytes of a slice of the Million Playlist Dataset per membership, as it is and gzipped.
BYTES_PER_MEMBERSHIP = {".json": 516, ".json.gz": 99}
# Measured on 10,000 to 1,000,000 playlists (docs/scale.md), in bytes: what stands before the first
# batch, and what a membership adds in the first batch, in the one that is read while that is
# written, and in all that come later.
STANDING = 430_000_000
FIRST, AHEAD, LATER = 600, 245, 40


@dataclass(frozen=True)
class LoadEstimate:
    """About how many memberships are in the files, and the peak of memory that takes, bytes."""

    memberships: int
    bytes: int


def load_estimate(sizes: dict[str, int], at_once: int) -> LoadEstimate | None:
    """What loading slices takes at the peak; within a quarter of the truth where it was measured.

    Parameters
    ----------
    sizes
        Bytes of the files by the end of their name, ``.json`` or ``.json.gz``; of others little can
        be said before they are read.
    at_once
        Memberships per batch of the store.

    Returns
    -------
    LoadEstimate or None
        None where there is a file of another kind.
    """
    if not sizes or not sizes.keys() <= BYTES_PER_MEMBERSHIP.keys():
        return None
    memberships = sum(size // BYTES_PER_MEMBERSHIP[kind] for kind, size in sizes.items())
    first = min(memberships, at_once)
    ahead = min(memberships - first, at_once)
    later = memberships - first - ahead
    return LoadEstimate(memberships, STANDING + FIRST * first + AHEAD * ahead + LATER * later)
