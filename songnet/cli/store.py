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
    tell,
)

if TYPE_CHECKING:
    from songnet.info import Health
    from songnet.workflows.recover import Recovered

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
    with opened(context, store, data, new=True) as workspace:
        workspace.store.prepare()
        health = workspace.store.health()
    if as_json:
        print_json(_described(health))
        return
    tell(f"ready: schema {health.schema}, {len(health.indexes)} constraints and indexes")


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
        tell(f"amiss: {finding}")
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
        tell(f"nothing to do: the graph has schema {after} already")
    else:
        tell(f"migrated: the graph had schema {before} and has {after}")


@app.command()
def recover(
    context: typer.Context,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it, and keep the damaged files beside.")
    ] = False,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Make a damaged embedded store anew from what can be read.

    Without --yes it says what it would bring back and what is lost, and changes nothing. What the
    graph has lost of encoders and networks is taken from the data folder. Exit code 1 if a store is
    damaged and was left so.
    """
    settings = settings_of(context, store, data)
    with Progress() as progress:
        from songnet.workflows.recover import recover as run

        found = run(settings.store, settings.data, write=yes, progress=progress)
    if as_json:
        print_json({"schema": "songnet.store.recover/1", **asdict(found)})
    else:
        _show_recovered(found)
    if not (yes or found.sound):
        raise typer.Exit(1)


def _show_recovered(found: Recovered) -> None:
    if found.sound:
        tell("nothing to do: the store opens, and all of it can be read")
        return
    done = bool(found.kept)
    for what, count in found.back.items():
        if not what.startswith(("opening", "list of")):
            tell(f"{'read' if done else 'can be read'}: {what} ({count:,})")
    for what, count in found.rebuilt.items():
        tell(f"{'taken' if done else 'can be taken'} from the data folder: {what} ({count:,})")
    for what, why in found.lost.items():
        tell(f"lost: {what}: {why}")
    for path in found.kept:
        tell(f"kept: {path}")
    say(
        "recovered: run the commands that made what is lost again, and 'songnet store check'"
        if done
        else "nothing was changed: run it again with --yes; the damaged files will be kept"
    )


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
    tell(f"wrote {file}")


def _prefix(context: typer.Context, given: str | None) -> str:
    return settings_of(context, None, None).label_prefix if given is None else given
