"""The API is killed around the commit of a submission; the client asks again, and there is exactly one study."""

import random
import signal
import time
import uuid
from dataclasses import dataclass

import httpx
from sqlalchemy import text

from hpsearch.access import Scope
from hpsearch.store.keyring import Keyring
from tests.faults.api_process import free_port, serve_api
from tests.faults.commit_kill import Death
from tests.faults.figures import Figures
from tests.faults.forks import kill, started, wait_until
from tests.faults.service import MANY, Service
from tests.faults.study import definition


@dataclass
class _Api:
    service: Service
    port: int
    secret: str

    def started(self, death: Death | None) -> object:
        process = started(serve_api, self.service.url, self.port, death)
        wait_until(self._answers, 60, "the API answers")
        return process

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def submit(self, wish: str) -> httpx.Response | None:
        """One try; None without an answer."""
        headers = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": wish}
        body = definition(f"api-{wish[:8]}").model_dump(mode="json", exclude={"sources"})
        try:
            return httpx.post(f"http://127.0.0.1:{self.port}/v1/studies", json=body, headers=headers, timeout=120)
        except httpx.HTTPError:
            return None


def api_killed(service: Service, dose: int, seed: int) -> Figures:
    """``dose`` kills, each at one of the first commits of a submission, before or after it."""
    figures, chance, began_s = Figures("API killed around its commit", seed), random.Random(seed), time.monotonic()
    _, secret = Keyring(service.engine).create("api", "faults", frozenset(Scope), MANY)
    api = _Api(service, free_port(), secret)
    while figures.faults < dose:
        wish = str(uuid.UUID(int=chance.getrandbits(128)))
        process = api.started(Death(chance.randint(1, 3), chance.choice(("before", "after"))))
        first = api.submit(wish)
        process.join(1.0)
        died = process.exitcode == -signal.SIGKILL
        kill(process)
        process = api.started(None)
        second = api.submit(wish)
        kill(process)
        figures.faults += died
        figures.studies += 1
        figures.check(second is not None and second.status_code == 201, f"{wish}: {second and second.text}")
        if first is not None and second is not None and first.status_code == 201:
            figures.check(first.text == second.text, f"{wish}: two different answers")
        figures.check(_count(service, wish) == 1, f"{wish}: {_count(service, wish)} studies")
        figures.violations += service.offences()
    figures.duration_s = time.monotonic() - began_s
    return figures


def _count(service: Service, wish: str) -> int:
    query = text("SELECT count(*) FROM hpsearch.studies WHERE starts_with(name, :name)")
    with service.engine.connect() as connection:
        return int(connection.execute(query, {"name": f"api-{wish[:8]}"}).scalar_one())
