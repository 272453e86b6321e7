"""Why a Neo4j server cannot be reached: what was met there, and the way out, in one line."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

E = TypeVar("E", bound=BaseException)

# X509_V_ERR_… of OpenSSL; Python's ssl module does not name them.
OTHER_NAME = (62, 64)
OUT_OF_DATE = (9, 10)


def unreachable(uri: str, error: BaseException) -> str:
    """What lies under an error of the driver, as one line without credentials."""
    causes = list(_causes(error))
    said = _about_tls(uri, causes) or _about_bolt(uri, causes) or _about_network(uri, causes)
    return said or (
        f"no answer from the Neo4j server {uri}: {_reason(causes)}; is it running, and is this "
        "its address? What was written before is kept: the same command goes on"
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it comes from, the members of groups among them, each once."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        members = each.exceptions if isinstance(each, BaseExceptionGroup) else ()
        waiting += [*members, *filter(None, (each.__cause__, each.__context__))]


def _about_tls(uri: str, causes: Sequence[BaseException]) -> str | None:
    refused = _first(causes, ssl.SSLCertVerificationError)
    if refused is not None:
        return _about_certificate(uri, refused)
    if _first(causes, ssl.SSLError) is None or _first(causes, TimeoutError) is not None:
        return None
    plain = uri.replace("+ssc:", ":").replace("+s:", ":")
    return (
        f"what listens at {uri} does not speak TLS: give the server a certificate, or, where "
        f"nobody can listen in between, {plain}"
    )


def _about_certificate(uri: str, refused: ssl.SSLCertVerificationError) -> str:
    if refused.verify_code in OTHER_NAME:
        return (
            f"the certificate of the Neo4j server {uri} is for another name than "
            f"{urlsplit(uri).hostname}: use the name that it is for, and have the server advertise "
            "it (server.bolt.advertised_address)"
        )
    if refused.verify_code in OUT_OF_DATE:
        return (
            f"the certificate of the Neo4j server {uri} is out of date ({refused.verify_message}): "
            "renew it, or set this machine's clock"
        )
    own = uri.replace("+s:", "+ssc:")
    return (
        f"the certificate of the Neo4j server {uri} is not trusted here ({refused.verify_message}):"
        " put the certificate of its authority in a file and its path in SSL_CERT_FILE; for a "
        f"self-signed one {own}, which does not prove who answers"
    )


def _about_bolt(uri: str, causes: Sequence[BaseException]) -> str | None:
    from neo4j.exceptions import UnsupportedServerProduct

    text = " ".join(map(str, causes))
    if "looks like HTTP" in text:
        return (
            f"{uri} answers in HTTP, not bolt: that is the address of Neo4j Browser; give the "
            "server's bolt port, usually 7687"
        )
    if _first(causes, UnsupportedServerProduct) is not None:
        return f"what listens at {uri} is no Neo4j server of version 5.26 or newer"
    if "incomplete handshake response" in text and "+s" not in urlsplit(uri).scheme:
        return (
            f"the server at {uri} closed the connection without a word: it may want TLS, as "
            f"{uri.replace('://', '+s://')}, or be just starting"
        )
    return None


def _about_network(uri: str, causes: Sequence[BaseException]) -> str | None:
    if _first(causes, socket.gaierror) is not None:
        return (
            f"no answer from the Neo4j server {uri}: the host name {urlsplit(uri).hostname} is not "
            "known; check it"
        )
    if _first(causes, ConnectionRefusedError) is not None:
        return (
            f"no answer from the Neo4j server {uri}: nothing listens there; is it running "
            "(scripts/neo4j start), and is this its bolt port?"
        )
    if _first(causes, TimeoutError) is not None:
        return (
            f"no answer from the Neo4j server {uri} within seconds: is it up, is this its bolt "
            "port, and does a firewall stand between?"
        )
    return None


def _first(causes: Sequence[BaseException], kind: type[E]) -> E | None:
    return next((each for each in causes if isinstance(each, kind)), None)


def _reason(causes: Sequence[BaseException]) -> str:
    """The driver's own words, those nearest to the cause."""
    said = [" ".join(str(each).split()) for each in causes if str(each)]
    return said[-1] if said else type(causes[0]).__name__
