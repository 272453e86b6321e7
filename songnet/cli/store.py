"""`songnet store …`: the store itself and what Neo4j Browser needs, not what is in it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from songnet.cli.common import (
    Data,
    Json,
    LabelPrefix,
    Progress,
    Store,
    opened,
    print_json,
    print_table,
    say,
    settings_of,
)

if TYPE_CHECKING:
    from songnet.info import Health

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Make the graph's store ready, look after it, bring it up to date.",
)


@app.command()
def init(
    context: typer.Context, as_json: Json = False, store: Store = None, data: Data = None
) -> None:
    """Make constraints and indexes; again it changes nothing.

    Every command that writes does so by itself; after an offline import this one does.
    """
    with opened(context, store, data) as workspace:
        workspace.store.prepare()
        health = workspace.store.health()
    if as_json:
        print_json(_described(health))
        return
    typer.echo(f"ready: schema {health.schema}, {len(health.indexes)} constraints and indexes")


@app.command()
def check(
    context: typer.Context,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not read partitions and networks whole.")
    ] = False,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Say what the store is, and what is amiss with it.

    Reads every partition, and every network that the graph holds whole, and compares them with
    their fingerprints. Exit code 1 if anything is amiss.
    """
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.check import check as run

        health = run(workspace, quick=quick, progress=progress)
    if as_json:
        print_json(_described(health))
    else:
        _show(health)
    if health.findings:
        raise typer.Exit(1)


def _show(health: Health) -> None:
    facts = {
        "store": health.uri,
        "engine": health.version,
        "schema": "nothing written yet" if health.schema is None else health.schema,
    }
    if health.engine == "neo4j":
        facts |= {
            "database": health.database or "the user's own",
            "label prefix": health.label_prefix or "none",
            "indexes": ", ".join(health.indexes) or "none",
        }
    print_table([{"what": what, "value": value} for what, value in facts.items()])
    for finding in health.findings:
        typer.echo(f"amiss: {finding}")
    say("all is well" if not health.findings else f"{len(health.findings)} findings")


def _described(health: Health) -> dict[str, object]:
    facts = asdict(health)
    return {"schema": "songnet.store.check/1", "graph_schema": facts.pop("schema"), **facts}


@app.command()
def migrate(
    context: typer.Context, as_json: Json = False, store: Store = None, data: Data = None
) -> None:
    """Bring the graph of an older songnet to this one's schema; what it holds stays."""
    from songnet.store import migrate as run

    settings = settings_of(context, store, data)
    before, after = run(settings.store, label_prefix=settings.label_prefix)
    if as_json:
        print_json({"schema": "songnet.store.migrate/1", "before": before, "after": after})
    elif before == after:
        typer.echo(f"nothing to do: the graph has schema {after} already")
    else:
        typer.echo(f"migrated: the graph had schema {before} and has {after}")


@app.command()
def style(context: typer.Context, label_prefix: LabelPrefix = None) -> None:
    """Print the style for Neo4j Browser (GraSS): drop it there as a .grass file."""
    from songnet.store.browser import style as made

    typer.echo(made(_prefix(context, label_prefix)), nl=False)


@app.command()
def favourites(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="Where they go.")],
    label_prefix: LabelPrefix = None,
) -> None:
    """Write favourites for Neo4j Browser: drop the zip there.

    They are pictures to draw and the shipped queries.
    """
    from songnet.files import replacing
    from songnet.store.browser import favourites_zip

    content = favourites_zip(_prefix(context, label_prefix))
    with replacing(file) as target:
        target.write(content)
    typer.echo(f"wrote {file}")


def _prefix(context: typer.Context, given: str | None) -> str:
    return settings_of(context, None, None).label_prefix if given is None else given
