"""What is said when a server cannot be used: the cause, the way out, one line, no password."""

from __future__ import annotations

import secrets
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from songnet.errors import InputError, SongnetError, StoreError, StoreUnavailableError
from songnet.store import open_store
from songnet.store._neo4j_connection import check_uri
from songnet.store._neo4j_errors import clear_errors, refusals
from songnet.store.neo4j import Neo4jStore

pytestmark = pytest.mark.neo4j

CANARY = "canary-im-Stollen"
ODD = ["ü∞ 🎵 \u0060 \\u0060", " leading and trailing ", "'single' \"double\"", "-leading-dash",
       "--store=x", "a=b;c&d|e", "$HOME `id` $(id)", "p@ss:w/o?r#d%41"]  # fmt: skip


@pytest.fixture
def users(
    neo4j_server: dict[str, str], neo4j_store: Neo4jStore
) -> Iterator[Callable[..., dict[str, str]]]:
    """Makes users of the server, whose graph is empty; they are gone afterwards.

    Wrong passwords are tried on them: after some the server refuses right ones too for a while.
    """
    import neo4j

    auth = (neo4j_server["NEO4J_USERNAME"], neo4j_server["NEO4J_PASSWORD"])
    made: list[str] = []
    with neo4j.GraphDatabase.driver(neo4j_server["NEO4J_URI"], auth=auth) as driver:

        def make(password: str, *, change: str = "NOT REQUIRED") -> dict[str, str]:
            # A name that was refused too often stays so for a while, whoever bears it.
            made.append(f"trust{secrets.token_hex(8)}")
            driver.execute_query(
                f"CREATE USER {made[-1]} SET PASSWORD $password CHANGE {change}",
                password=password,
                database_="system",
            )
            return {"NEO4J_USERNAME": made[-1], "NEO4J_PASSWORD": password}

        yield make
        for name in made:
            driver.execute_query(f"DROP USER {name}", database_="system")


def refusal(uri: str, **environment: str) -> str:
    """What is said, after a look at all that Python would show of it."""
    with pytest.raises(SongnetError) as caught:
        Neo4jStore(uri, environment=environment)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.args)
    password = environment.get("NEO4J_PASSWORD")
    assert not password or password not in shown
    said = str(caught.value)
    assert "\n" not in said
    return said


# --- credentials --------------------------------------------------------------------------------


def test_a_wrong_password(
    neo4j_server: dict[str, str], users: Callable[..., dict[str, str]]
) -> None:
    user = users("another-canary")["NEO4J_USERNAME"]
    said = refusal(neo4j_server["NEO4J_URI"], NEO4J_USERNAME=user, NEO4J_PASSWORD=CANARY)
    assert "refused the credentials: check NEO4J_USERNAME (default neo4j) and" in said


def test_a_user_that_is_not_there(neo4j_server: dict[str, str]) -> None:
    said = refusal(neo4j_server["NEO4J_URI"], NEO4J_USERNAME="nobody", NEO4J_PASSWORD=CANARY)
    assert "refused the credentials" in said


@pytest.mark.parametrize("environment", [{}, {"NEO4J_PASSWORD": ""}, {"NEO4J_USERNAME": "neo4j"}])
def test_no_password(neo4j_server: dict[str, str], environment: dict[str, str]) -> None:
    said = refusal(neo4j_server["NEO4J_URI"], **environment)
    assert "wants a password: set NEO4J_PASSWORD" in said


def test_an_empty_user_name_is_the_default_one(
    neo4j_server: dict[str, str], neo4j_store: Neo4jStore
) -> None:
    with Neo4jStore(
        neo4j_server["NEO4J_URI"], environment={**neo4j_server, "NEO4J_USERNAME": ""}
    ) as store:
        assert store.counts()


@pytest.mark.parametrize("password", ODD)
def test_a_password_may_hold_anything(
    neo4j_server: dict[str, str], users: Callable[..., dict[str, str]], password: str
) -> None:
    with Neo4jStore(neo4j_server["NEO4J_URI"], environment=users(password)) as store:
        assert store.counts()


@pytest.mark.parametrize("name", ["NEO4J_USERNAME", "NEO4J_PASSWORD", "NEO4J_DATABASE"])
def test_bytes_that_are_no_text_are_refused_and_not_repeated(
    neo4j_server: dict[str, str], name: str
) -> None:
    given = {**neo4j_server, name: f"{CANARY}\udcff"}
    with pytest.raises(InputError, match=f"{name} is not valid UTF-8") as caught:
        Neo4jStore(neo4j_server["NEO4J_URI"], environment=given)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert CANARY not in str(caught.value)


def test_an_expired_password(
    neo4j_server: dict[str, str], users: Callable[..., dict[str, str]]
) -> None:
    said = refusal(neo4j_server["NEO4J_URI"], **users(CANARY, change="REQUIRED"))
    assert "wants a new password for this user first" in said
    assert "ALTER CURRENT USER SET PASSWORD" in said


def test_too_many_wrong_passwords(
    neo4j_server: dict[str, str], users: Callable[..., dict[str, str]]
) -> None:
    user = users(CANARY)["NEO4J_USERNAME"]
    said = [
        refusal(neo4j_server["NEO4J_URI"], NEO4J_USERNAME=user, NEO4J_PASSWORD="wrong-canary")
        for _ in range(4)
    ]
    assert "too many times in a row, and now waits" in said[-1]
    assert "too many times" not in said[0]


# --- what an Enterprise server says ---------------------------------------------------------------


def raised(code: str, message: str) -> Exception:
    from neo4j.exceptions import Neo4jError

    return Neo4jError._basic_hydrate(neo4j_code=code, message=message)


@pytest.mark.parametrize(
    ("code", "said", "kind"),
    [
        ("Security.Forbidden", "knows this user but does not allow this", StoreUnavailableError),
        ("Security.CredentialsExpired", "wants a new password", StoreUnavailableError),
        ("Security.AuthorizationExpired", "refused: words (Neo.Client", StoreUnavailableError),
        ("General.ForbiddenOnReadOnlyDatabase", "is read-only", StoreError),
        ("General.WriteOnReadOnlyAccessDatabase", "is read-only", StoreError),
        ("Database.DatabaseNotFound", "check NEO4J_DATABASE", StoreUnavailableError),
    ],
)
def test_what_is_no_matter_of_credentials_is_not_said_to_be(
    code: str, said: str, kind: type[StoreError]
) -> None:
    """Users with fewer rights are an Enterprise feature: its codes, as the driver raises them."""
    with pytest.raises(kind) as caught, clear_errors("bolt://h"), refusals():
        raise raised(f"Neo.ClientError.{code}", "words")
    assert said in str(caught.value)
    assert "NEO4J_PASSWORD" not in str(caught.value) or "new password" in said


# --- addresses ----------------------------------------------------------------------------------


@contextmanager
def listening(answer: bytes | None) -> Iterator[str]:
    """A port of 127.0.0.1 that accepts and then says this, or nothing; its address."""
    kept: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            kept.append(connection)
            if answer is not None:
                connection.sendall(answer)
                connection.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join()
    for connection in kept:
        connection.close()


SCHEMES = ("bolt", "neo4j")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_port_of_the_browser(neo4j_server: dict[str, str], scheme: str) -> None:
    port = urlsplit(neo4j_server["NEO4J_BROWSER"]).port
    said = refusal(f"{scheme}://127.0.0.1:{port}", NEO4J_PASSWORD=CANARY)
    assert "answers in HTTP, not bolt" in said
    assert "7687" in said


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_port_where_something_else_listens(scheme: str) -> None:
    with listening(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n") as address:
        assert "is no Neo4j server" in refusal(f"{scheme}://{address}", NEO4J_PASSWORD=CANARY)


@pytest.mark.parametrize("scheme", ["bolt", "neo4j", "bolt+s"])
def test_a_port_where_nobody_speaks(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("songnet.store._neo4j_connection.CONNECT_SECONDS", 0.3)
    with listening(None) as address:
        said = refusal(f"{scheme}://{address}", NEO4J_PASSWORD=CANARY)
    assert "no answer" in said
    assert "firewall" in said


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_port_where_nobody_listens(scheme: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        said = refusal(f"{scheme}://127.0.0.1:{free.getsockname()[1]}", NEO4J_PASSWORD=CANARY)
    assert "nothing listens there; is it running" in said


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_host_that_is_not_known(scheme: str) -> None:
    said = refusal(f"{scheme}://no-such-host.invalid", NEO4J_PASSWORD=CANARY)
    assert "host name no-such-host.invalid is not known" in said


@pytest.mark.parametrize("uri", ["bolt://a..b", "bolt://" + "a" * 70])
def test_a_host_that_cannot_be_one(uri: str) -> None:
    assert "no host name" in refusal(uri, NEO4J_PASSWORD=CANARY)


@given(st.text(max_size=30) | st.from_regex(r"(bolt|neo4j)(\+ssc?)?://.{0,20}", fullmatch=True))
@example("bolt://h\0x")
@example("bolt://a b")
@example("bolt://h\n")
@example(f"bolt://me:{CANARY}@h")
def test_an_address_is_one_or_is_refused(uri: str) -> None:
    said = problem(uri)
    if said is None:
        assert uri.isprintable()
        assert urlsplit(uri).hostname
    else:
        assert "\n" not in said
        assert CANARY not in said


def problem(uri: str) -> str | None:
    try:
        assert check_uri(uri) == uri
    except InputError as refused:
        return str(refused)
    return None


# --- databases ----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["nowhere", "no`where} DETACH DELETE n //", "ü", "-"])
def test_a_database_that_is_not_there(neo4j_server: dict[str, str], scheme: str, name: str) -> None:
    uri = neo4j_server["NEO4J_URI"].replace("bolt", scheme)
    said = refusal(uri, **{**neo4j_server, "NEO4J_DATABASE": name})
    assert "no such database" in said
    assert "check NEO4J_DATABASE" in said


@pytest.mark.parametrize("name", ["system", "SYSTEM"])
def test_the_database_of_users_holds_no_graph(neo4j_server: dict[str, str], name: str) -> None:
    said = refusal(neo4j_server["NEO4J_URI"], **{**neo4j_server, "NEO4J_DATABASE": name})
    assert "holds users and databases but no graph" in said


def test_a_database_by_its_name(neo4j_server: dict[str, str], neo4j_store: Neo4jStore) -> None:
    given = {**neo4j_server, "NEO4J_DATABASE": "neo4j"}
    with Neo4jStore(neo4j_server["NEO4J_URI"], environment=given) as store:
        store.check_writable()


# --- as a process -------------------------------------------------------------------------------


def commands(uri: str) -> list[tuple[Any, ...]]:
    return [("info",), ("query", "RETURN 1"), ("partitions", "list"), ("copy", uri, "x.lbug")]


@pytest.mark.parametrize("number", range(4))
def test_a_command_leaves_with_one_line_and_exit_code_1(
    neo4j_server: dict[str, str],
    songnet_run: Callable[..., tuple[int, str, str]],
    number: int,
) -> None:
    command = commands(neo4j_server["NEO4J_URI"])[number]
    given = {**neo4j_server, "NEO4J_PASSWORD": CANARY, "NEO4J_USERNAME": f"nobody{number}"}
    code, out, err = songnet_run(given, *command)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("songnet: the Neo4j server")


def test_the_door_to_every_engine_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_PASSWORD", CANARY)
    with pytest.raises(StoreUnavailableError, match="nothing listens") as caught:
        open_store("bolt://127.0.0.1:1")
    assert CANARY not in "".join(traceback.format_exception(caught.value))
