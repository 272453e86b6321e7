"""The variational autoencoder against its own arithmetic in numpy, and learning, repeating."""

from __future__ import annotations

import math

import numpy as np
import pytest
from encoder_samples import spectrograms
from numpy.lib.stride_tricks import sliding_window_view
from scipy import stats

from songnet.encoders import _keras, vae
from songnet.encoders._network import Moment
from songnet.encoders._vae_network import LEAST_LOG_SCALE, network
from songnet.encoders._weights import assign

TINY = {"filters": (4, 3), "pooling": (4, 6), "latent": 3, "warmup": 0}
PIXELS = spectrograms(songs=8).pixels
OUTPUTS = ("bernoulli", "transposed")
COVARIANCES = ("diagonal", "full")


def made(*, seed=0, precision="float32", biases=None, **options):
    """A tiny model; `biases` is the seed of weights moved away from their first values."""
    built = network(vae.design({**TINY, **options}), seed=seed, precision=precision)
    if biases is not None:
        random = np.random.default_rng(biases)
        assign(
            built.variables,
            {
                name: variable.numpy() + random.uniform(-0.2, 0.3, variable.shape)
                for name, variable in built.variables.items()
            },
        )
    return built


def moment(*, seed=0, epoch=0, step=0, training=True):
    _, tf = _keras.load()
    return Moment(*map(tf.constant, (seed, epoch, step)), training=training)


def numbers(terms):
    return {name: float(value) for name, value in terms.items()}


def learn(built, steps=40, rate=0.01, scaled=False):
    """Adam for some steps on all of `PIXELS`; the terms of each."""
    keras, tf = _keras.load()
    optimizer = keras.optimizers.Adam(rate)
    if scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(built.trainable)

    @tf.function(input_signature=[tf.TensorSpec((), tf.int32)])
    def step(number):
        with tf.GradientTape() as tape:
            at = Moment(tf.constant(0), tf.constant(0), number, training=True)
            terms = built.terms(tf.constant(PIXELS), None, at)
            loss = optimizer.scale_loss(terms["loss"])
        gradients = tape.gradient(loss, built.trainable)
        optimizer.apply_gradients(zip(gradients, built.trainable, strict=True))
        return dict(terms)

    return [numbers(step(tf.constant(number))) for number in range(steps)]


# --- the same by numpy alone, in float64 ---


def leaky(x):
    return np.where(x > 0, x, 0.2 * x)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def convolve(picture, kernel, bias):
    padded = np.pad(picture, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = sliding_window_view(padded, (3, 3), axis=(1, 2))
    return np.einsum("bhwcij,ijco->bhwo", windows, kernel) + bias


def spread(picture, kernel, bias, stride):
    """A transposed convolution: every pixel leaves the kernel's print, `stride` apart."""
    b, h, w, _ = picture.shape
    side, _, width, _ = kernel.shape
    whole = np.zeros((b, (h - 1) * stride + side, (w - 1) * stride + side, width))
    for i, j in np.ndindex(side, side):
        printed = picture @ kernel[i, j].T
        whole[:, i : i + h * stride : stride, j : j + w * stride : stride] += printed
    cut = (side - stride) // 2
    return whole[:, cut : cut + h * stride, cut : cut + w * stride] + bias


def layer(built, name):
    parts = (built.variables[f"{name}.{part}"].numpy() for part in ("kernel", "bias"))
    return tuple(part.astype(np.float64) for part in parts)


def posterior_by_hand(built, design, pixels):
    """Means and covariances."""
    x = pixels[..., None] / 255.0
    for number, pool in enumerate(design.architecture.pooling, 1):
        x = leaky(convolve(x, *layer(built, f"encoder_{number}")))
        b, h, w, c = x.shape
        x = x.reshape(b, h // pool, pool, w // pool, pool, c).max((2, 4))
    kernel, bias = layer(built, "posterior")
    mean, raw = np.split((x.reshape(len(x), -1) @ kernel + bias)[:, : 2 * design.size], 2, axis=1)
    return mean, np.log1p(np.exp(raw)) + 1e-5


def decoded_by_hand(built, design, latents):
    kernel, bias = layer(built, "decoder_input")
    x = leaky(latents @ kernel + bias).reshape(-1, *design.architecture.latent_shape)
    for name, _, stride in design.decoder_layers:
        x = spread(x, *layer(built, name), stride)
        x = x if name == "output" else leaky(x)
    return sigmoid(x[..., 0])


@pytest.mark.parametrize(
    "layers", [{}, {"filters": (3, 4, 2), "pooling": (1, 2, 3)}, {"filters": (3,), "pooling": (8,)}]
)
def test_it_computes_what_its_definition_says(layers):
    options = {"covariance": "diagonal", **layers}
    design, built = vae.design({**TINY, **options}), made(**options, biases=1)
    mean, _ = posterior_by_hand(built, design, PIXELS[:3])
    assert mean.std() > 1e-3
    np.testing.assert_allclose(built.vectors(PIXELS[:3]), mean, rtol=1e-3, atol=1e-4)
    pictures = decoded_by_hand(built, design, mean)
    assert pictures.std() > 1e-3
    found = built.reconstruct(PIXELS[:3]).numpy()
    assert (found.dtype, found.shape) == (np.float32, (3, 96, 216))
    np.testing.assert_allclose(found, pictures, atol=1e-4)
    np.testing.assert_allclose(built.decode(mean.astype(np.float32)), pictures, atol=1e-4)


def test_the_divergence_is_the_closed_form():
    options = {"covariance": "diagonal"}
    built = made(**options, biases=2)
    mean, scale = posterior_by_hand(built, vae.design({**TINY, **options}), PIXELS)
    expected = (0.5 * (scale**2 + mean**2 - 1) - np.log(scale)).sum(1).mean()
    found = numbers(built.terms(PIXELS, None, moment()))["kl"]
    assert found == pytest.approx(expected, rel=1e-4)


def collapsed(output):
    """A model whose posterior is a point, so that the draw is the mean."""
    built = made(output=output, covariance="diagonal", biases=3)
    bias = built.variables["posterior.bias"].numpy()
    bias[3:] = -40
    kernel = built.variables["posterior.kernel"].numpy()
    kernel[:, 3:] = 0
    assign(built.variables, {"posterior.bias": bias, "posterior.kernel": kernel})
    return built, built.reconstruct(PIXELS).numpy().astype(np.float64)


def test_the_loss_of_black_and_white_pixels_is_the_studys():
    built, picture = collapsed("bernoulli")
    grey = PIXELS / 255
    cross = -(grey * np.log(picture) + (1 - grey) * np.log1p(-picture)).sum((1, 2)).mean()
    terms = numbers(built.terms(PIXELS, None, moment()))
    assert list(terms) == ["loss", "nll", "kl", "mse"]
    assert terms["nll"] == pytest.approx(cross, rel=1e-5)
    assert terms["mse"] == pytest.approx(((picture - grey) ** 2).mean(), rel=1e-3)
    assert terms["loss"] == pytest.approx(terms["nll"] + terms["kl"], rel=1e-6)


@pytest.mark.parametrize("moved", [0.0, 1.0, -1.0])
def test_the_loss_of_normal_pixels_is_a_density(moved):
    built, picture = collapsed("transposed")
    assign(built.variables, {"likelihood.log_scale": np.float32([moved])})
    scale = math.exp(LEAST_LOG_SCALE + np.logaddexp(0, math.log(25.5) + moved))
    expected = -stats.norm(picture, scale).logpdf(PIXELS / 255).sum((1, 2)).mean()
    terms = numbers(built.terms(PIXELS, None, moment()))
    assert list(terms) == ["loss", "nll", "kl", "mse", "cross_entropy"]
    assert terms["nll"] == pytest.approx(expected, rel=1e-4)
    same = made(output="bernoulli", covariance="diagonal")
    assign(same.variables, {name: built.variables[name].numpy() for name in same.variables})
    plain = numbers(same.terms(PIXELS, None, moment()))
    assert terms["cross_entropy"] == pytest.approx(plain["nll"], rel=1e-6)
    assert terms["mse"] == plain["mse"]


def test_a_pixel_is_never_surer_than_a_grey_level():
    built = made(output="transposed")
    for moved in (-50, -1000):
        assign(built.variables, {"likelihood.log_scale": np.float32([moved])})
        terms = numbers(built.terms(np.full((1, 96, 216), 128, np.uint8), None, moment()))
        least = 96 * 216 * (math.log(1 / 255) + 0.5 * math.log(2 * math.pi))
        assert math.isfinite(terms["nll"])
        assert terms["nll"] >= least


def test_held_back_pictures_are_drawn_from_the_mean():
    built = made(biases=4)
    terms = numbers(built.terms(PIXELS, None, moment(training=False)))
    error = (built.reconstruct(PIXELS).numpy() - PIXELS / 255) ** 2
    assert terms["mse"] == pytest.approx(error.mean(), rel=1e-5)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("covariance", COVARIANCES)
def test_it_learns(output, covariance):
    built = made(output=output, covariance=covariance)
    before = numbers(built.terms(PIXELS, None, moment(training=False)))
    history = learn(built)
    after = numbers(built.terms(PIXELS, None, moment(training=False)))
    assert after["loss"] < before["loss"]
    assert after["mse"] < 0.5 * before["mse"]
    assert np.mean([terms["nll"] for terms in history[-10:]]) < history[0]["nll"]
    assert after["kl"] > 1  # z says something of a song
    spread_of_means = built.vectors(PIXELS).numpy().std(0)
    assert spread_of_means.max() > 0.3


def test_every_weight_is_moved():
    _, tf = _keras.load()
    built = made(output="transposed", dropout=0.2)
    assert [v.name for v in built.trainable] == [v.name for v in built.variables.values()]
    with tf.GradientTape() as tape:
        loss = built.terms(PIXELS, None, moment())["loss"]
    gradients = tape.gradient(loss, built.trainable)
    assert all(np.abs(gradient.numpy()).max() > 0 for gradient in gradients)


@pytest.mark.parametrize("output", OUTPUTS)
def test_weights_have_their_names_and_depend_on_the_seed(output):
    first, again, other = made(output=output), made(output=output), made(output=output, seed=1)
    shapes = vae.design({**TINY, "output": output}).weight_shapes()
    assert {name: tuple(v.shape) for name, v in first.variables.items()} == shapes
    assert all(v.dtype == "float32" for v in first.variables.values())
    for name, variable in first.variables.items():
        np.testing.assert_array_equal(variable.numpy(), again.variables[name].numpy())
    assert not np.array_equal(first.trainable[0].numpy(), other.trainable[0].numpy())


def test_the_same_seed_learns_the_same_bit_by_bit():
    runs = [made(output="transposed", dropout=0.3) for _ in range(2)]
    histories = [learn(built, steps=5) for built in runs]
    assert histories[0] == histories[1]
    for name, variable in runs[0].variables.items():
        np.testing.assert_array_equal(variable.numpy(), runs[1].variables[name].numpy())


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_another_moment_draws_otherwise(dropout):
    built = made(dropout=dropout, biases=5)

    def nll(**at):
        return numbers(built.terms(PIXELS, None, moment(**at)))["nll"]

    base = nll()
    assert nll() == base
    others = {nll(seed=1), nll(epoch=1), nll(step=1), nll(training=False)}
    assert len({base, *others}) == 5


def test_dropout_is_for_training_alone():
    plain, dropping = made(biases=6), made(dropout=0.5, biases=6)
    np.testing.assert_array_equal(plain.vectors(PIXELS), dropping.vectors(PIXELS))
    held = [numbers(b.terms(PIXELS, None, moment(training=False))) for b in (plain, dropping)]
    assert held[0] == held[1]
    drawn = [numbers(b.terms(PIXELS, None, moment())) for b in (plain, dropping)]
    assert drawn[0]["kl"] != drawn[1]["kl"]


def test_the_divergence_gains_weight_over_the_warm_up():
    built = made(warmup=4, beta=2.5, biases=7)

    def weight(**at):
        terms = {name: np.float64(v) for name, v in built.terms(PIXELS, None, moment(**at)).items()}
        return (terms["loss"] - terms["nll"]) / terms["kl"]

    found = [weight(epoch=epoch) for epoch in range(7)]
    expected = [0.5, 1.0, 1.5, 2.0, 2.5, 2.5, 2.5]
    np.testing.assert_allclose(found, expected, rtol=1e-2)
    assert weight(training=False) == pytest.approx(2.5, rel=1e-2)


def test_without_weight_the_divergence_is_not_in_the_loss():
    terms = numbers(made(beta=0, biases=8).terms(PIXELS, None, moment()))
    assert terms["loss"] == terms["nll"]
    assert terms["kl"] > 0


def test_a_heavy_divergence_leaves_nothing_in_the_vectors():
    free, bound = made(), made(beta=1000)
    learn(free, steps=25)
    learn(bound, steps=25)
    spreads = [built.vectors(PIXELS).numpy().std() for built in (free, bound)]
    assert spreads[1] < 0.25 * spreads[0]


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("grey", [0, 255])
def test_a_constant_picture_has_a_posterior(covariance, grey):
    built = made(covariance=covariance, biases=9)
    pixels = np.full((2, 96, 216), grey, np.uint8)
    terms = numbers(built.terms(pixels, None, moment()))
    assert all(map(math.isfinite, terms.values()))
    assert terms["kl"] > 0
    assert np.isfinite(built.vectors(pixels)).all()


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("output", OUTPUTS)
def test_half_precision_is_near_full(precision, output):
    full, half = made(output=output, biases=10), made(output=output, biases=10, precision=precision)
    assert all(variable.dtype == "float32" for variable in half.variables.values())
    for one, two in (
        (full.vectors(PIXELS), half.vectors(PIXELS)),
        (full.reconstruct(PIXELS), half.reconstruct(PIXELS)),
    ):
        assert two.dtype == np.float32
        np.testing.assert_allclose(one, two, atol=0.05 * float(np.abs(one).max()))
    terms = [numbers(built.terms(PIXELS, None, moment())) for built in (full, half)]
    assert terms[1]["kl"] == pytest.approx(terms[0]["kl"], rel=0.1)
    # Gradients of 16-bit layers overflow here until the scale of the loss has been halved often.
    learnt = learn(half, steps=40, scaled=precision == "mixed_float16")[-1]
    assert learnt["nll"] < terms[1]["nll"]


def test_pixels_between_are_kept_in_range():
    built = made(biases=11)
    pictures = built.decode(np.random.default_rng(0).normal(0, 100, (4, 3)).astype(np.float32))
    assert pictures.shape == (4, 96, 216)
    assert (pictures.numpy() >= 0).all()
    assert (pictures.numpy() <= 1).all()
