"""Model-based clustering of an encoder's vectors."""

from __future__ import annotations

from songnet.errors import InputError, UsageError
from songnet.model import Partition, Vectors
from songnet.partitions._common import check_count, prepare, versions
from songnet.partitions._gaussian import COVARIANCES, Covariance, Fit, best, best_filled, fits
from songnet.partitions._reduced import Reduced, reduce


def mixture(
    vectors: Vectors,
    *,
    communities: int | None = None,
    covariance: str | None = None,
    dimensions: int | None = None,
    most: int = 12,
    n_init: int = 3,
    name: str | None = None,
    seed: int = 0,
) -> Partition:
    """Communities that are each a Gaussian: clouds of any size and direction, not only balls.

    Model-based clustering (Fraley & Raftery, Model-based clustering, discriminant analysis, and
    density estimation, 2002), as Barreira, Cavaco & da Silva cluster music (Unsupervised music
    genre classification with a model-based approach, 2011). The vectors are reduced to principal
    components first, because a full covariance of many dimensions has more parameters than there
    are songs. What is not given is chosen by the lowest BIC; components that have collapsed are
    passed over, as their likelihood knows no bounds. A song belongs to the component that it most
    probably comes from. Fitted by scikit-learn on one thread.

    Parameters
    ----------
    communities
        Exactly how many; default: by BIC from 1 to `most`.
    covariance
        The shape of components: ``full`` (each its own), ``tied`` (one for all), ``diag`` (along
        the principal axes), ``spherical`` (balls); default: by BIC.
    dimensions
        How many principal components; default: as many as hold 99 % of the variance, at most 16
        and at most one for every 10 songs.
    most
        The most communities that are tried.
    n_init
        Starts per model; the likeliest is kept.
    name
        Default: ``mixture-ENCODER``.

    Returns
    -------
    A partition with the qualities ``bic`` (-2 log L + p log n: lower is better),
    ``log_likelihood`` (of the reduced vectors) and ``kept_variance`` (their share of the variance).

    Raises
    ------
    EmptyInputError
        No vectors.
    InputError
        Fewer songs than communities; a model that leaves a community empty; too many dimensions.
    UsageError
        An option out of range.
    """
    communities = None if communities is None else check_count("communities", communities)
    most, n_init = check_count("most", most), check_count("n-init", n_init)
    shapes = _shapes(covariance)
    name, seed = prepare(vectors, "mixture", name, seed)
    _check_songs(vectors, communities)
    reduced = reduce(vectors, dimensions)
    found = _choose(vectors, reduced, communities, shapes, most=most, n_init=n_init, seed=seed)
    return Partition.from_labels(
        vectors.songs,
        found.labels,
        name=name,
        algorithm="mixture",
        on=vectors.encoder,
        seed=seed,
        params={
            "communities": found.communities,
            "covariance": found.covariance,
            "dimensions": reduced.dimensions,
            "most": most,
            "n_init": n_init,
        },
        quality={
            "bic": found.bic,
            "log_likelihood": found.log_likelihood,
            "kept_variance": reduced.kept,
        },
        versions=versions("scikit-learn"),
    )


def _shapes(covariance: str | None) -> tuple[Covariance, ...]:
    if covariance is None:
        return COVARIANCES
    if covariance not in COVARIANCES:
        raise UsageError(f"--covariance must be full, tied, diag or spherical: got {covariance!r}")
    return (covariance,)


def _check_songs(vectors: Vectors, communities: int | None) -> None:
    songs = len(vectors.songs)
    if communities is not None and communities > songs:
        raise InputError(
            f"{vectors.encoder!r} has vectors of {songs} songs, too few for {communities} "
            f"communities: ask for 1 to {songs}"
        )


def _choose(
    vectors: Vectors,
    reduced: Reduced,
    communities: int | None,
    shapes: tuple[Covariance, ...],
    *,
    most: int,
    n_init: int,
    seed: int,
) -> Fit:
    """The sound fit of the lowest BIC; one that has collapsed only where there is no other."""
    numbers = range(1, min(most, len(vectors.songs)) + 1) if communities is None else [communities]
    tried = list(fits(reduced.values, numbers, shapes, n_init=n_init, seed=seed))
    # Where not even one component is sound, as of equal vectors, one is all that can be said.
    fewest = [fit for fit in tried if fit.communities == numbers[0]]
    found = best(tried) or best_filled(fewest)
    if found is None:
        raise InputError(
            f"a mixture of {communities} leaves some communities of {vectors.encoder!r} without a "
            f"song: ask for fewer than {communities}, or try another --covariance or --seed"
        )
    return found
