"""Element-centric similarity against clusim, whose authors published it, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from clusim.clustering import Clustering
from clusim.sim import element_sim, element_sim_elscore
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.agreement import element_centric, element_scores
from songnet.errors import EmptyInputError, InputError


@st.composite
def two_labelings(draw):
    songs = draw(st.integers(2, 40))
    sides = [st.integers(0, draw(st.integers(0, songs))) for _ in range(2)]
    return [draw(st.lists(side, min_size=songs, max_size=songs)) for side in sides]


def clusterings(labelings):
    return [
        Clustering(elm2clu_dict={song: [label] for song, label in enumerate(labels)})
        for labels in labelings
    ]


@settings(max_examples=40, deadline=None)
@given(two_labelings(), st.sampled_from([0.5, 0.9, 0.99]))
def test_it_is_clusims_whatever_alpha(labelings, alpha):
    theirs, places = element_sim_elscore(*clusterings(labelings), alpha=alpha)
    each = [theirs[places[song]] for song in range(len(labelings[0]))]
    assert element_scores(*labelings) == pytest.approx(each, abs=1e-9)
    assert element_centric(*labelings) == pytest.approx(
        element_sim(*clusterings(labelings), alpha=alpha), abs=1e-9
    )


def test_it_is_clusims_on_many_songs_of_uneven_communities():
    random = np.random.default_rng(0)
    a = random.zipf(1.6, 600) % 30
    b = np.where(random.random(600) < 0.4, a, random.zipf(1.4, 600) % 20)
    theirs, places = element_sim_elscore(*clusterings([a.tolist(), b.tolist()]), alpha=0.9)
    found = element_scores(a, b)
    assert found == pytest.approx([theirs[places[song]] for song in range(600)], abs=1e-9)
    assert element_centric(a, b) == pytest.approx(found.mean(), abs=1e-12)


def test_by_hand_in_the_order_of_the_songs():
    # Song 3 is with 4 in both, but also with 2 in the first; song 2 has lost all its company.
    found = element_scores(["x", "x", "y", "y", "y"], [5, 5, 0, 1, 1])
    assert found.tolist() == pytest.approx([1, 1, 1 / 3, 2 / 3, 2 / 3])


def test_what_contingency_refuses_is_refused():
    with pytest.raises(InputError, match="as many labels: got 2 and 3"):
        element_scores([0, 1], [0, 1, 1])
    with pytest.raises(EmptyInputError, match="no songs"):
        element_centric([], [])
