"""A service on a real database, as callers with and without keys see it."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Any, Self

import httpx
from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from hpsearch.access import Key, Limits, Scope
from hpsearch.api.app import create_app
from hpsearch.api.parts import ServiceParts
from hpsearch.api.refused import flat

BASE = "http://127.0.0.1:8000"
WRONG = "hps_wrongwro_" + "x" * 43
DEFINITION = {"data": {"dataset": "digits"}, "network": "convnet", "recipe": {"coarse": {"trials": 2}}}
VALUES = {"stage": "coarse", "number": "0", "name": "convnet"}
"""What stands for a parameter of a path; ``study_id`` is the caller's to say, and anything else is 1."""


@dataclass
class Service:
    """One application. Each call comes from another address, so that no test meets another's limits."""

    parts: ServiceParts
    app: FastAPI = field(init=False)
    outside: ASGIApp | None = None
    """What is asked instead of the application."""

    def __post_init__(self) -> None:
        self.app = create_app(self.parts)
        self._runner = asyncio.Runner()
        self._addresses = count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.close()

    def key(self, *scopes: Scope, owner: str = "ada", limits: Limits | None = None) -> tuple[Key, str]:
        """A new key with its secret; without scopes that of an admin, which does not submit."""
        return self.parts.keyring.create(owner, "test", scopes or [Scope.ADMIN], limits or Limits())

    def secret(self, *scopes: Scope, owner: str = "ada", limits: Limits | None = None) -> str:
        """The secret of a new key."""
        return self.key(*scopes, owner=owner, limits=limits)[1]

    def ask(
        self,
        method: str,
        path: str,
        secret: str | None = None,
        *,
        headers: Mapping[str, str] | list[tuple[bytes, bytes]] | None = None,
        address: str | None = None,
        **sent: Any,
    ) -> httpx.Response:
        """One request; redirects are not followed."""
        number = next(self._addresses)
        client = (address or f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 1)
        told = httpx.Headers(headers)
        if secret is not None:
            told["Authorization"] = f"Bearer {secret}"

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.outside or self.app, raise_app_exceptions=False, client=client)
            async with httpx.AsyncClient(transport=transport, base_url=BASE) as browser:
                return await browser.request(method, path, headers=told, **sent)

        return self._runner.run(asked())

    def study(self, secret: str) -> int:
        """The number of a newly submitted study."""
        answer = self.ask("POST", "/v1/studies", secret, json=DEFINITION)
        assert answer.status_code == 201, answer.text
        return int(answer.headers["location"].rpartition("/")[2])

    def calls(self, study_id: int) -> Iterator[tuple[str, str, str]]:
        """Method, template and path of every route of the running application, about that study."""
        for route in routes(self.app):
            for method in sorted(getattr(route, "methods", None) or ()):
                template = str(getattr(route, "path", ""))
                yield method, template, filled(template, study_id)


def routes(app: FastAPI) -> list[BaseRoute]:
    """Every route of the application; what is no route with methods would be an unseen door."""
    found = flat(app.routes)
    assert all(getattr(route, "methods", None) for route in found), found
    return found


def filled(template: str, study_id: int) -> str:
    """A path for the template."""
    values = {"study_id": str(study_id), **VALUES}
    return re.sub(r"{(\w+)(?::\w+)?}", lambda name: values.get(name[1], "1"), template)
