"""`songnet query | info | copy | export`: the graph as a whole."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any

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
from songnet.errors import UsageError

NUMBERS_SHOWN = 8  # longer lists of numbers are vectors, which nobody reads


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("query")(query)
    app.command("info")(info)
    app.command("copy")(copy)
    app.command("export")(export)


def query(
    context: typer.Context,
    text: Annotated[
        str | None, typer.Argument(metavar="CYPHER|NAME", help="Cypher, or a shipped query.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the shipped queries.")] = False,
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="K=V", help="A parameter; repeatable.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Let the query change the graph.")] = False,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Ask the graph, in Cypher or by query name.

    Read-only unless --write is given.
    """
    if listed:
        _list(as_json=as_json)
        return
    if text is None:
        raise typer.BadParameter("give Cypher or the name of a shipped query, or --list")
    given = _parameters(param or [])
    with opened(context, store, data, new=write) as workspace:
        from songnet.workflows.query import ask, missing

        table = ask(workspace, text, given, write=write)
        reasons = [] if table.num_rows else missing(workspace, text, given)
    for reason in reasons:
        say(reason)
    rows = table.to_pylist()
    if as_json:
        print_json(rows)
        return
    print_table(_without_vectors(rows), table.column_names)
    say(f"{len(rows):,} rows")


def _without_vectors(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with a count in place of each vector, which would fill screens; JSON has them."""
    return [{name: _counted(value) for name, value in row.items()} for row in rows]


def _counted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _counted(each) for name, each in value.items()}
    if isinstance(value, list):
        if len(value) > NUMBERS_SHOWN and all(isinstance(each, float) for each in value):
            return f"<{len(value):,} numbers: see --json>"
        return [_counted(each) for each in value]
    return value


def _list(*, as_json: bool) -> None:
    from songnet.store.library import library

    if as_json:
        print_json([_described(shipped) for shipped in library()])
        return
    for shipped in library():
        tell(f"{shipped.name}: {shipped.title} ({shipped.runs})\n    {shipped.question}")
        for parameter in shipped.parameters:
            tell(f"    --param {parameter.name}={parameter.shown}    {parameter.meaning}")
        tell(f"    gives: {', '.join(shipped.columns)}")


def _described(shipped: Any) -> dict[str, Any]:
    return {
        "name": shipped.name,
        "title": shipped.title,
        "question": shipped.question,
        "parameters": {parameter.name: parameter.default for parameter in shipped.parameters},
        "meanings": {parameter.name: parameter.meaning for parameter in shipped.parameters},
        "columns": shipped.columns,
        "embedded": shipped.embedded,
        "needs": shipped.needs,
    }


def _parameters(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    if bad := [
        text for text, (key, equals, _) in zip(given, pairs, strict=True) if not key or not equals
    ]:
        raise UsageError(f"--param must be KEY=VALUE: got {bad[0]!r}")
    return {key: value for key, _, value in pairs}


def info(
    context: typer.Context, as_json: Json = False, store: Store = None, data: Data = None
) -> None:
    """Say what the graph holds."""
    with opened(context, store, data) as workspace:
        from songnet.workflows.query import summary

        facts = summary(workspace)
    if as_json:
        print_json(facts)
        return
    rows = [{"what": key, "value": _flat(value)} for key, value in facts.items() if key != "schema"]
    print_table(rows)


def _flat(value: Any) -> Any:
    if isinstance(value, dict):
        return ", ".join(f"{name} ({edges:,} edges)" for name, edges in value.items()) or "none"
    return ", ".join(value) or "none" if isinstance(value, list) else value


def copy(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FROM", help="A store's URI.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Another store's URI.")],
    label_prefix: LabelPrefix = None,
    from_label_prefix: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="That of FROM, where it is not the same."),
    ] = None,
    data: Data = None,
) -> None:
    """Carry a whole graph from one store to another."""
    from songnet.workflows.transfer import copy as run

    settings = settings_of(context, None, data)
    of_target = settings.label_prefix if label_prefix is None else label_prefix
    of_source = of_target if from_label_prefix is None else from_label_prefix
    with Progress() as progress:
        counts = run(
            source,
            target,
            settings.data,
            label_prefixes=(of_source, of_target),
            progress=progress,
        )
    tell(
        f"copied: the target holds {counts.playlists:,} playlists, {counts.songs:,} songs, "
        f"{counts.memberships:,} memberships"
    )


def export(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A .graphml or .gexf file.")
    ] = None,
    playlists: Annotated[
        bool, typer.Option("--playlists", help="With playlists and memberships, in FILE.")
    ] = False,
    neo4j_import: Annotated[
        Path | None,
        typer.Option(
            "--neo4j-import",
            metavar="DIR",
            help="Instead: everything, for neo4j-admin's offline import, in a new folder.",
        ),
    ] = None,
    label_prefix: Annotated[
        str | None,
        typer.Option(
            "--label-prefix",
            metavar="P",
            help="Before every label of the import [default: the store's]",
        ),
    ] = None,
    store: Store = None,
    data: Data = None,
) -> None:
    """Write the graph to a GraphML or GEXF file, or for Neo4j's offline import."""
    if neo4j_import is not None and file is None and not playlists:
        _export_import(context, neo4j_import, label_prefix, store=store, data=data)
        return
    if file is None or neo4j_import is not None or label_prefix is not None:
        raise typer.BadParameter(
            "give either FILE.graphml or FILE.gexf, with --playlists or without, or "
            "--neo4j-import DIR, with --label-prefix or without"
        )
    with opened(context, store, data) as workspace:
        from songnet.workflows.transfer import export_graph

        export_graph(workspace, file, playlists=playlists)
    tell(f"wrote {file}")


def _export_import(
    context: typer.Context,
    folder: Path,
    label_prefix: str | None,
    *,
    store: str | None,
    data: str | None,
) -> None:
    if label_prefix is None:
        label_prefix = settings_of(context, store, data).label_prefix
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.offline import export_neo4j_import

        written = export_neo4j_import(
            workspace, folder, label_prefix=label_prefix, progress=progress
        )
    rows = [
        {"what": what, "name": part.name, "rows": part.rows}
        for what, parts in (("nodes", written.nodes), ("relationships", written.relationships))
        for part in parts
    ]
    print_table(rows)
    script = shlex.quote(str(folder / "import.sh"))
    tell(f"wrote {folder}; next, with the Neo4j server stopped: sh {script}")
