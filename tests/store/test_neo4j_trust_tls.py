"""TLS: a server whose certificate is made here, trusted or not, for its name or not."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from songnet.errors import StoreUnavailableError
from songnet.store.neo4j import Neo4jStore

pytestmark = pytest.mark.neo4j

KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
SETTINGS = (
    "server.bolt.tls_level=REQUIRED",
    "dbms.ssl.policy.bolt.enabled=true",
    "dbms.ssl.policy.bolt.client_auth=NONE",
)


def openssl(folder: Path, arguments: str, *more: str) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl: install it (Debian: apt-get install openssl)")
    command = ["openssl", *arguments.split(), *more]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority's ca.crt, and the server's public.crt, for localhost alone."""
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    openssl(folder, f"req -x509 {KEY} -keyout ca.key -out ca.crt -days 2", "-subj", "/CN=Our own")
    openssl(folder, f"req {KEY} -keyout private.key -out server.csr", "-subj", "/CN=localhost")
    openssl(
        folder,
        "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 "
        "-extfile names -out public.crt",
    )
    return folder


@pytest.fixture(scope="module")
def tls_server(own_neo4j, authority: Path) -> dict[str, str]:
    """A server that takes nothing but TLS."""
    return own_neo4j.start(*SETTINGS, f"dbms.ssl.policy.bolt.base_directory={authority}")


@pytest.fixture
def trusted(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority is one of those that this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.crt"))


def at(server: dict[str, str], scheme: str, host: str = "localhost") -> str:
    return f"{scheme}://{host}:{urlsplit(server['NEO4J_URI']).port}"


def refusal(uri: str, environment: dict[str, str]) -> str:
    """What is said of a server that cannot be reached: one line, without the password."""
    with pytest.raises(StoreUnavailableError) as caught:
        Neo4jStore(uri, environment=environment)
    said = str(caught.value)
    assert "\n" not in said
    assert environment["NEO4J_PASSWORD"] not in said
    assert uri in said
    return said


@pytest.mark.parametrize("scheme", ["bolt+s", "neo4j+s"])
def test_a_trusted_certificate_for_this_name_is_all_it_takes(
    tls_server: dict[str, str], trusted: None, scheme: str
) -> None:
    with Neo4jStore(at(tls_server, scheme), environment=tls_server) as store:
        assert store.counts().songs == 0


@pytest.mark.parametrize("scheme", ["bolt+ssc", "neo4j+ssc"])
def test_any_certificate_will_do_where_that_is_asked_for(
    tls_server: dict[str, str], scheme: str
) -> None:
    for host in ("localhost", "127.0.0.1"):
        with Neo4jStore(at(tls_server, scheme, host), environment=tls_server) as store:
            assert store.counts().songs == 0


def test_a_process_that_is_told_of_the_authority_works(
    tls_server: dict[str, str], authority: Path, songnet_run: Callable[..., tuple[int, str, str]]
) -> None:
    server = {**tls_server, "NEO4J_URI": at(tls_server, "neo4j+s")}
    code, out, err = songnet_run(server, "info", SSL_CERT_FILE=str(authority / "ca.crt"))
    assert (code, err) == (0, "")
    assert at(tls_server, "neo4j+s") in out
    code, out, err = songnet_run(server, "info")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "SSL_CERT_FILE" in err


@pytest.mark.parametrize("scheme", ["bolt+s", "neo4j+s"])
def test_a_certificate_that_nobody_vouches_for(tls_server: dict[str, str], scheme: str) -> None:
    said = refusal(at(tls_server, scheme), tls_server)
    assert "not trusted here (unable to get local issuer certificate)" in said
    assert "SSL_CERT_FILE" in said
    assert f"{at(tls_server, scheme)[:-1].partition('+')[0]}+ssc://" in said


@pytest.mark.parametrize("scheme", ["bolt+s", "neo4j+s"])
def test_a_certificate_for_another_name(
    tls_server: dict[str, str], trusted: None, scheme: str
) -> None:
    said = refusal(at(tls_server, scheme, "127.0.0.1"), tls_server)
    assert "is for another name than 127.0.0.1: use the name that it is for" in said


def test_a_certificate_out_of_date(
    tls_server: dict[str, str], authority: Path, trusted: None, tmp_path: Path
) -> None:
    """The server's own certificate is of today: one of yesterday is served by openssl."""
    shutil.copytree(authority, tmp_path, dirs_exist_ok=True)
    openssl(
        tmp_path,
        "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile names "
        "-days -1 -out old.crt",
    )
    command = ["openssl", "s_server", "-cert", "old.crt", "-key", "private.key", "-accept", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        port = next(line for line in server.stdout if "ACCEPT" in line).rpartition(":")[2].strip()
        said = refusal(f"bolt+s://localhost:{port}", tls_server)
        server.kill()
    assert "out of date (certificate has expired): renew it" in said


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_no_tls_where_there_has_to_be(tls_server: dict[str, str], scheme: str) -> None:
    said = refusal(at(tls_server, scheme), tls_server)
    assert f"it may want TLS, as {at(tls_server, scheme + '+s')}" in said


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
@pytest.mark.parametrize("tls", ["+s", "+ssc"])
def test_tls_where_there_is_none(neo4j_server: dict[str, str], scheme: str, tls: str) -> None:
    said = refusal(at(neo4j_server, scheme + tls, "127.0.0.1"), neo4j_server)
    assert "does not speak TLS" in said
    assert said.endswith(at(neo4j_server, scheme, "127.0.0.1"))
