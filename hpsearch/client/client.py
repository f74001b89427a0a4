"""The service as an object: one method a call."""

import math
import secrets
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from hpsearch.checked import CHECK_OVER
from hpsearch.client.address import address_of
from hpsearch.client.content import JSON, body_of
from hpsearch.client.errors import AnswerError, MissingError
from hpsearch.client.following import Following
from hpsearch.client.transport import Transport
from hpsearch.errors import DefinitionError, Problem, did_you_mean, shown
from hpsearch.progress import Progress
from hpsearch.report.document import Document
from hpsearch.report.documents import ReportDocument
from hpsearch.report.network_documents import NetworkDocument
from hpsearch.report.service_checks import CheckLineDocument, ChecksDocument, ServiceCheckDocument
from hpsearch.report.service_documents import (
    DefinitionCheckDocument,
    EventDocument,
    ServiceStudyLine,
    StagesDocument,
    StageStatusDocument,
    StatusDocument,
    StudiesDocument,
    TrialDetailDocument,
    TrialLineDocument,
    TrialsDocument,
)
from hpsearch.stage import StageName
from hpsearch.study import StudyState

WAITING_SHARE = 0.6
"""Of the time that an answer may take, how long the service is asked to wait with it."""
PATIENT = 8
"""Repetitions of whoever waits for something anyway: they last about forty seconds."""

D = TypeVar("D", bound=Document)
Definition = str | Mapping[str, Any] | Path
"""The text of a definition in YAML or JSON, its content, or the path of its file."""


class Client:
    """Calls of one service with one key. Not for several threads at once: each needs its own.

    Every method raises a ServiceError: UnreachableError and BusyError where another try may help, RefusedError where
    the request has to change; InvalidDefinitionError among them carries every problem of a definition.
    """

    def __init__(
        self, url: str, key: str, *, timeout_s: float = 30.0, retries: int = 5, allow_http: bool = False
    ) -> None:
        """``retries``: how often a call is repeated where that is safe. Nothing is sent yet.

        Raises DefinitionError for an address or a key that cannot be one, and for plain http to another machine
        unless ``allow_http``.
        """
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            step = "Give the key as `hpsearch keys create` has printed it."
            raise DefinitionError([Problem("key", "", "this is not a key of the service", step)])
        address = address_of(url, allow_http=allow_http)
        self._transport = Transport(address, key, timeout_s=timeout_s, retries=retries)

    @property
    def url(self) -> str:
        """Where the service is."""
        return self._transport.address.url

    def close(self) -> None:
        """Ends all connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, definition: Definition, *, idempotency_key: str | None = None) -> StatusDocument:
        """Hands in a study; when this returns it is stored and will be worked on.

        Repeated calls with one ``idempotency_key`` make one study. Without it the call has one of its own, so that a
        repetition after a lost answer cannot hand in a second one.
        """
        content, media_type = body_of(definition)
        headers = {"Content-Type": media_type, "Idempotency-Key": idempotency_key or secrets.token_urlsafe(24)}
        answer = self._transport.send("POST", "/v1/studies", headers=headers, content=content)
        return self._read(StatusDocument, answer)

    def validate(self, definition: Definition) -> DefinitionCheckDocument:
        """Every problem of a definition that can be seen without its data; nothing is stored."""
        content, media_type = body_of(definition)
        answer = self._transport.send("POST", "/v1/validate", headers={"Content-Type": media_type}, content=content)
        return self._read(DefinitionCheckDocument, answer)

    def check(
        self,
        definition: Definition,
        *,
        budget_s: float | None = None,
        whole: bool = False,
        file: str | None = None,
        wait_s: float | None = None,
        idempotency_key: str | None = None,
    ) -> ServiceCheckDocument:
        """Has a definition checked by the gate, and waits for it: to its end, or for ``wait_s`` seconds at most.

        ``budget_s`` and ``whole`` as ``hpsearch check`` has them; ``file``: how findings name the definition.
        """
        return self.check_ended(
            self.begin_check(definition, budget_s=budget_s, whole=whole, idempotency_key=idempotency_key).id,
            file=file,
            wait_s=wait_s,
        )

    def begin_check(
        self,
        definition: Definition,
        *,
        budget_s: float | None = None,
        whole: bool = False,
        idempotency_key: str | None = None,
    ) -> ServiceCheckDocument:
        """Asks for a check; when this returns it is stored and will be worked on. Repetitions as with ``submit``."""
        content, media_type = body_of(definition)
        headers = {"Content-Type": media_type, "Accept": JSON}
        headers["Idempotency-Key"] = idempotency_key or secrets.token_urlsafe(24)
        params: dict[str, Any] = {} if budget_s is None else {"budget_s": budget_s}
        params |= {"whole": "true"} if whole else {}
        answer = self._transport.send("POST", "/v1/checks", params=params, headers=headers, content=content)
        return self._read(ServiceCheckDocument, answer)

    def check_ended(
        self, check_id: int, *, file: str | None = None, wait_s: float | None = None
    ) -> ServiceCheckDocument:
        """The check once it has ended, or as it stands when ``wait_s`` seconds are over."""
        until = math.inf if wait_s is None else time.monotonic() + wait_s
        params: dict[str, Any] = {} if file is None else {"file": file}
        while True:
            left_s = min(max(0.0, until - time.monotonic()), self._transport.timeout_s * WAITING_SHARE)
            params["wait"] = round(left_s, 3)
            found = self._get(ServiceCheckDocument, f"/v1/checks/{check_id:d}", params, {"Accept": JSON})
            if found.state in CHECK_OVER or time.monotonic() >= until:
                return found

    def checks(self) -> Iterator[CheckLineDocument]:
        """The checks that the key may see, newest first; each page is asked for when it is needed."""
        path: str | None = "/v1/checks"
        while path is not None:
            page = self._get(ChecksDocument, path)
            yield from page.checks
            path = page.next

    def delete_check(self, check_id: int) -> None:
        """Gives a check up, or forgets it."""
        self._delete(f"/v1/checks/{check_id:d}")

    def network(self, name: str) -> NetworkDocument:
        """A named network: its hyperparameters, and what it costs; raises MissingError if there is none."""
        return self._get(NetworkDocument, f"/v1/networks/{quote(name, safe='')}")

    def studies(self, *, state: StudyState | None = None) -> Iterator[ServiceStudyLine]:
        """The studies that the key may see, newest first; each page is asked for when it is needed."""
        path: str | None = "/v1/studies"
        params = {"state": state.value} if state else None
        while path is not None:
            page = self._get(StudiesDocument, path, params)
            yield from page.studies
            path, params = page.next, None

    def named(self, name: str) -> ServiceStudyLine:
        """The newest study of that name; raises MissingError if there is none."""
        names = []
        for study in self.studies():
            if study.name == name:
                return study
            names.append(study.name)
        near = did_you_mean(name, names)
        raise MissingError(f"no study at {self.url} is called {shown(name)}. {near}`hpsearch list` shows all.")

    def study(self, study_id: int) -> StatusDocument:
        """Where a study stands: its stages, its best trial so far, the time left."""
        return self._get(StatusDocument, f"/v1/studies/{study_id:d}")

    def stages(self, study_id: int) -> tuple[StageStatusDocument, ...]:
        """Its stages as far as it has come, in the order of the recipe."""
        return self._get(StagesDocument, f"/v1/studies/{study_id:d}/stages").stages

    def trials(
        self,
        study_id: int,
        *,
        stage: StageName | None = None,
        state: Progress | None = None,
        sort: Literal["number", "value", "duration"] = "number",
        descending: bool = False,
        page: int = 100,
    ) -> Iterator[TrialLineDocument]:
        """Its trials without their curves; each page, of ``page`` trials, is asked for when it is needed."""
        path: str | None = f"/v1/studies/{study_id:d}/trials"
        chosen = {"stage": stage, "state": state, "sort": sort, "descending": str(descending).lower(), "limit": page}
        params: Mapping[str, Any] | None = {name: value for name, value in chosen.items() if value is not None}
        while path is not None:
            found = self._get(TrialsDocument, path, params)
            yield from found.trials
            path, params = found.next, None

    def trial(self, study_id: int, stage: StageName, number: int) -> TrialDetailDocument:
        """One trial with its curves."""
        return self._get(TrialDetailDocument, f"/v1/studies/{study_id:d}/trials/{stage}/{number:d}")

    def report(self, study_id: int) -> ReportDocument:
        """All that is known of a study."""
        return self._get(ReportDocument, f"/v1/studies/{study_id:d}/report", headers={"Accept": "application/json"})

    def report_text(self, study_id: int, form: Literal["markdown", "html"]) -> str:
        """Its report to keep or to send."""
        headers = {"Accept": f"text/{form}"}
        return self._transport.send("GET", f"/v1/studies/{study_id:d}/report", headers=headers).text

    def events(self, study_id: int, after: int = 0, *, retries: int = PATIENT) -> Iterator[EventDocument]:
        """What happens to a study from behind the event ``after`` until it has ended, each event once and in order.

        Waits for the next one. A connection that breaks is made again where it stopped, so that a service may start
        again meanwhile; ``retries`` in a row may bring nothing.
        """
        return Following(self._transport, study_id, after=after, retries=retries).events()

    def wait(self, study_id: int, timeout_s: float | None = None) -> StatusDocument:
        """The study once it has ended, or when ``timeout_s`` seconds are over."""
        until = None if timeout_s is None else time.monotonic() + timeout_s
        for _ in Following(self._transport, study_id, retries=PATIENT, until_s=until).events():
            pass
        return self.study(study_id)

    def cancel(self, study_id: int) -> StatusDocument:
        """Asks for the end of a study; a trial that runs may take up to half a minute to stop."""
        return self._ask(study_id, "cancel")

    def pause(self, study_id: int) -> StatusDocument:
        """Asks for a rest; what its trials have not finished is trained again after ``resume``."""
        return self._ask(study_id, "pause")

    def resume(self, study_id: int) -> StatusDocument:
        """Ends the rest."""
        return self._ask(study_id, "resume")

    def delete(self, study_id: int) -> None:
        """Forgets a study that has ended, with all its trials."""
        self._delete(f"/v1/studies/{study_id:d}")

    def _delete(self, path: str) -> None:
        try:
            self._transport.send("DELETE", path)
        except MissingError as error:
            if not error.repeated:  # else the first try, whose answer was lost, has deleted it
                raise

    def _ask(self, study_id: int, what: str) -> StatusDocument:
        return self._read(StatusDocument, self._transport.send("POST", f"/v1/studies/{study_id:d}/{what}"))

    def _get(
        self,
        document: type[D],
        path: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> D:
        return self._read(document, self._transport.send("GET", path, params=params, headers=headers))

    def _read(self, document: type[D], answer: httpx.Response) -> D:
        """The document; fields that a newer service adds are passed over."""
        try:
            return document.model_validate_json(answer.content, extra="ignore")
        except ValidationError as error:
            place = ".".join(map(str, error.errors()[0]["loc"])) or "the whole"
            raise AnswerError(
                f"what answers at {self.url} is not this service, or another version of it: of its answer "
                f"{place} cannot be read. Check --server or HPSEARCH_SERVER.",
                status=answer.status_code,
            ) from error
