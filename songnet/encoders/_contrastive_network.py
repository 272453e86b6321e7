"""The contrastive encoder as a network, and its loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from songnet.encoders import _keras, _listener
from songnet.encoders._augment import Augmentation, view
from songnet.encoders._network import Moment, Network, Terms
from songnet.encoders._weights import assign, initial_weights, variables_of

if TYPE_CHECKING:
    from songnet.encoders.contrastive import ContrastiveDesign

VIEWS = Augmentation()


def network(design: ContrastiveDesign, *, seed: int, precision: str = "float32") -> Network:
    """The encoder with its first weights; batches are clips, then a partner for each."""
    _, tf = _keras.load()
    model = _listener.build(design.listener, precision=precision)
    variables = variables_of(design.weight_shapes(), model)
    assign(variables, initial_weights(design.weight_shapes(), seed=seed))

    def terms(pixels: Any, targets: Any, moment: Moment) -> Terms:
        half = tf.shape(pixels)[0] // 2
        views = [view(pixels[:half], moment, 1, VIEWS), view(pixels[half:], moment, 2, VIEWS)]
        _, output = model(tf.concat(views, axis=0), training=moment.training)
        return nt_xent(output, targets[:, 0], design.temperature)

    def vectors(pixels: Any) -> Any:
        return model(_listener.heard(pixels), training=False)[1]

    return Network(
        variables=variables,
        trainable=model.trainable_variables,
        terms=terms,
        vectors=vectors,
    )


def nt_xent(outputs: Any, songs: Any, temperature: float) -> Terms:
    """The normalised temperature-scaled cross-entropy of finding each view's partner.

    Parameters
    ----------
    outputs
        float32 (2 b, d): row i and row i + b are partners.
    songs
        float32 (2 b,): the number of the song of each. Views of the same song that are not
        partners are no wrong answers, so they are left out.
    temperature
        Cosines are divided by it.

    Returns
    -------
    ``loss``, the mean over rows in nats, and ``found``, the share of rows whose partner is the most
    similar.

    Source: Chen and others (2020), equation 1.
    """
    _, tf = _keras.load()
    unit = tf.math.l2_normalize(outputs, axis=1)
    count = tf.shape(unit)[0]
    partner = tf.roll(tf.range(count), count // 2, axis=0)
    is_partner = tf.one_hot(partner, count, on_value=True, off_value=False)
    rival = (songs[:, None] != songs[None, :]) | is_partner
    similar = tf.where(rival, tf.matmul(unit, unit, transpose_b=True) / temperature, -1e9)
    own = tf.gather(similar, partner, axis=1, batch_dims=1)
    loss = tf.reduce_mean(tf.reduce_logsumexp(similar, axis=1) - own)
    found = tf.reduce_mean(tf.cast(own >= tf.reduce_max(similar, axis=1), tf.float32))
    return {"loss": loss, "found": found}
