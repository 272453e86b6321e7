"""Vectors on their way into a graph: blocks, checked as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from songnet.errors import InputError
from songnet.info import EncoderInfo
from songnet.model import Vectors
from songnet.store._properties import check_vectors


def checked_blocks(
    vectors: Vectors | Iterable[Vectors], find: Callable[[str], EncoderInfo]
) -> tuple[EncoderInfo, Iterator[Vectors]] | None:
    """The encoder that the first block names, and all blocks; None where there is no block.

    Parameters
    ----------
    vectors
        One block or many.
    find
        Gives the encoder of a name or raises `BadNameError`.

    Raises
    ------
    InputError
        Also later, at the block: another encoder, another dimension than its, numbers that are not
        finite, a song that was in a block before.
    """
    blocks = iter((vectors,) if isinstance(vectors, Vectors) else vectors)
    first = next(blocks, None)
    if first is None:
        return None
    encoder = find(first.encoder)
    return encoder, _checked(encoder, chain((first,), blocks))


def _checked(encoder: EncoderInfo, blocks: Iterable[Vectors]) -> Iterator[Vectors]:
    seen: set[str] = set()
    for block in blocks:
        if block.encoder != encoder.name:
            raise InputError(
                f"vectors of one encoder are written at once: got {block.encoder!r} after "
                f"{encoder.name!r}"
            )
        check_vectors(block, encoder)
        if not seen.isdisjoint(block.songs):
            raise InputError(f"vectors of {encoder.name!r} hold a song twice")
        seen.update(block.songs)
        yield block
