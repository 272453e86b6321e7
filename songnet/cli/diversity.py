"""`songnet diversity`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from songnet.cli.common import (
    Data,
    Json,
    Progress,
    Seed,
    Store,
    as_share,
    opened,
    print_json,
    print_table,
    say,
    tell,
)

if TYPE_CHECKING:
    from songnet.diversity import Expected, Group
    from songnet.workflows._diversity_result import Diversity, Members, Silence

COLUMNS = (
    "group", "title", "songs", "embedded", "vendi", "random", "relative", "distance", "rank",
)  # fmt: skip
TITLE = 40


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("diversity")(diversity)


def diversity(
    context: typer.Context,
    encoder: Annotated[
        str | None, typer.Option(help="Whose vectors to use [default: the only encoder].")
    ] = None,
    by: Annotated[
        Literal["playlist", "community", "label"] | None,
        typer.Option(help="What to rank [default: playlists, or the communities of --partition]."),
    ] = None,
    partition: Annotated[
        str | None, typer.Option(help="Whose communities [default: the only partition].")
    ] = None,
    near: Annotated[
        float, typer.Option(help="The cosine from which on two songs are near-duplicates.")
    ] = 0.999,
    top: Annotated[
        int, typer.Option(min=1, help="How many to show of what is most, least and nearest.")
    ] = 10,
    seed: Seed = 0,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Say how diverse the songs are, as a whole and by playlist, community or label.

    Groups are ranked by their Vendi score over that of random groups of their size, because the
    score grows with size. What nearly repeats, what is silent and what is not covered is said too.
    """
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.diversity import measure_diversity

        found = measure_diversity(
            workspace,
            encoder=encoder,
            by=by,
            partition=partition,
            near=near,
            top=top,
            seed=seed,
            progress=progress,
        )
    if as_json:
        print_json(found.to_json())
        return
    _print_whole(found)
    _print_duplicates(found)
    _print_silence(found.silence, top)
    _print_groups(found, top)


def _print_whole(found: Diversity) -> None:
    coverage, whole = found.coverage, found.whole
    vector, playlist = coverage.with_vector, coverage.with_playlist
    tell(
        f"{vector:,} of {coverage.songs:,} songs have a vector of {found.encoder} "
        f"({as_share(coverage.share(vector))}), {playlist:,} are in a playlist "
        f"({as_share(coverage.share(playlist))}), {coverage.with_both:,} both"
    )
    if coverage.without_direction:
        tell(f"{coverage.without_direction:,} vectors are zero and left out")
    tell(
        f"all songs: Vendi score {whole.vendi:.2f}, mean distance {whole.mean_distance:.4f}, "
        f"effective rank {whole.effective_rank:.2f} of {found.dimensions:,} dimensions"
    )


def _print_duplicates(found: Diversity) -> None:
    near = found.duplicates
    tell(
        f"near-duplicates: {near.pairs:,} pairs of {near.songs:,} songs with a cosine of "
        f"{near.cosine:g} or more"
    )
    if near.pairs:
        rows = zip(near.first, near.second, near.cosines.tolist(), strict=True)
        print_table([{"cosine": cosine, "song": a, "and": b} for a, b, cosine in rows])
    if near.pairs > len(near.cosines):
        tell(f"… and {near.pairs - len(near.cosines):,} more")


def _print_silence(silence: Silence, top: int) -> None:
    tell(
        f"silence: of {silence.clips:,} clips {silence.silent:,} are silent and "
        f"{silence.nearly_silent:,} nearly"
    )
    if silence.quiet:
        from songnet.diversity import SILENCE_RULE

        rows = [
            {"song": one.song, "clip": one.clip, "peak dB": one.peak, "empty": one.empty}
            for one in silence.quiet[:top]
        ]
        print_table(rows)
        if len(silence.quiet) > top:
            tell(f"… and {len(silence.quiet) - top:,} more: see --json")
        say(SILENCE_RULE)


def _print_groups(found: Diversity, top: int) -> None:
    if found.by is None:
        return
    of = f" of {found.partition}" if found.partition else ""
    kind = {"playlist": "playlists", "community": "communities", "label": "labels"}[found.by]
    tell("")
    tell(f"{len(found.groups):,} {kind}{of}, the most diverse for their size first")
    rows = [_row(members, group) for members, group in found.groups]
    hidden = len(rows) - 2 * top
    if hidden > 0:
        gap = dict.fromkeys(COLUMNS) | {"group": f"… {hidden:,} more: see --json"}
        rows = [*rows[:top], gap, *rows[-top:]]
    if rows:
        print_table(rows, COLUMNS)
    if found.not_scored:
        names = ", ".join(members.title for members in found.not_scored[:top])
        more = "" if len(found.not_scored) <= top else " and others"
        say(
            f"not scored, having fewer than two songs with a vector: {len(found.not_scored):,} "
            f"{kind} ({names}{more})"
        )
    if found.samples:
        _explain(*found.samples)


def _explain(fewest: int, most: int) -> None:
    number = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    say(
        f"random: mean, 5 and 95 percentiles of the Vendi scores of {number} random groups of that "
        "size; relative: vendi over that mean; distance: mean of 1 - cosine; rank: effective rank"
    )


def _row(members: Members, group: Group) -> dict[str, Any]:
    return {
        "group": members.name,
        "title": members.title[:TITLE],
        "songs": members.songs,
        "embedded": group.songs,
        "vendi": group.scores.vendi,
        "random": _band(group.vendi),
        "relative": group.relative,
        "distance": group.scores.mean_distance,
        "rank": group.scores.effective_rank,
    }


def _band(expected: Expected) -> str:
    return f"{expected.mean:.2f} ({expected.low:.2f} to {expected.high:.2f})"
