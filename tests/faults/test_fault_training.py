"""A training that is ended or fails in the midst of an epoch: no half encoder, and it goes on."""

from __future__ import annotations

import json
import shutil
import sys

import pytest
from fault_world import TINY, World

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals")

COMMAND = ("embed", "--encoder", "two", "--epochs", "6", *TINY)
# By then the state of the first epoch is kept.
IN_THE_THIRD_EPOCH = """
import os, signal
from pathlib import Path
from songnet.encoders import Checkpoint
keep, epochs = Checkpoint.keep, []
def failing(*arguments):
    keep(*arguments)
    epochs.append(arguments)
    if len(epochs) == 3:
        {do}
Checkpoint.keep = failing
"""
RAISES = "import tensorflow as tf; raise tf.errors.{name}(None, None, 'in the midst of it')"
UNCACHED = "import songnet.encoders._fit as fit; fit.cached = lambda held: held\n"
DAMAGED = "os.truncate('songnet.data/spectrograms/shard-000000.arrow', 4096)"


def goes_on(world: World) -> str:
    """The fingerprint of the encoder that the same command with --resume makes."""
    assert not (world.data / "encoders" / "two").exists()
    assert world.is_sound()
    assert (world.data / "training" / "two.safetensors").exists()
    done = world.run(*COMMAND, "--resume", "--json")
    assert done.code == 0, done.err
    assert world.is_sound()
    return str(json.loads(done.out)["fingerprint"])


def test_what_ends_or_fails_in_mid_epoch_goes_on_to_the_same_encoder(world: World) -> None:
    ends = {
        "os.kill(os.getpid(), signal.SIGTERM)": (143, "ended by SIGTERM"),
        RAISES.format(name="ResourceExhaustedError"): (1, "out of memory"),
    }
    made = set()
    for do, (code, says) in ends.items():
        done = world.run(*COMMAND, code=IN_THE_THIRD_EPOCH.format(do=do))
        assert (done.code, done.out) == (code, "")
        assert says in done.err.splitlines()[-1]
        made.add(goes_on(world))
        drop(world)
    done = world.run(*COMMAND, "--json")
    assert made == {json.loads(done.out)["fingerprint"]}


def drop(world: World) -> None:
    """Forget the encoder, so that it is trained anew."""
    shutil.rmtree(world.data / "encoders" / "two")


def test_spectrograms_that_are_damaged_in_mid_training_are_named(world: World) -> None:
    shard = world.data / "spectrograms" / "shard-000000.arrow"
    whole = shard.read_bytes()
    line = world.fails(*COMMAND, code=UNCACHED + IN_THE_THIRD_EPOCH.format(do=DAMAGED))
    assert shard.name in line
    assert not (world.data / "encoders" / "two").exists()
    shard.write_bytes(whole)
    assert goes_on(world)


def test_a_loss_that_is_no_number_is_told_and_leaves_no_encoder(world: World) -> None:
    wild = [*COMMAND[:-1], "1e30"]
    line = world.fails(*wild)
    assert "--learning-rate" in line or "learning rate" in line
    assert not (world.data / "encoders" / "two").exists()
    assert world.is_sound()
