"""A real local Neo4j server, Community edition: its start, its end, its admin tool.

The jars come from Maven once and are shared by all homes. Each home has its data, its logs, and a
random password, made once and kept in a file that only its owner can read; it never stands in a
command line or a log. The server listens on free ports of 127.0.0.1, the same ones again if they
are still free.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import secrets
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from neo4j_home import Home, Options, ServerError, State, write_whole
from neo4j_java import LINES, Line, ensure_jars, ensure_plugin, find_java

LINE_VARIABLE = "SONGNET_NEO4J_LINE"
# Further flags of the Java machine, as a shell would split them.
JVM_VARIABLE = "SONGNET_NEO4J_JVM"
STOP_SECONDS = 60
ATTEMPTS = 3
PORT_TAKEN = ("BindException", "Address already in use", "PortBindException")
OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")


def start(
    home: Home, line_name: str | None, *, wait: float, options: Options | None = None
) -> State:
    """Start the server of `home` unless it runs; returns when it answers queries.

    `options` are those of its last start where they are None.
    """
    line = chosen_line(home, line_name)
    home.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    with home.locked():
        state = home.state()
        if home.pid() is not None and state is not None:
            if options is not None and options != state.options:
                raise ServerError(f"{home.path} runs with other options: stop it first")
            wait_for_answer(home, state, None, wait=wait)
            return state
        java, jars = find_java(line), fetch(line)
        make_password(home, java, jars)
        chosen = options or (state.options if state else Options())
        return launch(home, line, java=java, jars=jars, wait=wait, options=chosen)


def chosen_line(home: Home, name: str | None) -> Line:
    """The line asked for; a home keeps to the one that made it, as its data are of that line."""
    state = home.state()
    if state is None:
        return default_line() if name is None else LINES[name]
    if name not in {None, state.line}:
        raise ServerError(
            f"{home.path} holds a Neo4j {state.line} server: give another --home for {name}"
        )
    return LINES[state.line]


def default_line() -> Line:
    """What SONGNET_NEO4J_LINE says, so that a whole test run can be sent to another line; 5.26."""
    name = os.environ.get(LINE_VARIABLE) or "5.26"
    if name not in LINES:
        raise ServerError(f"{LINE_VARIABLE} must be one of {', '.join(LINES)}: got {name!r}")
    return LINES[name]


def fetch(line: Line) -> Path:
    """The folder with the jars of `line`, fetched if need be."""
    say(f"Neo4j {line.version}: looking for its jars (the first time they are downloaded)")
    return ensure_jars(line)[0]


def make_password(home: Home, java: str, jars: Path) -> None:
    """Once per home: a random password, handed to Neo4j in a file, never as an argument."""
    if home.password_file.exists():
        return
    for folder in ("conf", "logs"):
        (home.path / folder).mkdir(exist_ok=True)
    temporary = home.path / "password.new"
    temporary.unlink(missing_ok=True)
    # Hexadecimal digits: a password that begins with '-' would be read as an option.
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(16) + "\n")
    command = [*admin_command(java, jars), "dbms", "set-initial-password", f"@{temporary}"]
    environment = admin_environment(home)
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        raise ServerError(f"Neo4j did not take its first password: {last_line(run.stderr)}")
    temporary.replace(home.password_file)


def admin(home: Home, arguments: list[str]) -> int:
    """Run neo4j-admin in a home; its exit code.

    Raises
    ------
    ServerError
        There is no server in `home`, or it runs: what neo4j-admin does to its files is for a
        stopped one.
    """
    state = home.state()
    if state is None:
        raise ServerError(f"{home.path} holds no server: make one with 'start', then 'stop' it")
    if home.pid() is not None:
        raise ServerError(f"the server of {home.path} runs: stop it first")
    line = LINES[state.line]
    command = admin_command(find_java(line), fetch(line)) + arguments
    return subprocess.run(command, env=admin_environment(home), check=False).returncode


def admin_command(java: str, jars: Path) -> list[str]:
    """How neo4j-admin is called."""
    command = [java, "-XX:+UseParallelGC", *opened()]
    return [*command, "-cp", f"{jars}/*", "org.neo4j.cli.AdminTool"]


def opened() -> list[str]:
    """What Neo4j reaches into of Java's own."""
    return [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED]


def admin_environment(home: Home) -> dict[str, str]:
    """Tells neo4j-admin whose files to work on."""
    return os.environ | {"NEO4J_HOME": str(home.path), "NEO4J_CONF": str(home.path / "conf")}


def launch(
    home: Home, line: Line, *, java: str, jars: Path, wait: float, options: Options | None = None
) -> State:
    """Start the process and wait for its first answer; other ports if someone took ours."""
    for _ in range(ATTEMPTS):
        state = replace(choose_ports(home, line), options=options or Options())
        write_configuration(home, state)
        child = spawn(home, state, java=java, jars=jars)
        try:
            wait_for_answer(home, state, child, wait=wait)
        except (ServerError, KeyboardInterrupt) as error:
            end(child)
            home.pid_file.unlink(missing_ok=True)
            if isinstance(error, KeyboardInterrupt) or not port_was_taken(home):
                raise
            say("a port was taken by someone else meanwhile: trying others")
        else:
            return state
    raise ServerError(f"found no free ports in {ATTEMPTS} attempts: see {home.log}")


def port_was_taken(home: Home) -> bool:
    """Whether the server ended because someone else listens where it wanted to."""
    log = home.log.read_text("utf-8", "replace")
    return any(word in log for word in PORT_TAKEN)


def choose_ports(home: Home, line: Line) -> State:
    """The ports of the last start if they are free, else free ones."""
    last = home.state()
    if last is not None and is_free(last.bolt) and is_free(last.http):
        return last
    with socket.socket() as bolt, socket.socket() as web:
        bolt.bind(("127.0.0.1", 0))
        web.bind(("127.0.0.1", 0))
        return State(line.name, bolt.getsockname()[1], web.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def write_configuration(home: Home, state: State) -> None:
    """neo4j.conf, and the state file that remembers the ports."""
    settings = {
        "server.default_listen_address": "127.0.0.1",
        "server.bolt.listen_address": f"127.0.0.1:{state.bolt}",
        "server.bolt.advertised_address": f"127.0.0.1:{state.bolt}",
        "server.http.listen_address": f"127.0.0.1:{state.http}",
        "server.http.advertised_address": f"127.0.0.1:{state.http}",
        "server.https.enabled": "false",
        "dbms.security.auth_enabled": "true",
        "dbms.usage_report.enabled": "false",
        # Else LOAD CSV reads every file of this machine.
        "server.directories.import": "import",
        "server.memory.pagecache.size": "256m",
        # Without these two a polite end takes ten seconds.
        "internal.server.bolt.thread_pool_shutdown_wait_time": "0s",
        "internal.server.bolt.connection_shutdown_wait_time": "0s",
        **dict(LINES[state.line].settings),
        **plugin_settings(state),
        **state.options.settings,
    }
    text = "".join(f"{key}={value}\n" for key, value in settings.items())
    for folder in ("conf", "import", "logs", "plugins"):
        (home.path / folder).mkdir(exist_ok=True)
    (home.path / "conf" / "neo4j.conf").write_text(text, "utf-8")
    write_whole(home.state_file, json.dumps(asdict(state)) + "\n")


def plugin_settings(state: State) -> dict[str, str]:
    """Where the server finds the procedures of its plugin, and that it may run them."""
    if not state.options.plugins:
        return {}
    (name,) = state.options.plugins
    folder, _ = ensure_plugin(name, LINES[state.line])
    return {
        "server.directories.plugins": str(folder / "plugins"),
        "dbms.security.procedures.unrestricted": f"{name}.*",
    }


def classpath(home: Home, state: State, jars: Path) -> Iterator[str]:
    """The server's jars, those of its plugin, and whatever lies in the home's own folder."""
    yield f"{jars}/*"
    for name in state.options.plugins:
        folder, _ = ensure_plugin(name, LINES[state.line])
        yield from (f"{folder}/plugins/*", f"{folder}/lib/*")
    yield f"{home.path}/plugins/*"


def jvm_flags() -> list[str]:
    """What SONGNET_NEO4J_JVM says."""
    given = os.environ.get(JVM_VARIABLE, "")
    try:
        return shlex.split(given)
    except ValueError as error:
        raise ServerError(f"{JVM_VARIABLE} must be flags as a shell takes them: {error}") from error


def spawn(home: Home, state: State, *, java: str, jars: Path) -> subprocess.Popen[bytes]:
    """Start the server as a process of its own session, which outlives this script."""
    command = [java, "-Xms256m", f"-Xmx{state.options.heap}"]
    command += ["-XX:+UseG1GC", "-XX:-OmitStackTraceInFastThrow"]
    command += [*opened(), *jvm_flags()]
    command += ["-Dfile.encoding=UTF-8", "-cp", ":".join(classpath(home, state, jars))]
    command += [LINES[state.line].main]
    command += [f"--home-dir={home.path}", f"--config-dir={home.path}/conf"]
    with home.log.open("wb") as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=home.path,
            start_new_session=True,
        )
    write_whole(home.pid_file, f"{child.pid}\n")
    return child


def wait_for_answer(
    home: Home, state: State, child: subprocess.Popen[bytes] | None, *, wait: float
) -> None:
    """Return when the server has answered a query and greets on its bolt port."""
    password = home.password()
    deadline = time.monotonic() + wait
    say(f"waiting for Neo4j {LINES[state.line].version} on port {state.bolt}")
    while time.monotonic() < deadline:
        if answers(state.http, password) and greets(state.bolt, tls=takes_only_tls(state)):
            return
        gone = child.poll() is not None if child else home.pid() is None
        if gone:
            log = home.log.read_text("utf-8", "replace")
            raise ServerError(f"Neo4j ended while starting: {last_line(log)} (see {home.log})")
        time.sleep(0.1)
    raise ServerError(f"Neo4j did not answer within {wait:g} s: see {home.log}")


def answers(port: int, password: str) -> bool:
    """Whether the server at this HTTP port answers a query to this password."""
    token = base64.b64encode(f"neo4j:{password}".encode()).decode("ascii")
    headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", "/db/neo4j/query/v2", '{"statement": "RETURN 1"}', headers)
        reply = connection.getresponse()
        return reply.status in {200, 202} and json.loads(reply.read())["data"]["values"] == [[1]]
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return False
    finally:
        connection.close()


def takes_only_tls(state: State) -> bool:
    """Whether the settings of its last start make the server refuse plain connections."""
    return state.options.settings.get("server.bolt.tls_level") == "REQUIRED"


def greets(port: int, *, tls: bool = False) -> bool:
    """Whether a bolt handshake at this port is answered with a protocol version."""
    offer = b"\x60\x60\xb0\x17" + b"\0\4\4\5" + b"\0\0\0\4" + bytes(8)
    context = ssl.create_default_context() if tls else None
    try:
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            if context is not None:
                # Whose certificate it is says nothing about whether the server is up.
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                connection = stack.enter_context(context.wrap_socket(connection))
            connection.sendall(offer)
            return connection.recv(4)[2:] in {bytes((minor, 5)) for minor in range(9)}
    except OSError:
        return False


def end(child: subprocess.Popen[bytes]) -> None:
    """End a child that did not come up."""
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def stop(home: Home) -> bool:
    """End this home's server and wait for it; False if none was running."""
    if not home.path.is_dir():
        return False
    with home.locked():
        pid = home.pid()
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
            wait_for_end(home, pid)
        home.pid_file.unlink(missing_ok=True)
        return pid is not None


def wait_for_end(home: Home, pid: int) -> None:
    """Return when the process is gone."""
    deadline = time.monotonic() + STOP_SECONDS
    while home.pid() == pid:
        if time.monotonic() > deadline:
            raise ServerError(
                f"process {pid} did not end within {STOP_SECONDS} s: see {home.log}; kill -9 {pid}"
            )
        time.sleep(0.05)


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr)


def last_line(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it printed nothing"
