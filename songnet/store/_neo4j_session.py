"""Sessions and transactions through which all that songnet says to a server goes.

They put the label prefix into songnet's own statements, so that nothing else has to think of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from songnet.store.labels import prefixed

if TYPE_CHECKING:
    import neo4j
    from neo4j import ManagedTransaction, Result

T = TypeVar("T")


class Transaction:
    """A transaction that the driver may begin anew."""

    def __init__(self, transaction: ManagedTransaction, prefix: str) -> None:
        self._transaction = transaction
        self._prefix = prefix

    def run(
        self, statement: str, parameters: Mapping[str, Any] | None = None, **more: Any
    ) -> Result:
        """Run one of songnet's own statements."""
        return self._transaction.run(
            prefixed(statement, self._prefix), dict(parameters or {}) | more
        )


class Session:
    """A session of the driver; its transactions are `Transaction`."""

    def __init__(self, session: neo4j.Session, prefix: str) -> None:
        self._session = session
        self._prefix = prefix

    def execute_read(self, work: Callable[[Transaction], T]) -> T:
        """Do `work` in a transaction that reads, again where that can help."""
        return self._session.execute_read(lambda tx: work(Transaction(tx, self._prefix)))

    def execute_write(self, work: Callable[[Transaction], T]) -> T:
        """Do `work` in a transaction that writes, again where that can help."""
        return self._session.execute_write(lambda tx: work(Transaction(tx, self._prefix)))

    def run(self, statement: str, parameters: Mapping[str, Any]) -> Result:
        """Run one of songnet's own statements that has to be its own transaction."""
        return self.ask(prefixed(statement, self._prefix), parameters)

    def ask(self, text: str, parameters: Mapping[str, Any]) -> Result:
        """Run what a person asks, as it is."""
        return self._session.run(text, dict(parameters))
