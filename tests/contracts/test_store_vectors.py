"""Every engine: encoders, their vectors, and the nearest songs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from store_cases import ask, contents, encoder, songs_table

from songnet.errors import BadNameError, InputError, UsageError
from songnet.model import Vectors
from songnet.names import SONG_PROPERTIES
from songnet.store import GraphStore
from songnet.store.protocol import MAX_INDEXED_DIMENSIONS
from songnet.tables import SONG_SCHEMA

NAME = "cae_12x15"
KEYWORDS = ["match", "order", "table", "node", "null", "vector", "float", "s", "a1"]
EXTREMES = np.array(
    [
        [3.4028235e38, -3.4028235e38, 1.0],
        [1e-45, -1e-45, 1.17549435e-38],
        [0.1, -0.0, 0.0],
        [np.nextafter(np.float32(1), np.float32(2)), 16777217.0, 1 / 3],
    ],
    np.float32,
)


def numbered(count: int) -> list[str]:
    return [f"song {number:04d}" for number in range(count)]


def fill(store: GraphStore, values: np.ndarray, name: str = NAME) -> Vectors:
    """An encoder whose vectors are these rows, of songs made for them."""
    ids = numbered(len(values))
    store.add_songs(songs_table(*ids))
    store.write_encoder(encoder(name, values.shape[1]))
    vectors = Vectors.from_rows(name, ids, values)
    store.write_vectors(vectors)
    return vectors


def brute_force(vectors: Vectors, sought: np.ndarray, k: int) -> list[tuple[str, float]]:
    """Cosines in Python's floats, one song at a time."""
    target = [float(x) for x in sought]
    found = []
    for song, row in zip(vectors.songs, vectors.values.tolist(), strict=True):
        length = sum(x * x for x in row) ** 0.5 * sum(x * x for x in target) ** 0.5
        if length:
            found.append((song, sum(x * y for x, y in zip(row, target, strict=True)) / length))
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]


def test_an_encoder_comes_back_as_it_was_written(store: GraphStore) -> None:
    params = {"loss": 0.1, "epochs": 3, "tied": False, "note": None, "keras": "3.15 'ü'"}
    store.write_encoder(encoder("vae", 2, "b", **params))
    store.write_encoder(encoder("cae", 4096, "a"))
    assert [info.name for info in store.encoders()] == ["cae", "vae"]
    assert store.encoders()[1] == encoder("vae", 2, "b", **params)
    assert type(store.encoders()[1].params["epochs"]) is int


def test_vectors_come_back_bit_by_bit(store: GraphStore) -> None:
    written = fill(store, EXTREMES)
    found = store.vectors(NAME)
    assert list(found.songs) == list(written.songs)
    assert found.values.dtype == np.float32
    assert found.values.tobytes() == EXTREMES.tobytes()
    assert found.fingerprint == written.fingerprint


def test_vectors_are_sorted_whatever_order_they_came_in(store: GraphStore) -> None:
    store.add_songs(songs_table("c", "a", "b", "without"))
    store.write_encoder(encoder(NAME, 1))
    store.write_vectors(Vectors.from_rows(NAME, ["c", "a"], [[3], [1]]))
    store.write_vectors(Vectors.from_rows(NAME, ["b"], [[2]]))
    found = store.vectors(NAME)
    assert list(found.songs) == ["a", "b", "c"]
    assert found.values.tolist() == [[1], [2], [3]]


def test_writing_again_updates_only_the_songs_given(store: GraphStore) -> None:
    fill(store, np.eye(3, dtype=np.float32))
    store.write_vectors(Vectors.from_rows(NAME, numbered(2), [[1, 0, 0], [7, 8, 9]]))
    assert store.vectors(NAME).values.tolist() == [[1, 0, 0], [7, 8, 9], [0, 0, 1]]


def test_a_changed_sign_of_zero_is_a_change(store: GraphStore) -> None:
    fill(store, np.zeros((1, 3), np.float32))
    negative = np.full((1, 3), -0.0, np.float32)
    store.write_vectors(Vectors.from_rows(NAME, numbered(1), negative))
    assert store.vectors(NAME).values.tobytes() == negative.tobytes()


def test_writing_vectors_twice_leaves_what_once_leaves(store: GraphStore) -> None:
    vectors = fill(store, EXTREMES)
    once = contents(store)
    store.write_encoder(encoder())
    store.write_vectors(vectors)
    assert contents(store) == once


def test_no_vectors_are_an_empty_table_of_the_right_shape(store: GraphStore) -> None:
    store.write_encoder(encoder(NAME, 5))
    store.write_vectors(Vectors.from_rows(NAME, [], np.empty((0, 5))))
    assert store.vectors(NAME).values.shape == (0, 5)
    assert store.nearest(NAME, np.ones(5, np.float32), 3) == []


def test_many_dimensions_survive(store: GraphStore) -> None:
    values = np.random.default_rng(0).normal(size=(3, MAX_INDEXED_DIMENSIONS)).astype(np.float32)
    written = fill(store, values)
    assert store.vectors(NAME).fingerprint == written.fingerprint


@pytest.mark.parametrize("name", KEYWORDS)
def test_an_encoder_may_be_called_like_a_keyword(store: GraphStore, name: str) -> None:
    fill(store, np.array([[1, 2], [2, 1]], np.float32), name)
    assert store.vectors(name).values.tolist() == [[1, 2], [2, 1]]
    found = ask(store, f"MATCH (s:Song) RETURN s.`{name}` AS vector ORDER BY s.id")
    assert found["vector"].to_pylist() == [[1, 2], [2, 1]]
    assert [song for song, _ in store.nearest(name, np.array([0, 1], np.float32), 2)] == [
        "song 0000",
        "song 0001",
    ]
    store.drop("encoder", name)
    assert store.encoders() == []


def test_vectors_are_no_column_of_the_table_of_songs(store: GraphStore) -> None:
    fill(store, EXTREMES)
    assert store.songs().schema == SONG_SCHEMA
    assert store.counts().songs == len(EXTREMES)


def test_songs_may_be_added_and_changed_beside_vectors(store: GraphStore) -> None:
    fill(store, np.eye(2, dtype=np.float32))
    store.add_songs(songs_table("song 0001", "song 0002", title=["new", "new"]))
    assert list(store.vectors(NAME).songs) == numbered(2)
    assert store.vectors(NAME).values.tolist() == [[1, 0], [0, 1]]
    store.write_vectors(Vectors.from_rows(NAME, ["song 0002"], [[5, 5]]))
    assert store.vectors(NAME).values.tolist() == [[1, 0], [0, 1], [5, 5]]


def test_two_encoders_keep_their_own_vectors(store: GraphStore) -> None:
    fill(store, np.eye(3, dtype=np.float32))
    fill(store, np.full((2, 5), 2, np.float32), "vae")
    assert store.vectors(NAME).values.shape == (3, 3)
    assert store.vectors("vae").values.tolist() == [[2] * 5] * 2
    store.drop("encoder", NAME)
    assert store.vectors("vae").values.tolist() == [[2] * 5] * 2


@pytest.mark.parametrize(
    "changed", [{"fingerprint": "two"}, {"dimensions": 2}, {"dimensions": 4, "fingerprint": "2"}]
)
def test_another_model_of_the_name_takes_the_old_vectors_away(
    store: GraphStore, changed: dict[str, object]
) -> None:
    fill(store, EXTREMES)
    other = replace(encoder(), **changed)
    store.write_encoder(other)
    assert store.encoders() == [other]
    assert len(store.vectors(NAME).songs) == 0
    rows = np.arange(1, other.dimensions + 1, dtype=np.float32)[None]
    store.write_vectors(Vectors.from_rows(NAME, numbered(1), rows))
    assert store.vectors(NAME).values.tolist() == rows.tolist()
    assert [song for song, _ in store.nearest(NAME, rows[0], 5)] == numbered(1)


def test_the_same_model_with_other_parameters_keeps_its_vectors(store: GraphStore) -> None:
    written = fill(store, EXTREMES)
    later = encoder(loss=0.5)
    store.write_encoder(later)
    assert store.encoders() == [later]
    assert store.vectors(NAME).fingerprint == written.fingerprint


def test_a_dropped_encoder_leaves_nothing_and_may_be_made_again(store: GraphStore) -> None:
    fill(store, EXTREMES)
    store.drop("encoder", NAME)
    assert store.encoders() == []
    fill(store, np.ones((1, 7), np.float32))
    assert store.vectors(NAME).values.tolist() == [[1] * 7]


@pytest.mark.parametrize("name", ["Cae", "1x", "a-b", "a b", "a`b", "", "é", *SONG_PROPERTIES])
def test_names_that_may_not_become_properties_are_refused(store: GraphStore, name: str) -> None:
    with pytest.raises(BadNameError):
        store.write_encoder(encoder(name))
    assert store.encoders() == []


@pytest.mark.parametrize("dimensions", [0, -1, MAX_INDEXED_DIMENSIONS + 1])
def test_dimensions_beyond_an_index_are_refused(store: GraphStore, dimensions: int) -> None:
    with pytest.raises(InputError, match=str(MAX_INDEXED_DIMENSIONS)):
        store.write_encoder(encoder(NAME, dimensions))
    assert store.encoders() == []


def test_vectors_of_another_dimension_are_refused(store: GraphStore) -> None:
    fill(store, EXTREMES)
    before = contents(store)
    with pytest.raises(InputError, match="3 dimensions: got 2"):
        store.write_vectors(Vectors.from_rows(NAME, numbered(1), [[1, 2]]))
    assert contents(store) == before


def test_vectors_of_unknown_songs_are_refused_whole(store: GraphStore) -> None:
    fill(store, EXTREMES)
    before = contents(store)
    with pytest.raises(InputError, match="'nobody'"):
        store.write_vectors(Vectors.from_rows(NAME, ["nobody", *numbered(1)], np.ones((2, 3))))
    assert contents(store) == before


def blocks_of(vectors: Vectors, *sizes: int) -> Iterator[Vectors]:
    """Vectors in blocks of these sizes, dealt from all over."""
    order = np.random.default_rng(0).permutation(len(vectors.songs))
    assert sum(sizes) == len(order)
    for rows in np.split(order, np.cumsum(sizes)[:-1]):
        yield Vectors.from_rows(vectors.encoder, vectors.songs[rows], vectors.values[rows])


def test_blocks_leave_what_all_at_once_leaves(store: GraphStore) -> None:
    fill(store, np.zeros((20, 3), np.float32))
    new = Vectors.from_rows(NAME, numbered(15), np.arange(45).reshape(15, 3))
    store.write_vectors(blocks_of(new, 1, 0, 7, 4, 3))
    found = store.vectors(NAME)
    assert list(found.songs) == numbered(20)
    assert found.values.tolist() == [*new.values.tolist(), *[[0, 0, 0]] * 5]


def test_no_block_is_nothing_to_write(store: GraphStore) -> None:
    fill(store, EXTREMES)
    before = contents(store)
    store.write_vectors(iter([]))
    assert contents(store) == before


def test_the_store_may_be_read_between_two_blocks(store: GraphStore) -> None:
    old = fill(store, np.eye(3, dtype=np.float32))

    def doubled() -> Iterator[Vectors]:
        for row in range(3):
            found = store.vectors(NAME)
            assert found.fingerprint == old.fingerprint
            yield Vectors(NAME, found.songs[row : row + 1], 2 * found.values[row : row + 1])

    store.write_vectors(doubled())
    assert store.vectors(NAME).values.tolist() == (2 * np.eye(3)).tolist()


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (Vectors.from_rows(NAME, ["song 0000"], [[7, 8, 9]]), "a song twice"),
        (Vectors.from_rows(NAME, ["song 0001"], [[7, 8]]), "3 dimensions: got 2"),
        (Vectors.from_rows("vae", ["song 0001"], [[7, 8, 9]]), "'vae' after 'cae_12x15'"),
        (Vectors.from_rows(NAME, ["song 0001", "nobody"], np.ones((2, 3))), "'nobody'"),
    ],
)
def test_blocks_that_do_not_go_together_are_refused_whole(
    store: GraphStore, second: Vectors, message: str
) -> None:
    fill(store, np.eye(3, dtype=np.float32))
    store.write_encoder(encoder("vae"))
    before = contents(store)
    with pytest.raises(InputError, match=message):
        store.write_vectors([Vectors.from_rows(NAME, ["song 0000"], [[1, 2, 3]]), second])
    assert contents(store) == before


def test_an_error_between_two_blocks_leaves_what_was_there(store: GraphStore) -> None:
    fill(store, np.eye(3, dtype=np.float32))
    before = contents(store)

    def broken() -> Iterator[Vectors]:
        yield Vectors.from_rows(NAME, numbered(2), np.ones((2, 3)))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.write_vectors(broken())
    assert contents(store) == before


def test_which_songs_have_a_vector(store: GraphStore) -> None:
    store.add_songs(songs_table("b", "ü", "a", "without", "B"))
    store.write_encoder(encoder(NAME, 2))
    store.write_encoder(encoder("vae", 1))
    assert store.embedded(NAME).shape == (0,)
    store.write_vectors(Vectors.from_rows(NAME, ["ü", "b", "B", "a"], np.zeros((4, 2))))
    store.write_vectors(Vectors.from_rows("vae", ["without"], [[1]]))
    assert store.embedded(NAME).dtype == object
    assert store.embedded(NAME).tolist() == ["B", "a", "b", "ü"]
    assert store.embedded("vae").tolist() == ["without"]
    store.write_encoder(encoder(NAME, 2, "another model"))
    assert store.embedded(NAME).tolist() == []


def test_vectors_that_are_no_numbers_are_refused(store: GraphStore) -> None:
    fill(store, np.eye(2, dtype=np.float32))
    good = store.vectors(NAME)
    bad = replace(good, values=np.array([[1, np.nan], [0, np.inf]], np.float32))
    with pytest.raises(InputError, match="finite"):
        store.write_vectors(bad)
    assert store.vectors(NAME).fingerprint == good.fingerprint


def test_an_unknown_encoder_is_refused_with_those_there_are(store: GraphStore) -> None:
    store.write_encoder(encoder("vae"))
    vectors = Vectors.from_rows("cae", [], np.empty((0, 3)))
    for look in (
        lambda: store.vectors("cae"),
        lambda: store.write_vectors(vectors),
        lambda: store.write_vectors(iter([vectors])),
        lambda: store.embedded("cae"),
        lambda: store.nearest("cae", np.ones(3, np.float32), 1),
        lambda: store.drop("encoder", "cae"),
    ):
        with pytest.raises(BadNameError, match="'cae'.*vae"):
            look()


@pytest.mark.parametrize("k", [1, 7, 60, 500])
def test_the_nearest_are_those_of_brute_force(store: GraphStore, k: int) -> None:
    random = np.random.default_rng(k)
    vectors = fill(store, random.normal(size=(300, 8)).astype(np.float32))
    sought = random.normal(size=8).astype(np.float32)
    found, expected = store.nearest(NAME, sought, k), brute_force(vectors, sought, k)
    assert [song for song, _ in found] == [song for song, _ in expected]
    assert [cosine for _, cosine in found] == pytest.approx([c for _, c in expected], abs=1e-12)


def test_ties_go_to_the_smaller_id_and_zero_vectors_are_left_out(store: GraphStore) -> None:
    values = np.zeros((200, 2), np.float32)
    values[[3, 150, 199]] = [[3, 3], [1, 1], [2, 2]]  # one direction; rounding must not rank them
    values[[10, 160]] = [[-1, -1], [1, -1]]
    fill(store, values)
    # So many zero vectors would crowd out the last two, were they only taken away at the end.
    found = store.nearest(NAME, np.array([1, 1], np.float32), 5)
    assert [song for song, _ in found] == [f"song {n:04d}" for n in (3, 150, 199, 160, 10)]
    assert [cosine for _, cosine in found] == pytest.approx([1, 1, 1, 0, -1], abs=1e-12)
    assert store.nearest(NAME, np.array([1, 1], np.float32), 300) == found
    assert [song for song, _ in store.nearest(NAME, np.array([1, 1], np.float32), 2)] == [
        "song 0003",
        "song 0150",
    ]


def test_very_large_and_very_small_vectors_have_directions(store: GraphStore) -> None:
    fill(store, np.array([[1e30, 1e30], [1e-30, 0], [-1e30, 0]], np.float32))
    found = dict(store.nearest(NAME, np.array([1e-20, 1e-20], np.float32), 3))
    expected = {"song 0000": 1, "song 0001": 0.5**0.5, "song 0002": -(0.5**0.5)}
    assert found == pytest.approx(expected, abs=1e-9)


def test_questions_without_an_answer_are_refused(store: GraphStore) -> None:
    fill(store, EXTREMES)
    for bad in ([0, 0, 0], [1, np.nan, 0], [1, np.inf, 0], [1, 2], [[1, 2, 3]]):
        with pytest.raises(InputError):
            store.nearest(NAME, np.array(bad, np.float32), 1)
    with pytest.raises(UsageError, match="at least 1: got 0"):
        store.nearest(NAME, np.ones(3, np.float32), 0)
