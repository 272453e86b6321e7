"""Makes fixtures/tiny, the kept example of the format songnet.encoder/1.

Run from the repository's root, only when a new version of the format is added (the old fixture
stays): ``python tests/encoders/make_encoder_fixture.py``. Nothing is trained, so that the same
files come out with any version of TensorFlow.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from encoder_samples import untrained

from songnet import encoders
from songnet.encoders import Projection, Saved

FIXTURE = Path(__file__).parent / "fixtures" / "tiny"


def fixture() -> Saved:
    """An untrained encoder of 4 and 2 filters with a projection onto three dimensions."""
    random = np.random.default_rng(11)
    plain = untrained(name="cae_kept", activation="leaky_relu", seed=11)
    axes = np.linalg.qr(random.normal(size=(plain.design.size, 3)))[0].T
    mean = random.uniform(0, 1, plain.design.size)
    projection = Projection(mean.astype(np.float32), axes.astype(np.float32), 0.75)
    return dataclasses.replace(plain, projection=projection)


if __name__ == "__main__":
    encoders.save(fixture(), FIXTURE)
