"""What ``cancel``, ``pause``, ``resume`` and ``delete`` do, at a service or in this machine's own store."""

from typing import Literal

from hpsearch.errors import NotFoundError
from hpsearch.report.service_documents import ServiceStudyLine, StatusDocument
from hpsearch.report.status import status_document
from hpsearch.settings import Settings
from hpsearch.storage import has_database, open_database, study_called
from hpsearch.store.audit import AuditEntry, AuditTrail
from hpsearch.store.desk import StudyDesk
from hpsearch.store.postgres import PostgresStore
from hpsearch.study import LOCAL, Wish

Action = Literal["cancel", "pause", "resume", "delete"]
WISHES: dict[Action, Wish] = {"cancel": Wish.CANCEL, "pause": Wish.PAUSE}


def steered(what: Action, settings: Settings, name: str, server: str | None, allow_http: bool) -> StatusDocument:
    """Where the study stands afterwards; of a deleted one, where it stood.

    Raises NotFoundError if there is no such study, and ConflictError if its state does not allow it.
    """
    if url := server or settings.server_url:
        return _steered_there(what, settings, name, url, allow_http)
    if not has_database(settings):
        raise NotFoundError("there are no studies yet. Start one with `hpsearch run STUDY.yaml`.")
    with open_database(settings) as database:
        desk = StudyDesk(database.engine, database.ensure)
        study_id = study_called(PostgresStore(database.engine, database.ensure), name).id
        before = status_document(desk.progress(None, study_id))
        if what == "delete":
            desk.delete(None, study_id)
        elif what == "resume":
            desk.resume(None, study_id)
        else:
            desk.wish(None, study_id, WISHES[what])
        entry = AuditEntry(f"hpsearch {what}", owner=LOCAL, study_id=study_id, detail={"name": before.study.name})
        AuditTrail(database.engine, database.ensure).write(entry)
        return before if what == "delete" else status_document(desk.progress(None, study_id))


def _steered_there(what: Action, settings: Settings, name: str, url: str, allow_http: bool) -> StatusDocument:
    from hpsearch.cli.remote import connected, study_there

    with connected(settings, url, allow_http) as client:
        study_id = study_there(client, name).id
        if what == "delete":
            before = client.study(study_id)
            client.delete(study_id)
            return before
        calls = {"cancel": client.cancel, "pause": client.pause, "resume": client.resume}
        return calls[what](study_id)


def outcome_words(what: Action, study: ServiceStudyLine) -> str:
    """What has become of the study."""
    if what == "delete":
        return f"Study {study.name} is deleted."
    if study.wish is not None:
        return f"Study {study.name} is asked to {study.wish}; whoever works on it does so within half a minute."
    return f"Study {study.name} is {study.state}."
