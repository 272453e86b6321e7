"""`songnet partitions compare`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from songnet.cli.common import (
    Data,
    Json,
    Store,
    opened,
    print_json,
    print_table,
    say,
    say_degenerate,
)

if TYPE_CHECKING:
    from songnet.agreement import Comparison

CELLS = 12


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("compare")(compare)


def compare(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="[default: all partitions]")
    ] = None,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Score how far partitions agree, and show where they meet."""
    with opened(context, store, data) as workspace:
        from songnet.workflows.compare import compare_partitions

        comparison = compare_partitions(workspace, names or [])
        titles = {
            partition.name: workspace.store.community_titles(partition.name)
            for partition in comparison.partitions
        }
    if as_json:
        print_json(comparison.to_json())
        return
    print_comparison(comparison, titles)


def print_comparison(comparison: Comparison, titles: dict[str, list[str]]) -> None:
    """The table of agreement; the confusion matrix too where there is one pair."""
    rows = comparison.table.to_dict("records")
    print_table([{str(name): value for name, value in row.items()} for row in rows])
    say("nmi and the like are 0 to 1 but above 0 by chance; ami and ari are 0 at chance level")
    if len(comparison.pairs) == 1:
        typer.echo("")
        _print_confusion(comparison, titles)
    for a, b in comparison.apart:
        say(f"{a} and {b} share no song, so they are not compared")
    say_degenerate(list(comparison.partitions))


def _print_confusion(comparison: Comparison, titles: dict[str, list[str]]) -> None:
    pair = comparison.pairs[0]
    cells = {(row, column): count for row, column, count in pair.confusion.cells}
    rows, columns = pair.confusion.rows[:CELLS], pair.confusion.columns[:CELLS]
    typer.echo(f"songs of {pair.a} (rows) in {pair.b} (columns)")
    print_table(
        [
            {
                pair.a: f"{row} {titles[pair.a][row]}"[:40],
                **{str(column): cells.get((i, j), 0) for j, column in enumerate(columns)},
            }
            for i, row in enumerate(rows)
        ]
    )
    for column in columns:
        typer.echo(f"  column {column}: {titles[pair.b][column]}")
    more = (len(pair.confusion.rows) - len(rows), len(pair.confusion.columns) - len(columns))
    if any(more):
        typer.echo(f"… and {more[0]:,} more rows, {more[1]:,} more columns: see --json")
