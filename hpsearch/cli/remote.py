"""The service that a command talks to, and the studies there by name or id."""

from collections.abc import Iterator
from contextlib import contextmanager

from hpsearch.client.client import Client
from hpsearch.client.errors import MissingError
from hpsearch.errors import DefinitionError, NotFoundError, Problem
from hpsearch.report.documents import ListDocument, StudyLine
from hpsearch.report.service_documents import ServiceStudyLine
from hpsearch.settings import Settings

RETRIES = 2
"""A user who waits wants to be told soon that nobody is there."""


def server_of(settings: Settings, server: str | None) -> str | None:
    """The address of the service that is asked; None if this machine's own store is."""
    return server or settings.server_url


def required_server(settings: Settings, server: str | None) -> str:
    """The address of the service; raises DefinitionError where none is named."""
    url = server_of(settings, server)
    if url is None:
        step = "Name it with --server URL or in HPSEARCH_SERVER; `hpsearch run STUDY.yaml` needs no service."
        raise DefinitionError([Problem("--server", "", "this needs a service, and none is named", step)])
    return url


@contextmanager
def connected(settings: Settings, url: str, allow_http: bool) -> Iterator[Client]:
    """A client of the service with the key of the settings; raises DefinitionError where there is no key."""
    if settings.key is None:
        step = (
            "Put it into HPSEARCH_KEY, or into a file that HPSEARCH_KEY_FILE names. `hpsearch serve` prints one at its "
            "first start, `hpsearch keys create` makes more."
        )
        raise DefinitionError([Problem("HPSEARCH_KEY", "", "the service asks for a key, and none is set", step)])
    with Client(url, settings.key, retries=RETRIES, allow_http=allow_http) as client:
        yield client


def study_there(client: Client, name: str | None) -> ServiceStudyLine:
    """The study with that id, else of that name, else the newest one; raises NotFoundError if there is none."""
    if name is None:
        newest = next(client.studies(), None)
        if newest is None:
            raise NotFoundError(f"there are no studies at {client.url} yet. Hand one in: hpsearch submit STUDY.yaml")
        return newest
    if is_id(name):
        try:
            return client.study(int(name)).study
        except MissingError:
            pass  # then it is a name
    return client.named(name)


def is_id(text: str) -> bool:
    """Whether a study may be meant by its id."""
    return text.isascii() and text.isdecimal() and int(text) < 2**63


def list_there(client: Client) -> ListDocument:
    """All studies, as the list of this machine's own store shows them."""
    return ListDocument(
        studies=tuple(
            StudyLine(
                id=study.id,
                name=study.name,
                state=study.state,
                abandoned=False,
                reason=study.reason,
                created_at=study.created_at,
                finished_at=study.finished_at,
            )
            for study in client.studies()
        ),
        stored_in=client.url,
    )
