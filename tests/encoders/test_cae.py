"""The autoencoder: against its own arithmetic in numpy, and learning, repeating, applied."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from encoder_samples import (
    TINY,
    TINY_DESIGN,
    TINY_OPTIONS,
    InMemory,
    spectrograms,
    untrained,
)
from numpy.lib.stride_tricks import sliding_window_view

from songnet import encoders
from songnet.encoders import MODELS, Watch, architecture, cae
from songnet.errors import BadNameError, EmptyInputError, InputError, StateError, UsageError
from songnet.model import object_array

QUICK = {"batch_size": 4, "learning_rate": 0.01}
AIM = {"like": "track2vec", "made_by": "0" * 64, "dimensions": 2}
ACTIVATIONS = {
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
}


def convolve(picture, kernel, bias):
    """3x3, same padding; (b, h, w, in) to (b, h, w, out), in float64."""
    padded = np.pad(picture, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = sliding_window_view(padded, (3, 3), axis=(1, 2))
    return np.einsum("bhwcij,ijco->bhwo", windows, kernel) + bias


def by_hand(saved, pixels):
    """Flattened latents and reconstructions, by numpy alone."""
    act, weights = ACTIVATIONS[saved.design.activation], saved.weights
    x = pixels[..., None] / 255.0
    for number, pool in enumerate(saved.design.architecture.pooling, 1):
        layer = f"encoder_{number}"
        x = act(convolve(x, weights[f"{layer}.kernel"], weights[f"{layer}.bias"]))
        b, h, w, c = x.shape
        x = x.reshape(b, h // pool, pool, w // pool, pool, c).max((2, 4))
    latent = x.reshape(len(x), -1)
    for number, factor in enumerate(reversed(saved.design.architecture.pooling), 1):
        layer = f"decoder_{number}"
        x = act(convolve(x, weights[f"{layer}.kernel"], weights[f"{layer}.bias"]))
        x = x.repeat(factor, 1).repeat(factor, 2)
    restored = convolve(x, weights["output.kernel"], weights["output.bias"])
    return latent, np.clip(restored[..., 0], 0, 1)


def with_random_biases(activation, shape=TINY):
    random = np.random.default_rng(5)
    plain = untrained(shape, seed=2)
    weights = {
        name: value + random.uniform(-0.2, 0.4, value.shape).astype(np.float32)
        for name, value in plain.weights.items()
    }
    return untrained(shape, activation=activation, weights=weights)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_it_computes_what_its_definition_says(activation):
    saved, source = with_random_biases(activation), spectrograms(songs=5)
    latent, restored = by_hand(saved, source.pixels)
    assert latent.std() > 1e-3
    vectors = encoders.encode(saved, source)
    assert np.array_equal(vectors.songs, source.songs)
    assert vectors.values.dtype == np.float32
    np.testing.assert_allclose(vectors.values, latent, rtol=1e-4, atol=1e-5)
    made = encoders.reconstruct(saved, source.pixels)
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, restored, rtol=1e-4, atol=1e-5)


def test_a_song_is_the_mean_of_its_clips_whatever_the_batch():
    saved, source = with_random_biases("leaky_relu"), spectrograms(songs=7, clips=3)
    latent, _ = by_hand(saved, source.pixels)
    means = latent.reshape(7, 3, -1).mean(1)
    for batch_size in (1, 4, 64):
        vectors = encoders.encode(saved, source, batch_size=batch_size)
        np.testing.assert_allclose(vectors.values, means, rtol=1e-4, atol=1e-5)
    assert vectors.encoder == "cae_tiny"
    assert max(map(len, source.reads[:21])) == 1  # streamed, a batch at a time


def test_songs_can_be_chosen():
    saved, source = with_random_biases("relu"), spectrograms(songs=6, clips=2)
    some = object_array(["file:004.ogg", "file:001.ogg"])
    told = []
    vectors = encoders.encode(
        saved, source, songs=some, batch_size=3, on_batch=lambda *now: told.append(now)
    )
    assert vectors.songs.tolist() == ["file:001.ogg", "file:004.ogg"]
    whole = encoders.encode(saved, source)
    np.testing.assert_allclose(vectors.values, whole.values[[1, 4]], rtol=1e-5)
    assert told == [(3, 4), (4, 4)]
    assert len(encoders.encode(saved, source, songs=object_array([])).songs) == 0


def test_songs_without_a_spectrogram_are_refused():
    with pytest.raises(InputError, match="1 of 2 songs have no spectrogram, the first is 'nobody'"):
        encoders.encode(
            untrained(), spectrograms(5), songs=object_array(["nobody", "file:001.ogg"])
        )


@pytest.mark.parametrize("bad", [np.nan, np.inf, 3e38])
def test_a_vector_is_never_nan(bad):
    weights = {name: value.copy() for name, value in untrained().weights.items()}
    weights["encoder_1.bias"][:] = bad
    weights["encoder_2.kernel"][:] = 2
    with pytest.raises(InputError, match="'cae_tiny' gives a number that is not finite"):
        encoders.encode(untrained(weights=weights), spectrograms(5))


def test_pictures_of_another_shape_are_refused():
    with pytest.raises(InputError, match="must be uint8"):
        encoders.reconstruct(untrained(), np.zeros((1, 96, 216), np.float32))


def test_it_learns_more_than_the_mean_picture():
    source, heard = spectrograms(), []
    saved = encoders.train(
        source, TINY_DESIGN, **QUICK, epochs=25, patience=25, seed=1,
        watch=Watch(on_epoch=heard.append),
    )  # fmt: skip
    assert tuple(heard) == saved.history
    held = np.isin(source.songs, saved.holdout.validation_songs)
    scaled = source.pixels / 255.0
    mean_picture = scaled[~held].mean(0)
    variance = ((scaled[held] - mean_picture) ** 2).mean()
    assert saved.best.validation_loss < 0.5 * variance
    assert saved.history[0].loss > saved.history[-1].loss
    # The loss that is reported is the loss of the weights that were kept.
    made = by_hand(saved, source.pixels[held])[1]
    unclipped = ((made - scaled[held]) ** 2).mean()
    assert unclipped == pytest.approx(saved.best.validation_loss, rel=0.05)


def test_one_step_is_adams_down_the_gradient():
    """The first step of Adam moves every weight by the learning rate, against its gradient."""
    source, rate = spectrograms(6), 1e-4
    saved = encoders.train(
        source, TINY_DESIGN, batch_size=99, learning_rate=rate, epochs=1, validation=0.1, seed=5
    )
    held = np.isin(source.songs, saved.holdout.validation_songs)
    pixels = source.pixels[~held]
    first = untrained(seed=5)
    loss = ((by_hand(first, pixels)[1] - pixels / 255) ** 2).mean()
    assert saved.history[0].loss == pytest.approx(loss, rel=0.02)
    moved = {name: saved.weights[name] - first.weights[name] for name in first.weights}
    steps = np.abs(np.concatenate([step.ravel() for step in moved.values()]))
    assert steps.max() == pytest.approx(rate, rel=1e-3)
    assert np.median(steps) == pytest.approx(rate, rel=0.05)  # where Adam's epsilon is small
    # The output's bias is raised, for the first picture is darker than the spectrograms.
    assert moved["output.bias"][0] == pytest.approx(rate, rel=1e-3)


def test_the_same_seed_gives_the_same_encoder_and_another_seed_another():
    first, again, other = (
        encoders.train(spectrograms(8), TINY_DESIGN, **QUICK, epochs=2, seed=seed)
        for seed in (3, 3, 4)
    )
    assert first.fingerprint == again.fingerprint != other.fingerprint
    losses = [[epoch.loss for epoch in saved.history] for saved in (first, again)]
    assert losses[0] == losses[1]
    assert all(np.array_equal(first.weights[key], again.weights[key]) for key in first.weights)


def test_streamed_spectrograms_give_what_those_in_memory_give(monkeypatch):
    held = encoders.train(spectrograms(8), TINY_DESIGN, **QUICK, epochs=2)
    source, sizes = spectrograms(8), []
    monkeypatch.setattr("songnet.encoders._fit.cached", lambda source: source)
    monkeypatch.setattr("songnet.encoders._feed.CHUNK_ROWS", 4)
    streamed = encoders.train(source, TINY_DESIGN, **QUICK, epochs=2)
    sizes = [len(rows) for rows in source.reads]
    assert sizes == [7, 1] * 2
    assert streamed.fingerprint == held.fingerprint


def test_what_it_says_of_itself():
    source = spectrograms(10, clips=2)
    groups = np.array([f"r{song // 4}" for song in range(20)], object)
    batches = []
    saved = encoders.train(
        source, cae.design({**TINY_OPTIONS, "activation": "leaky_relu"}),
        **QUICK, epochs=1, groups=groups, name="mine", validation=0.4,
        watch=Watch(on_batch=lambda *now: batches.append(now)),
    )  # fmt: skip
    assert (saved.name, saved.kind, saved.design.activation) == ("mine", "cae", "leaky_relu")
    assert saved.design.architecture == TINY
    assert saved.holdout.by == "recording"
    held = saved.holdout.validation_songs
    assert (len(held), saved.holdout.training_songs) == (4, 6)
    assert (saved.holdout.training_spectrograms, saved.holdout.validation_spectrograms) == (12, 8)
    assert set(held) <= set(source.songs)
    assert [now[:3] for now in batches] == [(0, 4, 12), (0, 8, 12), (0, 12, 12)]
    assert np.mean([loss for *_, loss in batches]) == pytest.approx(saved.history[0].loss)
    info = encoders.info(saved, "2026-01-01T00:00:00Z")
    assert (info.name, info.kind, info.latent, info.dimensions) == ("mine", "cae", "4x9x2", 72)
    assert info.fingerprint == saved.fingerprint
    assert info.params["filters"] == "4,2"
    assert info.params["pooling"] == "4,6"
    assert info.params["validation_loss"] == saved.history[0].validation_loss
    assert info.params["epochs_run"] == 1
    assert info.params["seed"] == 0
    assert info.params["keras_version"][0].isdigit()
    assert not {"name", "kind", "latent", "dimensions", "created_at"} & set(info.params)


def test_all_who_watch_are_told_also_where_a_state_is_kept(tmp_path):
    states, path = [], tmp_path / "state"
    encoders.train(
        spectrograms(5), TINY_DESIGN, **QUICK, epochs=2,
        watch=Watch(on_progress=lambda state: states.append(len(state().history))),
        checkpoint=encoders.Checkpoint(path),
    )  # fmt: skip
    assert states == [1, 2]
    assert path.is_file()


def test_the_default_name_is_the_models_and_the_latents():
    saved = encoders.train(spectrograms(5), TINY_DESIGN, **QUICK, epochs=1)
    assert saved.name == "cae_4x9x2"
    assert saved.holdout.by == "song"


def test_the_default_design_is_the_studys_smallest():
    saved = encoders.train(spectrograms(5), epochs=1)
    assert saved.name == "cae_12x15"
    assert saved.design == cae.design({}) == cae.design({"latent": "12x15"})


def test_a_rate_far_too_high_is_said_to_be_so():
    with pytest.raises(StateError, match="learning rate below 1e\\+30"):
        encoders.train(spectrograms(6), TINY_DESIGN, learning_rate=1e30, epochs=3)


@pytest.mark.parametrize(
    ("songs", "options", "error", "message"),
    [
        (4, {}, EmptyInputError, "at least 5 songs to learn from, got 4"),
        (0, {}, EmptyInputError, "no spectrograms"),
        (6, {"epochs": 0}, UsageError, "epochs"),
        (6, {"name": "No Name"}, BadNameError, "cannot name an encoder"),
        (6, {"name": "title"}, BadNameError, "already have a property"),
        (6, {"targets": np.zeros((6, 2), np.float32)}, UsageError, "'cae' has no use for targets"),
    ],
)
def test_bad_orders_are_refused(songs, options, error, message):
    source = spectrograms(songs) if songs else InMemory(
        object_array([]), np.empty(0, np.int64), np.empty((0, 96, 216), np.uint8)
    )  # fmt: skip
    with pytest.raises(error, match=message):
        encoders.train(source, TINY_DESIGN, **{**QUICK, **options})


def test_a_design_that_is_not_to_be_had_is_refused():
    with pytest.raises(UsageError, match="'gelu'"):
        cae.design({"activation": "gelu"})
    with pytest.raises(UsageError, match="unknown latent"):
        cae.design({"latent": "13x15"})
    with pytest.raises(UsageError, match="go together"):
        cae.design({"filters": (4, 2)})


@pytest.mark.parametrize(
    ("targets", "error", "message"),
    [
        (None, UsageError, "'mp3tovec' needs targets"),
        (np.zeros((5, 2), np.float32), InputError, r"got \(5, 2\) for 6"),
        (np.zeros(6, np.float32), InputError, r"got \(6,\) for 6"),
        (np.full((6, 2), np.nan, np.float32), EmptyInputError, "at least 5 songs"),
    ],
)
def test_targets_that_do_not_fit_are_refused(targets, error, message):
    design = MODELS["mp3tovec"].asked_design(AIM)
    with pytest.raises(error, match=message):
        encoders.train(spectrograms(6), design, targets=targets)


def test_every_model_has_the_same_door():
    for kind, model in MODELS.items():
        design = model.asked_design(AIM if model.aims else {})
        assert model.kind == design.kind == kind
        assert model.title
        assert model.loss
        assert encoders.default_name(design) == f"{kind}_{design.latent}"
        assert model.settings(1000).epochs >= 1


def run(script, **environment):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True, text=True, check=False, env=environment or None,
    )  # fmt: skip


def test_importing_loads_neither_tensorflow_nor_sklearn():
    done = run("import sys, songnet.encoders; print(*sorted(sys.modules))")
    assert done.returncode == 0, done.stderr
    assert "songnet.encoders" in done.stdout.split()
    heavy = {"tensorflow", "keras", "sklearn", "scipy", "safetensors", "gensim", "optuna"}
    assert not heavy & set(done.stdout.split())


def test_tensorflow_says_nothing(tmp_path):
    """In a home of its own, whose keras.json says other than we need."""
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text(
        '{"backend": "jax", "image_data_format": "channels_first", "floatx": "float64"}'
    )
    script = (
        "from songnet import encoders\n"
        "autoencoder, _ = encoders.build(encoders.architecture())\n"
        "print(autoencoder.output_shape, {layer.dtype for layer in autoencoder.layers})"
    )
    done = run(script, HOME=str(tmp_path), PATH="")
    assert done.stderr == ""
    assert done.stdout == "(None, 96, 216, 1) {'float32'}\n"
    assert architecture().latent_size == 180


def test_keras_on_another_backend_is_said_to_be_so(monkeypatch):
    import keras

    from songnet.encoders import _keras

    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(StateError, match="already running on 'jax'.*KERAS_BACKEND=tensorflow"):
        _keras.load.__wrapped__()
