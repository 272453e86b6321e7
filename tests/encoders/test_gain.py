"""The paired gain and its interval."""

from __future__ import annotations

import numpy as np
import pytest
from evaluation_samples import Labelled
from scipy import stats

from songnet.encoders._probes import nearest_votes
from songnet.encoders.evaluation import make_folds, paired_gain


def folds_of(world, **options):
    return make_folds(world.songs, world.labels, world.groups, **options)


def answers(folds, chance, seed):
    """Whether each song was answered rightly, by tossing coins."""
    return np.random.default_rng(seed).random(folds.fold.shape) < chance


@pytest.fixture(scope="module")
def folds():
    return folds_of(Labelled(classes=5, per_class=20))


def test_an_encoder_gains_exactly_nothing_over_itself(folds):
    right = answers(folds, 0.6, 0)
    gain = paired_gain(right, right, folds)
    assert (gain.mean, gain.low, gain.high) == (0.0, 0.0, 0.0)


def test_an_encoder_that_is_always_right_gains_everything(folds):
    right = np.ones(folds.fold.shape, bool)
    gain = paired_gain(right, ~right, folds)
    assert (gain.mean, gain.low, gain.high) == (1.0, 1.0, 1.0)


def test_a_gain_and_a_loss_mirror_each_other(folds):
    a, b = answers(folds, 0.7, 1), answers(folds, 0.5, 2)
    there, back = paired_gain(a, b, folds), paired_gain(b, a, folds)
    assert (there.mean, there.low, there.high) == (-back.mean, -back.high, -back.low)


@pytest.mark.parametrize("shuffles", [1, 2, 5])
def test_it_is_the_corrected_t_of_folds_of_one_size(shuffles):
    folds = folds_of(Labelled(classes=5, per_class=20), shuffles=shuffles)
    a, b = answers(folds, 0.7, 1), answers(folds, 0.5, 2)
    differences = [
        a[shuffle, folds.fold[shuffle] == fold].mean()
        - b[shuffle, folds.fold[shuffle] == fold].mean()
        for shuffle in range(shuffles)
        for fold in range(5)
    ]
    assert {int((folds.fold[0] == fold).sum()) for fold in range(5)} == {20}
    # A t-test of the folds has the error s / sqrt(J); Bouckaert and Frank's is this much larger.
    plain = stats.ttest_1samp(differences, 0).confidence_interval(0.95)
    wider = np.sqrt(1 + 5 * shuffles * 20 / 80)
    gain = paired_gain(a, b, folds)
    assert gain.mean == pytest.approx(np.mean(differences))
    assert gain.low == pytest.approx(gain.mean + wider * (plain.low - gain.mean))
    assert gain.high == pytest.approx(gain.mean + wider * (plain.high - gain.mean))


def test_folds_count_by_the_songs_they_ask_about():
    world = Labelled(classes=2, per_class=14)
    folds = make_folds(world.songs, world.labels, ["big"] * 9 + [None] * 19, shuffles=1)
    a, b = answers(folds, 0.9, 1), answers(folds, 0.5, 2)
    # A fold of n songs stands for n folds with its difference.
    sizes = np.bincount(folds.fold[0])
    differences = np.bincount(folds.fold[0], weights=(a[0] * 1.0 - b[0])) / sizes
    assert len(set(sizes)) > 1
    variance = np.repeat(differences, sizes).var() * 5 / 4
    reach = stats.t(4).ppf(0.975) * np.sqrt((1 / 5 + 1 / 4) * variance)
    gain = paired_gain(a, b, folds)
    assert gain.mean == pytest.approx(a.mean() - b.mean())
    assert (gain.low, gain.high) == pytest.approx((gain.mean - reach, gain.mean + reach))


def test_the_interval_never_leaves_what_a_gain_can_be(folds):
    a, b = answers(folds, 0.995, 1), answers(folds, 0.005, 2)
    gain = paired_gain(a, b, folds)
    assert 0.9 < gain.low < gain.mean < gain.high <= 1
    assert paired_gain(b, a, folds).low >= -1


def test_more_shuffles_of_the_same_songs_make_nothing_much_surer():
    world = Labelled(classes=5, per_class=20)
    a, b = (world.vectors(spread=3).values for _ in range(2))
    widths = []
    for shuffles in (3, 12):
        folds = folds_of(world, shuffles=shuffles)
        right, baseline = (nearest_votes(v, folds).predicted == folds.labels for v in (a, b))
        gain = paired_gain(right, baseline, folds)
        widths.append(gain.high - gain.low)
    assert widths[1] > 0.7 * widths[0]


def test_equally_good_encoders_seldom_seem_different():
    """Fresh songs, fresh vectors: the 95 % interval holds the true gain, 0, about so often."""
    missed = 0
    for seed in range(50):
        world = Labelled(seed=seed)
        folds = folds_of(world, shuffles=2)
        a, b = (world.vectors(spread=2).values for _ in range(2))
        right, baseline = (nearest_votes(v, folds).predicted == folds.labels for v in (a, b))
        gain = paired_gain(right, baseline, folds)
        missed += not gain.low <= 0 <= gain.high
    assert missed <= 6
