"""`python -m benchmarks.encoding`: training and embedding beside plain Keras.

The same model, the same spectrograms, the same process, taking turns. Keras is fed the way that is
fastest for it: a float32 array in memory, through `Model.fit` and `Model.predict`. songnet reads
8-bit spectrograms through its own pipeline, shuffles them anew in every epoch, and keeps track of
losses. Tracing is left out on both sides: a rate is that of the spectrograms after the first epoch,
or after the first batch.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.timing import publish
from songnet import encoders
from songnet.encoders import _keras, flops
from songnet.model import Ids, Ints, object_array

RESULTS = Path(__file__).parent / "results" / "encoding.md"
ROUNDS = 3
BATCHES = (10, 64)
EPOCHS = 3
# Few of the large models' spectrograms take as long as many of the small ones'.
COUNTS = {"12x15": 384, "48x81": 256, "168x108": 192, "72x72": 128}
PEAK_SIZE = 2048


@dataclass(frozen=True)
class InMemory:
    """Generated spectrograms, a song each."""

    songs: Ids
    clips: Ints
    pixels: NDArray[np.uint8]

    @classmethod
    def of(cls, count: int) -> InMemory:
        """`count` of them: bands of random strength and noise."""
        random = np.random.default_rng(0)
        bands = random.integers(0, 200, (count, 96, 1))
        pixels = (bands + random.integers(0, 56, (count, 96, 216))).astype(np.uint8)
        names = object_array(f"song {number:06}" for number in range(count))
        return cls(names, np.zeros(count, np.int64), pixels)

    def read(self, rows: Ints) -> NDArray[np.uint8]:
        """Pixels of rows."""
        return self.pixels[rows]


class Clock:
    """The rate between the first call and the last."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, float]] = []

    def __call__(self, done: int) -> None:
        """`done` spectrograms are through."""
        self.calls.append((done, time.perf_counter()))

    @property
    def rate(self) -> float:
        """Spectrograms per second."""
        (first, began), (last, ended) = self.calls[0], self.calls[-1]
        return (last - first) / (ended - began)


def our_training(source: InMemory, latent: str, batch: int) -> float:
    """Spectrograms per second of `encoders.train`, validation left out."""
    design = encoders.cae.design({"latent": latent})
    saved = encoders.train(source, design, epochs=EPOCHS, batch_size=batch, validation=0.1)
    return statistics.median(epoch.spectrograms_per_second for epoch in saved.history[1:])


def plain_training(source: InMemory, latent: str, batch: int) -> float:
    """Spectrograms per second of `Model.fit` on an array in memory."""
    keras, _ = _keras.load()
    model, _ = _fresh(latent)
    model.compile(keras.optimizers.Adam(0.0005), loss="mse", jit_compile=False)
    pictures = (source.pixels[: int(0.9 * len(source.songs))] / np.float32(255.0))[..., None]
    began: list[float] = []
    ended: list[float] = []
    timer = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda *_: began.append(time.perf_counter()),
        on_epoch_end=lambda *_: ended.append(time.perf_counter()),
    )
    model.fit(pictures, pictures, batch_size=batch, epochs=EPOCHS, verbose=0, callbacks=[timer])
    times = [end - start for start, end in zip(began, ended, strict=True)]
    return statistics.median(len(pictures) / seconds for seconds in times[1:])


def our_embedding(source: InMemory, latent: str, batch: int) -> float:
    """Spectrograms per second of `encoders.encode`."""
    clock = Clock()
    encoders.encode(_saved(latent), source, batch_size=batch, on_batch=lambda done, _: clock(done))
    return clock.rate


def plain_embedding(source: InMemory, latent: str, batch: int) -> float:
    """Spectrograms per second of `Model.predict` on an array in memory."""
    keras, _ = _keras.load()
    _, model = _fresh(latent)
    pictures = (source.pixels / np.float32(255.0))[..., None]
    clock = Clock()

    timer = keras.callbacks.LambdaCallback(
        on_predict_batch_end=lambda number, **_: clock(min((number + 1) * batch, len(pictures)))
    )
    model.compile(jit_compile=False)
    model.predict(pictures, batch_size=batch, verbose=0, callbacks=[timer])
    return clock.rate


def _fresh(latent: str) -> tuple[Any, Any]:
    """The Keras models (autoencoder, encoder) with random weights."""
    keras, _ = _keras.load()
    keras.utils.set_random_seed(0)  # songnet makes operations deterministic, which asks for one
    models = encoders.build(encoders.architecture(latent))
    random = np.random.default_rng(0)
    for weight in models[0].trainable_variables:
        weight.assign(random.normal(0, 0.05, weight.shape))
    return models


def _saved(latent: str) -> encoders.Saved:
    """An encoder without training."""
    source = InMemory.of(6)
    return encoders.train(source, encoders.cae.design({"latent": latent}), epochs=1, batch_size=6)


def peak() -> float:
    """Floating-point operations per second of a large matrix product: what the machine can do."""
    _, tf = _keras.load()
    matrix = tf.random.stateless_normal((PEAK_SIZE, PEAK_SIZE), (0, 0))
    tf.matmul(matrix, matrix)
    rates = []
    for _ in range(5):
        began = time.perf_counter()
        float(tf.reduce_sum(tf.matmul(matrix, matrix)))
        rates.append(2 * PEAK_SIZE**3 / (time.perf_counter() - began))
    return max(rates)


Contest = tuple[Callable[[InMemory, str, int], float], Callable[[InMemory, str, int], float]]


def report() -> Iterator[str]:
    """The results as Markdown, line by line."""
    best = peak()
    yield "# Training and embedding beside plain Keras\n"
    yield (
        f"Made by `python -m benchmarks.encoding` ({platform.machine()}, Python "
        f"{platform.python_version()}, TensorFlow {_keras.load()[1].__version__}). Medians of "
        f"{ROUNDS} paired rounds. A ratio above 1: songnet is faster than `Model.fit` or "
        "`Model.predict` on a float32 array in memory. The machine's peak is that of a "
        f"{PEAK_SIZE} x {PEAK_SIZE} matrix product: {best / 1e9:.0f} GFLOP/s.\n"
    )
    contests: dict[str, Contest] = {
        "training": (our_training, plain_training),
        "embedding": (our_embedding, plain_embedding),
    }
    for what, contest in contests.items():
        yield f"## {what.capitalize()}\n"
        yield "| latent | batch | MFLOP each | songnet /s | Keras /s | ratio | share of peak |"
        yield "|---|---|---|---|---|---|---|"
        for latent, count in COUNTS.items():
            source = InMemory.of(count)
            for batch in BATCHES:
                yield _row(what, contest, source, latent, batch, best)
        yield ""


def _row(
    what: str, contest: Contest, source: InMemory, latent: str, batch: int, best: float
) -> str:
    layers = flops.convolutions(encoders.architecture(latent))
    inside = layers[: len(encoders.architecture(latent).filters)]
    each = flops.training(layers) if what == "training" else flops.forward(inside)
    rates = [tuple(run(source, latent, batch) for run in contest) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(side) for side in zip(*rates, strict=True))
    ratio = statistics.median(mine / other for mine, other in rates)
    return (
        f"| {latent} | {batch} | {each / 1e6:.0f} | {ours:.0f} | {theirs:.0f} | {ratio:.2f} "
        f"| {ours * each / best:.0%} |"
    )


if __name__ == "__main__":
    publish(report(), RESULTS)
