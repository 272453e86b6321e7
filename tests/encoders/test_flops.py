"""Operations against sums worked out by hand and TensorFlow's own count."""

from __future__ import annotations

import pytest

from songnet.encoders import _keras, architecture, build, flops

# By hand: 2 x 9 x channels in x out x rows x columns of each convolution, and a bias per output.
STUDY = {
    "72x72": (
        [
            (18 * 96, 96 * 216), (18 * 96 * 45, 48 * 108), (18 * 45 * 16, 24 * 54),
            (18 * 16 * 16, 12 * 27), (18 * 16 * 45, 24 * 54), (18 * 45 * 96, 48 * 108),
            (18 * 96, 96 * 216),
        ],
        96 * 20736 + 45 * 5184 + 16 * 1296 + 16 * 324 + 45 * 1296 + 96 * 5184 + 20736,
    ),
    "48x81": (
        [
            (18 * 48, 96 * 216), (18 * 48 * 24, 48 * 108), (18 * 24 * 12, 24 * 54),
            (18 * 12 * 12, 12 * 27), (18 * 12 * 24, 24 * 54), (18 * 24 * 48, 48 * 108),
            (18 * 48, 96 * 216),
        ],
        48 * 20736 + 24 * 5184 + 12 * 1296 + 12 * 324 + 24 * 1296 + 48 * 5184 + 20736,
    ),
    "168x108": (
        [
            (18 * 96, 96 * 216), (18 * 96 * 14, 48 * 108),
            (18 * 14 * 14, 24 * 54), (18 * 14 * 96, 48 * 108), (18 * 96, 96 * 216),
        ],
        96 * 20736 + 14 * 5184 + 14 * 1296 + 96 * 5184 + 20736,
    ),
    "12x15": (
        [
            (18 * 48, 96 * 216), (18 * 48 * 24, 48 * 108), (18 * 24 * 12, 24 * 54),
            (18 * 12 * 5, 12 * 27), (18 * 5 * 5, 4 * 9), (18 * 5 * 12, 12 * 27),
            (18 * 12 * 24, 24 * 54), (18 * 24 * 48, 48 * 108), (18 * 48, 96 * 216),
        ],
        48 * 20736 + 24 * 5184 + 12 * 1296 + 5 * 324
        + 5 * 36 + 12 * 324 + 24 * 1296 + 48 * 5184 + 20736,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STUDY)
def test_the_studys_architectures(name):
    layers, biases = STUDY[name]
    products = [weights * pixels for weights, pixels in layers]
    stack = flops.convolutions(architecture(name))
    assert [layer.products for layer in stack] == products
    assert flops.forward(stack) == sum(products) + biases
    assert flops.training(stack) == 3 * sum(products) - products[0] + 2 * biases


def test_totals_in_figures():
    counts = {name: flops.forward(flops.convolutions(architecture(name))) for name in STUDY}
    assert counts == {
        "72x72": 915_791_184,
        "48x81": 266_539_248,
        "168x108": 329_658_336,
        "12x15": 266_417_280,
    }


def test_the_encoder_comes_first():
    shape = architecture("12x15")
    encoder = flops.convolutions(shape)[: len(shape.filters)]
    assert [layer.name for layer in encoder] == [f"encoder_{n}" for n in (1, 2, 3, 4)]
    assert flops.forward(encoder) == 133_616_628


def counted(function) -> dict[str, int]:
    """Operations by kind, as TensorFlow's profiler counts them."""
    _, tf = _keras.load()
    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation())
    signature = [tf.TensorSpec((1, 96, 216, 1), tf.float32)]
    graph = tf.function(function, input_signature=signature).get_concrete_function().graph
    node = profiler.profile(graph, cmd="op", options=options.with_empty_output().build())
    kinds = {}
    while node.children:  # a chain: each kind of operation hangs on the one before
        (node,) = node.children
        kinds[node.name] = node.float_ops
    return kinds


@pytest.mark.parametrize("shape", [*STUDY, ((4, 2), (4, 6))], ids=str)
def test_tensorflow_counts_the_same(shape):
    _, tf = _keras.load()
    found = architecture(shape) if isinstance(shape, str) else architecture(None, *shape)
    stack = flops.convolutions(found)
    autoencoder, _ = build(found)

    def gradients(pictures):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(autoencoder(pictures))
        return tape.gradient(loss, autoencoder.trainable_variables)

    kinds = counted(autoencoder)
    products = sum(layer.products for layer in stack)
    assert kinds["Conv2D"] == products
    assert kinds["BiasAdd"] + kinds.get("AddV2", 0) == sum(layer.biases for layer in stack)
    back = counted(gradients)
    assert back["Conv2DBackpropFilter"] == products
    # The graph has the gradient of the picture too, which is never asked for and not computed.
    assert back["Conv2DBackpropInput"] == products
