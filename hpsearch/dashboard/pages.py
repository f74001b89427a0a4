"""The dashboard as one WSGI application for many owners: each owner, and each stage, has a dashboard of its own."""

import json
import re
from collections import OrderedDict
from collections.abc import Iterable
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any

import optuna_dashboard
from optuna.exceptions import StorageInternalError
from optuna.storages import RDBStorage, get_storage
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hpsearch.dashboard.owner import OWNER_VARIABLE, owner_of
from hpsearch.dashboard.server import AT_ONCE
from hpsearch.dashboard.session import views_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEPT = 6
"""Dashboards that are kept with the trials they have read. A heuristic: one of 100,000 trials takes over a gigabyte."""

LARGEST_ID = 2**31 - 1

_STAGE = re.compile(r"/(?:api/studies|csv)/([0-9]+)(?:/|$)")


class Page:
    """The dashboard of one owner, or of one stage of one owner."""

    def __init__(self, url: str, owner: str | None, stage: int | None) -> None:
        place, options = views_of(url, owner, stage)
        engine: dict[str, Any] = {
            "connect_args": {"options": options, "connect_timeout": 10, "application_name": "hpsearch dashboard"},
            "pool_pre_ping": True,
            "pool_size": 1,
            "max_overflow": AT_ONCE - 1,
        }
        # Optuna takes braces in a URL for a template.
        written = place.render_as_string(hide_password=False).replace("{", "{{").replace("}", "}}")
        self._storage = RDBStorage(written, engine, skip_compatibility_check=True, skip_table_creation=True)
        # What has been read of finished trials is not read again: they never change.
        self.app: WSGIApplication = optuna_dashboard.wsgi(get_storage(self._storage))

    def has(self, stage: int) -> bool:
        """Whether a stage of that number is there for this page to see."""
        with self._storage.engine.connect() as connection:
            found = connection.execute(text("SELECT FROM studies WHERE study_id = :stage"), {"stage": stage})
            return found.first() is not None

    def close(self) -> None:
        """Gives the connections back that nobody uses."""
        self._storage.engine.dispose()


class Pages:
    """Finds the page for a request; keeps the ``KEPT`` that were used last."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pages: OrderedDict[tuple[str | None, int | None], Page] = OrderedDict()
        self._lock = Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answers one request. What an owner may not see is answered exactly as what is not there."""
        try:
            owner = owner_of(environ.get(OWNER_VARIABLE, ""))
        except ValueError:
            return _refused(start_response, HTTPStatus.FORBIDDEN, "the request does not say whose studies it may see")
        named = _STAGE.match(environ["PATH_INFO"])
        stage = None if named is None else int(named[1])
        try:
            if stage is not None and not (stage <= LARGEST_ID and self._page(owner, None).has(stage)):
                return _refused(start_response, HTTPStatus.NOT_FOUND, f"study_id={named and named[1]} is not found")
            app = self._page(owner, stage).app
        except (DBAPIError, StorageInternalError):
            return _refused(start_response, HTTPStatus.SERVICE_UNAVAILABLE, "the database cannot be reached")
        return app(environ, start_response)

    def _page(self, owner: str | None, stage: int | None) -> Page:
        with self._lock:
            page = self._pages.get((owner, stage))
            if page is None:
                page = self._pages[owner, stage] = Page(self._url, owner, stage)
            self._pages.move_to_end((owner, stage))
            while len(self._pages) > KEPT:
                _, oldest = self._pages.popitem(last=False)
                oldest.close()
            return page


def _refused(start_response: "StartResponse", status: HTTPStatus, reason: str) -> Iterable[bytes]:
    """An error in the form that the dashboard's pages read."""
    start_response(f"{status.value} {status.phrase}", [("Content-Type", "application/json")])
    return [json.dumps({"reason": reason}).encode()]
