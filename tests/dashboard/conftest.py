"""The dashboard's proxy over a database with studies of several owners."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import text
from starlette.types import Receive, Scope, Send

from hpsearch.api.dashboard import DashboardProxy
from hpsearch.stage import StageName
from hpsearch.store.engine import open_engine
from hpsearch.store.postgres import PostgresStore
from tests.conftest import Databases
from tests.store.optuna_reading import searched
from tests.store.study_samples import begun, complete, definition, jobs, started, verdict

STRANGE = "it's \"ö\" \\ -c hpsearch.owner= \t{x}%41 ☃'; DROP TABLE hpsearch.studies"
PRINCIPAL = "local"
OWNERS = (PRINCIPAL, "ada", STRANGE)


@dataclass(frozen=True)
class Mounted:
    """A proxy whose caller says who asks, as the gate does in the service."""

    proxy: DashboardProxy

    def ask(self, path: str, whose: str | None = PRINCIPAL, method: str = "GET", **sent: Any) -> httpx.Response:
        """One request of that owner; None for one that may see all."""

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await self.proxy(scope, receive, send, whose)

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://here", timeout=120) as client:
                return await client.request(method, path, **sent)

        return asyncio.run(asked())

    def names(self, whose: str | None) -> list[str]:
        """Of the studies that the dashboard lists for that owner."""
        return [study["study_name"] for study in self.ask("/api/studies", whose).json()["study_summaries"]]

    def child(self) -> psutil.Process:
        """The process, running."""
        self.ask("/api/meta")
        pid = self.proxy.process.pid()
        assert pid is not None
        return psutil.Process(pid)


@pytest.fixture(scope="module")
def owned(databases: Databases) -> Iterator[str]:
    """A database with a judged search and a sweep of each owner; stages 1 and 2 are of the first owner, and so on."""
    with databases.fresh() as url:
        engine = open_engine(url)
        store = PostgresStore(engine)
        for number, owner in enumerate(OWNERS):
            found = verdict(summary=f"Best of number {number} <b>")
            leases = [searched(store)]
            store.save_verdict(leases[0], found)
            leases.append(begun(store, definition("sweep")))
            planned = jobs(StageName.LR_SWEEP, 3)
            started(store, leases[1], planned)
            store.save_results(
                leases[1],
                [complete(job, None, epochs=(), best_epoch=None, step_losses=(2.3, 2.0, 1.1)) for job in planned],
            )
            with engine.begin() as connection:
                for lease, name in zip(leases, ("digits", "sweep"), strict=True):
                    change = text("UPDATE hpsearch.studies SET owner = :owner, name = :name WHERE id = :id")
                    connection.execute(change, {"owner": owner, "name": name, "id": lease.study_id})
        engine.dispose()
        yield url


@pytest.fixture(scope="module")
def mounted(owned: str) -> Iterator[Mounted]:
    """One dashboard for the tests that leave it as it is."""
    proxy = DashboardProxy(owned)
    yield Mounted(proxy)
    proxy.close()


@pytest.fixture
def fresh(owned: str) -> Iterator[Callable[..., Mounted]]:
    """How to make a dashboard that a test may break."""
    made: list[DashboardProxy] = []

    def make(**options: Any) -> Mounted:
        made.append(DashboardProxy(owned, **options))
        return Mounted(made[-1])

    yield make
    for proxy in made:
        proxy.close()
