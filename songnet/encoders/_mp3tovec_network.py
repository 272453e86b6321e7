"""MP3ToVec as a network, and its loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from songnet.encoders import _keras, _listener
from songnet.encoders._augment import Augmentation, view
from songnet.encoders._network import Moment, Network, Terms
from songnet.encoders._weights import assign, initial_weights, variables_of

if TYPE_CHECKING:
    from songnet.encoders.mp3tovec import Mp3ToVecDesign

# Another sound mixed in would be another song, which points elsewhere.
VIEWS = Augmentation(mixing=0.0)


def network(design: Mp3ToVecDesign, *, seed: int, precision: str = "float32") -> Network:
    """The encoder with its first weights; targets are the vectors to point at."""
    _, tf = _keras.load()
    model = _listener.build(design.listener, precision=precision)
    variables = variables_of(design.weight_shapes(), model)
    assign(variables, initial_weights(design.weight_shapes(), seed=seed))

    def terms(pixels: Any, targets: Any, moment: Moment) -> Terms:
        training = moment.training
        heard = view(pixels, moment, 1, VIEWS) if training else _listener.heard(pixels)
        _, output = model(heard, training=training)
        pointed = tf.math.l2_normalize(output, axis=1)
        cosines = tf.reduce_sum(pointed * tf.math.l2_normalize(targets, axis=1), axis=1)
        return {"loss": 1.0 - tf.reduce_mean(cosines)}

    def vectors(pixels: Any) -> Any:
        return tf.math.l2_normalize(model(_listener.heard(pixels), training=False)[1], axis=1)

    return Network(
        variables=variables,
        trainable=model.trainable_variables,
        terms=terms,
        vectors=vectors,
    )
