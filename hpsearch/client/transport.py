"""One request and its answer: the key, the repetitions that are safe, and the errors."""

import math
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from hpsearch.client.address import Address
from hpsearch.client.errors import AnswerError, BusyError, ServiceError, UnreachableError
from hpsearch.client.refusal import refusal

FIRST_PAUSE_S = 0.2
"""Doubled at each repetition, and halved at most by chance, so that clients do not come back all at once."""

LONGEST_PAUSE_S = 60.0
"""A service that wants to be asked later than this is asked by the user."""


class Transport:
    """Sends requests to one service. Not for several threads at once."""

    def __init__(self, address: Address, key: str, *, timeout_s: float, retries: int) -> None:
        self.address, self.retries, self.timeout_s = address, retries, timeout_s
        self._http = httpx.Client(
            base_url=address.url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=timeout_s,
            follow_redirects=False,  # the key must not reach another host
            # A proxy that the environment names could read what is not encrypted, and cannot reach this machine.
            trust_env=address.encrypted,
        )

    def close(self) -> None:
        """Ends all connections."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool = True,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """The successful answer to a request; raises a ServiceError where there is none.

        ``repeatable``: to do it twice is the same as once, so that it is repeated where an answer was lost or the
        service was not ready. Whatever the service has turned away without doing it (429) is repeated in any case.
        """
        request = self._http.build_request(method, path, params=params, headers=headers, content=content)
        self._require_own_host(request)
        heard = False
        for attempt in range(self.retries + 1):
            try:
                return self._once(request, heard)
            except (UnreachableError, BusyError) as error:
                may = repeatable or error.status == 429
                if not may or attempt == self.retries or (error.retry_after_s or 0) > LONGEST_PAUSE_S:
                    raise
                heard = True
                time.sleep(pause_s(attempt, error))
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str], silence_s: float) -> Iterator[httpx.Response]:
        """An answer that is read while it is written; raises a ServiceError, also while it is read.

        One that is silent for ``silence_s`` seconds counts as broken.
        """
        timeout = httpx.Timeout(self._http.timeout.connect, read=silence_s)
        request = self._http.build_request("GET", path, headers=headers, timeout=timeout)
        try:
            response = self._http.send(request, stream=True)
            try:
                if not response.is_success:
                    response.read()
                    raise refusal(response, repeated=False)
                yield response
            finally:
                response.close()
        except (httpx.RequestError, httpx.StreamError) as error:
            raise self._unreachable(error, heard=False) from error

    def _require_own_host(self, request: httpx.Request) -> None:
        """The key goes nowhere else, whatever an answer says where the next page is."""
        own = httpx.URL(self.address.url)
        if (request.url.scheme, request.url.host, request.url.port) != (own.scheme, own.host, own.port):
            raise AnswerError(f"the service at {self.address.url} names {request.url.host} for what belongs to it")

    def _once(self, request: httpx.Request, heard: bool) -> httpx.Response:
        try:
            response = self._http.send(request)
        except httpx.RequestError as error:
            raise self._unreachable(error, heard) from error
        if not response.is_success:
            raise refusal(response, repeated=heard)
        return response

    def _unreachable(self, error: Exception, heard: bool) -> UnreachableError:
        cause = " ".join(str(error).split()) or type(error).__name__
        return UnreachableError(
            f"the service at {self.address.url} cannot be reached: {cause}. Check that `hpsearch serve` runs there "
            "and that --server or HPSEARCH_SERVER names it.",
            repeated=heard,
        )


def pause_s(attempt: int, error: ServiceError) -> float:
    """How long to wait before the next attempt; ``attempt`` counts from 0."""
    pause = min(LONGEST_PAUSE_S, math.ldexp(FIRST_PAUSE_S, attempt)) * random.uniform(0.5, 1)  # noqa: S311  (no secret)
    return max(pause, error.retry_after_s or 0)
