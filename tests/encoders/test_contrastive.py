"""The contrastive encoder: its loss against numpy, its views, its network, what it learns."""

from __future__ import annotations

import numpy as np
import pytest
from encoder_samples import InMemory, spectrograms
from scipy.special import logsumexp

from songnet import encoders
from songnet.encoders import _keras, contrastive, mp3tovec
from songnet.encoders._augment import Augmentation, view
from songnet.encoders._contrastive_network import nt_xent
from songnet.encoders._listener import Listener, build, heard
from songnet.encoders._network import Moment
from songnet.encoders._weights import variables_of
from songnet.errors import InputError, UsageError
from songnet.model import object_array

TINY = contrastive.design({"filters": (4, 8), "dimensions": 16})


def moment(*, seed=0, epoch=0, step=0, training=True):
    _, tf = _keras.load()
    return Moment(*(tf.constant(n, tf.int32) for n in (seed, epoch, step)), training=training)


def by_hand(outputs, songs, temperature):
    """Equation 1 of SimCLR, a row at a time."""
    unit = outputs / np.linalg.norm(outputs, axis=1, keepdims=True)
    count = len(unit)
    losses, found = [], []
    for row in range(count):
        partner = (row + count // 2) % count
        others = [other for other in range(count) if other == partner or songs[other] != songs[row]]
        similar = {other: unit[row] @ unit[other] / temperature for other in others}
        losses.append(logsumexp(list(similar.values())) - similar[partner])
        found.append(similar[partner] >= max(similar.values()))
    return np.mean(losses), np.mean(found)


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
def test_the_loss_is_nt_xent(temperature):
    random = np.random.default_rng(3)
    outputs = random.normal(size=(12, 5)).astype(np.float32)
    songs = np.tile([0, 1, 2, 0, 4, 5], 2).astype(np.float32)  # two clips of song 0 in one batch
    terms = nt_xent(outputs, songs, temperature)
    loss, found = by_hand(outputs.astype(float), songs, temperature)
    assert float(terms["loss"]) == pytest.approx(loss, rel=1e-5)
    assert float(terms["found"]) == pytest.approx(found)


def test_the_loss_of_chance_and_of_perfection():
    alike = np.ones((8, 3), np.float32)
    songs = np.tile(np.arange(4), 2).astype(np.float32)
    assert float(nt_xent(alike, songs, 0.2)["loss"]) == pytest.approx(np.log(7), rel=1e-5)
    apart = np.tile(np.eye(4, dtype=np.float32), (2, 1))
    assert float(nt_xent(apart, songs, 0.01)["loss"]) == pytest.approx(0, abs=1e-5)


def test_views_depend_on_the_moment_and_the_view_alone():
    pixels = spectrograms(6).pixels
    how = Augmentation()
    first = view(pixels, moment(), 1, how).numpy()
    assert first.shape == (6, 96, 108, 1)
    assert np.array_equal(first, view(pixels, moment(), 1, how).numpy())
    others = [
        view(pixels, moment(), 2, how),
        view(pixels, moment(step=1), 1, how),
        view(pixels, moment(epoch=1), 1, how),
        view(pixels, moment(seed=1), 1, how),
        view(pixels, moment(training=False), 1, how),
    ]
    for other in others:
        assert np.abs(other.numpy() - first).mean() > 0.01
    assert np.isfinite(first).all()
    assert np.abs(first).max() <= 1


def test_without_any_change_a_view_is_the_spectrogram_begun_elsewhere():
    pixels = np.tile(np.arange(96, dtype=np.uint8)[None, :, None] * 2, (3, 1, 216))
    still = Augmentation(mixing=0, shortest=1, narrowest=1, gain=0, mask=0)
    seen = view(pixels, moment(), 1, still).numpy()
    np.testing.assert_allclose(seen, heard(pixels).numpy(), atol=1e-4)  # it does not move in time


def test_mixing_adds_power_not_decibels():
    """Two equal sounds mixed by halves are as loud as each; silence takes at most its share."""
    loud, silent = np.full((96, 216), 200, np.uint8), np.zeros((96, 216), np.uint8)
    how = Augmentation(mixing=0.5, shortest=1, narrowest=1, gain=0, mask=0)
    same = view(np.stack([loud, loud]), moment(), 1, how).numpy()
    np.testing.assert_allclose(same, 200 / 127.5 - 1, atol=1e-4)
    mixed = view(np.stack([loud, silent]), moment(), 1, how).numpy()[0]
    floor = 200 + 10 * np.log10(0.5) * 255 / 80
    assert floor / 127.5 - 1 - 1e-4 <= mixed.min() <= mixed.max() <= 200 / 127.5 - 1 + 1e-4


def test_gain_and_masks_stay_within_their_bounds():
    grey = np.full((64, 96, 216), 128, np.uint8)
    gain = Augmentation(mixing=0, shortest=1, narrowest=1, gain=6, mask=0)
    levels = (view(grey, moment(), 1, gain).numpy()[:, 0, 0, 0] + 1) * 127.5
    decibels = (levels - 128) * 80 / 255
    assert np.abs(decibels).max() <= 6 + 1e-3
    assert decibels.std() > 2
    masked = Augmentation(mixing=0, shortest=1, narrowest=1, gain=0, mask=0.25)
    white = np.full((64, 96, 216), 255, np.uint8)
    kept = view(white, moment(), 1, masked).numpy()[..., 0] != 0
    bands, frames = kept.any(2).sum(1), kept.any(1).sum(1)
    assert bands.min() >= 72
    assert frames.min() >= 81
    assert len(set(bands.tolist())) > 5


def test_the_network_is_as_its_design_says():
    design = contrastive.design({})
    model = build(design.listener)
    assert [tuple(part.shape[1:]) for part in model.outputs] == [(1024,), (128,)]
    variables = variables_of(design.weight_shapes(), model)
    assert {name: tuple(v.shape) for name, v in variables.items()} == design.weight_shapes()
    assert len(variables) == len(model.weights)
    # 4 convolutions of 288, 18,432, 73,728 and 294,912 weights; 1,536 x 512; 1,024 x 256;
    # 256 x 128 + 128; four numbers per normalised channel: 32 + 64 + 128 + 256 + 512 + 256.
    expected = 288 + 18_432 + 73_728 + 294_912 + 786_432 + 262_144 + 32_896 + 4 * 1_248
    assert sum(np.prod(shape) for shape in design.weight_shapes().values()) == expected


def planted(seed=0):
    """Six kinds of sound, each song a band of its own kind with another loudness and start."""
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 30, (48, 96, 216)).astype(np.uint8)
    for song in range(48):
        kind = song % 6
        wave = 1 + np.sin(np.linspace(0, 3 + 6 * kind, 216) + random.uniform(0, 6))
        pixels[song, 14 * kind : 14 * kind + 20] += (70 * wave).astype(np.uint8)
    names = object_array(f"s{song:02}" for song in range(48))
    return InMemory(names, np.zeros(48, np.int64), pixels)


def test_it_learns_what_is_alike_without_being_told():
    source = planted()
    saved = encoders.train(source, TINY, epochs=12, batch_size=16, learning_rate=0.01)
    assert saved.history[-1].loss < saved.history[0].loss - 0.5
    vectors = encoders.encode(saved, source).values
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -2)
    nearest = cosines.argmax(1)
    assert (nearest % 6 == np.arange(48) % 6).mean() > 0.8


def test_training_repeats_goes_on_and_is_kept(tmp_path):
    source = planted()
    order = {"epochs": 3, "batch_size": 16}
    whole = encoders.train(source, TINY, **order)
    path = tmp_path / "state"

    class StopError(Exception):
        pass

    def stop(epoch):
        if epoch.number == 2:
            raise StopError

    state = encoders.Checkpoint(path, seconds_between=0)
    with pytest.raises(StopError):
        encoders.train(source, TINY, **order, checkpoint=state, watch=encoders.Watch(on_epoch=stop))
    again = encoders.Checkpoint(path, resume=True)
    resumed = encoders.train(source, TINY, **order, checkpoint=again)
    assert resumed.fingerprint == whole.fingerprint
    encoders.save(whole, tmp_path / "kept")
    loaded = encoders.load(tmp_path / "kept")
    assert loaded.fingerprint == whole.fingerprint
    assert loaded.design == TINY
    assert loaded.best is loaded.history[-1]  # a schedule that makes sense whole keeps the last
    np.testing.assert_array_equal(
        encoders.encode(loaded, source).values, encoders.encode(whole, source).values
    )
    with pytest.raises(InputError, match="draws no spectrograms"):
        encoders.reconstruct(whole, source.pixels[:1])


def test_the_number_of_epochs_follows_from_the_number_of_spectrograms():
    model = encoders.MODELS["contrastive"]
    steps = model.steps
    assert model.settings(640).epochs == steps // 10
    assert model.settings(1_000_000).epochs == 10
    assert model.settings(640, epochs=3).epochs == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": 0}, "--temperature must be 0.01 to 10: got 0"),
        ({"temperature": float("nan")}, "--temperature must be"),
        ({"dimensions": 0}, "--dimensions must be 1 to 4096: got 0"),
        ({"dimensions": 4097}, "--dimensions must be"),
        ({"filters": ()}, "1 to 5 layers: got 0"),
        ({"filters": (1,) * 6}, "1 to 5 layers: got 6"),
        ({"filters": (4, 0)}, "must be 1 to 1024 each: got 4,0"),
    ],
)
def test_designs_that_cannot_be_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        contrastive.design(options)


AIM = {"like": "track2vec_3", "made_by": "0" * 64, "dimensions": 3, "filters": (4, 8)}


def test_mp3tovec_points_where_its_aim_is():
    """Targets by kind of sound; songs without a target are placed among those of their kind."""
    source = planted()
    kinds = np.random.default_rng(1).normal(size=(6, 3))
    targets = kinds[np.arange(48) % 6].astype(np.float32)
    targets[:12] = np.nan
    design = mp3tovec.design(AIM)
    saved = encoders.train(
        source, design, targets=targets, epochs=25, batch_size=12, learning_rate=0.01, patience=25
    )
    assert not {f"s{song:02}" for song in range(12)} & set(saved.holdout.validation_songs)
    assert saved.holdout.training_spectrograms + saved.holdout.validation_spectrograms == 36
    vectors = encoders.encode(saved, source).values
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    unit = kinds / np.linalg.norm(kinds, axis=1, keepdims=True)
    cosines = (vectors[:12] * unit[np.arange(12) % 6]).sum(1)
    assert cosines.mean() > 0.6  # 0 at chance
    assert saved.best.validation_loss < 0.4


def test_mp3tovec_is_kept_with_its_aim(tmp_path):
    source, random = planted(), np.random.default_rng(0)
    targets = random.normal(size=(48, 3)).astype(np.float32)
    saved = encoders.train(source, mp3tovec.design(AIM), targets=targets, epochs=1, batch_size=16)
    encoders.save(saved, tmp_path / "kept")
    loaded = encoders.load(tmp_path / "kept")
    assert (loaded.design, loaded.fingerprint) == (saved.design, saved.fingerprint)
    assert encoders.info(loaded, "now").params["like"] == "track2vec_3"


@pytest.mark.parametrize("targets", [None, np.zeros((3, 3), np.float32), np.zeros(48, np.float32)])
def test_mp3tovec_needs_a_target_per_spectrogram(targets):
    with pytest.raises((UsageError, InputError), match="targets"):
        encoders.train(planted(), mp3tovec.design(AIM), targets=targets, epochs=1)


def test_a_model_that_aims_at_nothing_has_no_use_for_targets():
    with pytest.raises(UsageError, match="no use for targets"):
        encoders.train(planted(), TINY, targets=np.zeros((48, 3), np.float32), epochs=1)


def test_mp3tovec_without_an_aim_is_refused():
    with pytest.raises(UsageError, match="--like"):
        mp3tovec.design({"filters": (4,)})


def test_a_listener_of_any_depth_is_built():
    for depth in range(1, 6):
        shape = Listener((3,) * depth, 7)
        pooled, output = build(shape)(heard(spectrograms(2).pixels))
        assert (tuple(pooled.shape), tuple(output.shape)) == ((2, 1024), (2, 7))
