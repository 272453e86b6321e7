"""Embedding: measured elsewhere, and linked here.

`benchmarks.encoding` races songnet's training and embedding with plain Keras loops over the same
spectrograms; it needs no peer's library, so it is a benchmark of its own.
"""

from __future__ import annotations

NAME = "embed"
TITLE = "Training and embedding beside a plain Keras loop"
PAGE = "../encoding.md"
