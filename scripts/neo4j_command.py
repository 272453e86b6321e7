"""A real local Neo4j server, Community edition, without Docker.

    scripts/neo4j start [--home DIR] [--line 5.26|2026] [--wait SECONDS]
                        [--heap SIZE] [--set KEY=VALUE ...] [--plugin gds]
    scripts/neo4j stop [--home DIR]
    scripts/neo4j status [--home DIR]
    scripts/neo4j fetch [--line 5.26|2026] [--plugin gds]     only the jars, for later
    scripts/neo4j admin [--home DIR] ARGUMENT...              neo4j-admin, on a stopped server

`start` prints how to reach the server, progress goes to stderr; in a shell:

    export $(scripts/neo4j start)

SONGNET_NEO4J_JVM adds flags for the Java machine.
Without --line a new home is of the line that SONGNET_NEO4J_LINE names, else of 5.26.
A home keeps its password, its ports, its release line, and the heap, settings (lines of neo4j.conf)
and plugins of its last start. Exit codes: 0 done, 1 failed, 2 usage, 3 Java, Maven or the jars are
missing; those of neo4j-admin after `admin`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from neo4j_home import Home, Options, ServerError, State
from neo4j_java import LINES, PLUGIN_POMS, ROOT, MissingError, ensure_plugin
from neo4j_server import LINE_VARIABLE, admin, default_line, fetch, say, start, stop

HOME = ROOT / "build" / "neo4j"
START_SECONDS = 90
ACTIONS = ("start", "stop", "status", "fetch", "admin")


def print_state(home: Home, state: State) -> None:
    """The lines that a shell can `eval`."""
    bolt = f"bolt://127.0.0.1:{state.bolt}"
    print(f"NEO4J_URI={bolt}")
    print("NEO4J_USERNAME=neo4j")
    print(f"NEO4J_PASSWORD={home.password()}")
    print(f"NEO4J_BROWSER=http://127.0.0.1:{state.http}/browser/?dbms={bolt}")


def print_status(home: Home) -> int:
    """Whether the server runs, and where; 0 if it does, else 1."""
    pid, state = home.pid(), home.state()
    if pid is None or state is None:
        print(f"not running: {home.path}")
        return 1
    where = f"bolt://127.0.0.1:{state.bolt} http://127.0.0.1:{state.http}"
    print(f"running: Neo4j {state.line}, process {pid}, {where}, home {home.path}")
    return 0


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/neo4j", description=__doc__, allow_abbrev=False)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("--home", type=Path, default=HOME, help="its folder (build/neo4j)")
    parser.add_argument("--line", choices=LINES, help=f"release line ({LINE_VARIABLE}, else 5.26)")
    parser.add_argument(
        "--wait", type=float, default=START_SECONDS, help="seconds until it must answer (90)"
    )
    parser.add_argument("--heap", help="the most memory Java takes, as 2g (1g)")
    parser.add_argument(
        "--set", action="append", metavar="KEY=VALUE", type=setting, help="a line of neo4j.conf"
    )
    parser.add_argument("--plugin", choices=PLUGIN_POMS, help="procedures to run beside it")
    given, rest = parser.parse_known_args(argv)
    if rest and given.action != "admin":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    given.rest = rest
    return given


def setting(text: str) -> tuple[str, str]:
    """A line of neo4j.conf."""
    key, equals, value = text.partition("=")
    if not (key and equals) or not text.isprintable():
        raise argparse.ArgumentTypeError(f"must be KEY=VALUE: got {text!r}")
    return key, value


def options(given: argparse.Namespace) -> Options | None:
    """What was said of heap, settings and plugins; None where nothing was."""
    if not (given.heap or given.set or given.plugin):
        return None
    said = Options()
    return Options(
        heap=given.heap or said.heap,
        settings=dict(given.set or ()),
        plugins=[given.plugin] if given.plugin else [],
    )


def act(given: argparse.Namespace) -> int:
    """Do what was asked."""
    home = Home(given.home.resolve())
    if given.action == "start":
        print_state(home, start(home, given.line, wait=given.wait, options=options(given)))
    elif given.action == "stop":
        say(f"stopped: {home.path}" if stop(home) else f"not running: {home.path}")
    elif given.action == "fetch":
        line = LINES[given.line] if given.line else default_line()
        fetch(line)
        if given.plugin:
            ensure_plugin(given.plugin, line)
    elif given.action == "admin":
        return admin(home, given.rest)
    else:
        return print_status(home)
    return 0


def main(argv: list[str] | None = None) -> int:
    """The script; returns its exit code."""
    try:
        return act(arguments(argv))
    except MissingError as error:
        say(f"scripts/neo4j: {error}")
        return 3
    except (ServerError, OSError) as error:
        say(f"scripts/neo4j: {error}")
        return 1
    except KeyboardInterrupt:
        say("scripts/neo4j: interrupted; no server was left behind")
        return 130
