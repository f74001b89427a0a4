"""What users do with their studies: submit them, look at them, pause, resume, cancel and delete them."""

import uuid
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, select

from hpsearch.access import Key
from hpsearch.progress import Event, EventKind, StudyProgress, TrialLine, TrialPage, TrialQuery
from hpsearch.results import StudyRecord, StudyResults, TrialRecord
from hpsearch.stage import StageName
from hpsearch.store.documents import optional_text
from hpsearch.store.engine import nothing, transact
from hpsearch.store.leases import is_alive
from hpsearch.store.names import NEAR_NAMES, no_such_id, no_such_name, no_such_trial
from hpsearch.store.reading import all_of, studies_where, trial_of, utc
from hpsearch.store.reported import reported_of
from hpsearch.store.standing import progress_of
from hpsearch.store.submitting import Request, Submission, submitted
from hpsearch.store.tables import events, stages, studies, trials
from hpsearch.store.tally import Tally, tallied
from hpsearch.store.trial_pages import lines_of, page_of
from hpsearch.store.wishing import remove, resume, wish_for
from hpsearch.study import LOCAL, StudyDefinition, StudyState, Wish

T = TypeVar("T")

_LARGEST_ID = 2**31 - 1
_LARGEST_EVENT = 2**63 - 1


class StudyDesk:
    """The studies of all users.

    ``whose`` is the owner who asks, None for one who may see everybody's. Somebody else's study is answered with the
    same NotFoundError as one that does not exist. All methods raise DatabaseUnavailableError.
    """

    def __init__(self, engine: Engine, ensure: Callable[[], None] = nothing) -> None:
        self._engine = engine
        self._ensure = ensure

    def submit(self, key: Key, definition: StudyDefinition, request: Request | None = None) -> Submission:
        """A new study in the queue, owned by the key's owner; with a request that was made before, that study.

        Raises LimitError when the key has as many studies that have not ended as it may, and ConflictError for a
        request whose name came with another digest.
        """
        number = uuid.uuid4()
        return self._transact(lambda connection: submitted(connection, number, key, definition, request))

    def page(
        self, whose: str | None, *, after: int | None = None, limit: int = 50, state: StudyState | None = None
    ) -> list[StudyRecord]:
        """Studies, newest first; those that are older than number ``after``."""
        conditions = _owned(whose)
        if after is not None:
            conditions.append(studies.c.id < min(max(after, 0), _LARGEST_ID))
        if state is not None:
            conditions.append(studies.c.state == state.value)
        return self._transact(lambda connection: studies_where(connection, *conditions, limit=limit))

    def named(self, whose: str | None, name: str) -> StudyRecord:
        """The study of that name; of several owners' the local one, else the newest. The error names near names."""

        def work(connection: Connection) -> StudyRecord:
            found = studies_where(connection, *_owned(whose), studies.c.name == optional_text(name))
            if not found:
                newest = select(studies.c.name).where(*_owned(whose)).order_by(studies.c.id.desc()).limit(NEAR_NAMES)
                raise no_such_name(name, connection.execute(newest).scalars().all())
            return min(found, key=lambda study: study.owner != LOCAL)

        return self._transact(work)

    def progress(self, whose: str | None, study_id: int) -> StudyProgress:
        """Where the study stands at one moment."""
        return self._transact(lambda c: progress_of(c, _visible(c, whose, study_id)), snapshot=True)

    def study(self, whose: str | None, study_id: int) -> StudyRecord:
        """The study itself."""
        return self._transact(lambda connection: _visible(connection, whose, study_id))

    def trials(self, whose: str | None, study_id: int, query: TrialQuery) -> TrialPage:
        """A page of the study's trials; raises ValueError for a cursor that is not one of this query."""

        def work(connection: Connection) -> TrialPage:
            _check_visible(connection, whose, study_id)
            return page_of(connection, study_id, query)

        return self._transact(work, snapshot=True)

    def lines(
        self, whose: str | None, study_id: int, names: Collection[tuple[StageName, int]]
    ) -> dict[tuple[StageName, int], TrialLine]:
        """Those of the trials with these stages and numbers that there are, without their curves."""

        def work(connection: Connection) -> dict[tuple[StageName, int], TrialLine]:
            _check_visible(connection, whose, study_id)
            return {(line.stage, line.number): line for line in lines_of(connection, study_id, names)}

        return self._transact(work)

    def trial(self, whose: str | None, study_id: int, stage: StageName, number: int) -> TrialRecord:
        """One trial with its curves."""

        def work(connection: Connection) -> TrialRecord:
            _check_visible(connection, whose, study_id)
            query = (
                select(stages.c.stage, trials)
                .join_from(stages, trials, stages.c.id == trials.c.stage_id)
                .where(stages.c.study_id == study_id, stages.c.stage == stage.value, trials.c.number == number)
            )
            row = connection.execute(query).mappings().one_or_none() if 0 <= number <= _LARGEST_ID else None
            if row is None:
                raise no_such_trial(study_id, stage, number)
            return trial_of(row)

        return self._transact(work)

    def results(self, whose: str | None, study_id: int) -> StudyResults:
        """The study with all its stages and trials, curves included, as they were at one moment."""

        def work(connection: Connection) -> StudyResults:
            _check_visible(connection, whose, study_id)
            return all_of(connection, study_id)

        return self._transact(work, snapshot=True)

    def reported(self, whose: str | None, study_id: int) -> StudyResults:
        """The study as a report shows it: all its stages and trials, and curves of few of them, in few points."""

        def work(connection: Connection) -> StudyResults:
            return reported_of(connection, _visible(connection, whose, study_id))

        return self._transact(work, snapshot=True)

    def wish(self, whose: str | None, study_id: int, wish: Wish) -> StudyRecord:
        """Pauses or cancels: at once what nobody works on, else whoever holds it is told. Again: no effect.

        Raises ConflictError for a study whose state does not allow it.
        """
        return self._change(whose, study_id, lambda connection, row: wish_for(connection, row, wish))

    def resume(self, whose: str | None, study_id: int) -> StudyRecord:
        """Puts a paused study back into the queue, and takes back a wish to pause; otherwise no effect.

        Raises ConflictError for a study that has ended or is being cancelled.
        """
        return self._change(whose, study_id, resume)

    def delete(self, whose: str | None, study_id: int) -> None:
        """Removes all there is of a study; raises ConflictError for one that has not ended."""
        self._transact(lambda connection: remove(connection, _locked(connection, whose, study_id)))

    def events(self, whose: str | None, study_id: int, after: int = 0, limit: int = 500) -> list[Event]:
        """What has happened to the study since the event with number ``after``, oldest first."""

        def work(connection: Connection) -> list[Event]:
            _check_visible(connection, whose, study_id)
            later = (events.c.study_id == study_id, events.c.id > min(max(after, 0), _LARGEST_EVENT))
            query = select(events).where(*later).order_by(events.c.id).limit(limit)
            return [_event(row) for row in connection.execute(query)]

        return self._transact(work)

    def tally(self) -> Tally:
        """The figures of the whole service."""
        return self._transact(tallied, snapshot=True)

    def _change(self, whose: str | None, study_id: int, change: Callable[[Connection, Any], None]) -> StudyRecord:
        def work(connection: Connection) -> StudyRecord:
            change(connection, _locked(connection, whose, study_id))
            return _visible(connection, whose, study_id)

        return self._transact(work)

    def _transact(self, work: Callable[[Connection], T], *, snapshot: bool = False) -> T:
        return transact(self._engine, work, self._ensure, snapshot=snapshot)


def _owned(whose: str | None) -> list[ColumnElement[bool]]:
    return [] if whose is None else [studies.c.owner == whose]


def _one(whose: str | None, study_id: int) -> list[ColumnElement[bool]]:
    """What leaves exactly the study that is asked for, if the one who asks may see it; raises NotFoundError."""
    if not 0 < study_id <= _LARGEST_ID:
        raise no_such_id(study_id)
    return [studies.c.id == study_id, *_owned(whose)]


def _visible(connection: Connection, whose: str | None, study_id: int) -> StudyRecord:
    found = studies_where(connection, *_one(whose, study_id))
    if not found:
        raise no_such_id(study_id)
    return found[0]


def _check_visible(connection: Connection, whose: str | None, study_id: int) -> None:
    if connection.execute(select(studies.c.id).where(*_one(whose, study_id))).one_or_none() is None:
        raise no_such_id(study_id)


def _locked(connection: Connection, whose: str | None, study_id: int) -> Any:
    """The study's row (id, state, wish, alive), locked until the transaction ends."""
    columns = (studies.c.id, studies.c.state, studies.c.wish, is_alive().label("alive"))
    row = connection.execute(select(*columns).where(*_one(whose, study_id)).with_for_update()).one_or_none()
    if row is None:
        raise no_such_id(study_id)
    return row


def _event(row: Any) -> Event:
    stage = None if row.stage is None else StageName(row.stage)
    return Event(row.id, row.study_id, EventKind(row.kind), stage, row.number, row.detail, utc(row.at))
