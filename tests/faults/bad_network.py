"""A relay between songnet and a server that cuts, delays or stalls what passes through it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

PATIENCE = b"connection.recv_timeout_seconds"
Fault = Literal["none", "cut", "half", "gone", "stalled", "slow"]


@dataclass
class Relay:
    """Passes bytes on until `after` have come from clients; then `fault` happens, once.

    ``cut`` closes the connection both ways, ``half`` only towards the server, ``gone`` closes and
    takes no other, ``stalled`` keeps it open and passes nothing more, ``slow`` waits before each
    piece, always. Connections made after a fault are served, but for ``gone``. Where there is a
    `patience`, the server seems to ask clients for that many seconds of it, not for two minutes.
    """

    target: tuple[str, int]
    fault: Fault
    after: int
    patience: int = 0
    passed: int = 0
    happened: int = 0
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    open: list[socket.socket] = field(default_factory=list)

    @property
    def uri(self) -> str:
        return f"bolt://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(self.target)
                self.open += [client, server]
                for source, goal in ((client, server), (server, client)):
                    threading.Thread(
                        target=self.relay, args=(source, goal, source is client), daemon=True
                    ).start()

    def relay(self, source: socket.socket, goal: socket.socket, upwards: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(4096):
                if upwards:
                    self.passed += len(piece)
                if self.fault == "slow":
                    time.sleep(0.005)
                elif upwards and self.passed > self.after and not self.happened:
                    self.happened += 1
                    self.fail(source, goal)
                    return
                goal.sendall(piece if upwards else self.answered(piece))
        for end in (source, goal):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def answered(self, piece: bytes) -> bytes:
        seconds = bytes([self.patience or 120])
        return piece.replace(PATIENCE + bytes([120]), PATIENCE + seconds)

    def fail(self, client: socket.socket, server: socket.socket) -> None:
        if self.fault == "gone":
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
        if self.fault == "half":
            server.shutdown(socket.SHUT_WR)
        elif self.fault in {"cut", "gone"}:
            client.shutdown(socket.SHUT_RDWR)
            server.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for each in (self.listener, *self.open):
            with suppress(OSError):  # closing alone leaves it open while a thread reads from it
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextmanager
def relayed(uri: str, fault: Fault, after: int = 0, *, patience: int = 0) -> Iterator[Relay]:
    """A relay to the server at `uri`, running."""
    host, port = uri.rpartition("/")[2].split(":")
    relay = Relay((host, int(port)), fault, after, patience)
    threading.Thread(target=relay.serve, daemon=True).start()
    try:
        yield relay
    finally:
        relay.close()
