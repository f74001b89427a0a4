"""What users do with their studies, and that they only see their own."""

import inspect
from datetime import timedelta
from typing import Any, get_type_hints

import pytest
from sqlalchemy import Engine

from hpsearch.errors import ConflictError, NotFoundError
from hpsearch.progress import EventKind, TrialQuery
from hpsearch.stage import StageName
from hpsearch.store.desk import StudyDesk
from hpsearch.store.postgres import PostgresStore
from hpsearch.study import STATE_LIMITS_S, Origin, StudyState, Wish
from tests.store.service_samples import LONG_S, claimed, execute, in_state, key_of, rows, submit
from tests.store.study_samples import broken, complete, definition, jobs, started, verdict

SAMPLES: dict[Any, Any] = {
    StageName: StageName.COARSE,
    int: 0,
    TrialQuery: TrialQuery(),
    Wish: Wish.CANCEL,
    str: "digits",
}
"""An argument of each type that the methods of the desk take."""


def test_the_life_of_a_study_as_its_user_sees_it(engine: Engine) -> None:
    desk, store, key = StudyDesk(engine), PostgresStore(engine), key_of(engine)
    study = submit(engine, key)
    assert (study.owner, study.origin, study.state) == ("ada", Origin.SERVICE, StudyState.WAITING)
    assert study.deadline == study.created_at + timedelta(seconds=STATE_LIMITS_S[StudyState.WAITING])
    assert desk.page("ada") == [study] == [desk.named("ada", "digits")]
    lease = claimed(engine)
    planned = jobs()
    started(store, lease, planned)
    store.start_trials(lease, StageName.COARSE, [0, 1, 2])
    store.save_results(lease, [complete(planned[0], 0.7), broken(planned[1])])
    store.save_verdict(lease, verdict())
    seen = desk.progress("ada", study.id)
    (part,) = seen.rounds
    assert (part.planned, part.running, part.complete, part.failed, part.done) == (3, 1, 1, 1, 2)
    assert repr(part.verdict) == repr(verdict())
    assert seen.best is not None
    assert desk.trial("ada", study.id, StageName.COARSE, 0) == seen.best
    assert repr(desk.results("ada", study.id)) == repr(store.results(study.id))
    assert desk.wish("ada", study.id, Wish.PAUSE).wish is Wish.PAUSE
    assert store.renew(lease, LONG_S).wish is Wish.PAUSE
    store.release(lease, StudyState.PAUSED, None)
    assert desk.resume("ada", study.id).state is StudyState.WAITING
    assert desk.wish("ada", study.id, Wish.CANCEL).state is StudyState.CANCELLED
    told = [(event.kind, event.stage, event.number, event.detail) for event in desk.events("ada", study.id)]
    coarse = StageName.COARSE
    assert told == [
        (EventKind.STATE, None, None, "waiting"),
        (EventKind.STATE, None, None, "running"),
        (EventKind.ROUND, coarse, 0, "3"),
        (EventKind.TRIAL, coarse, 0, "complete"),
        (EventKind.TRIAL, coarse, 1, "failed"),
        (EventKind.VERDICT, coarse, 0, "pass"),
        (EventKind.WISH, None, None, "pause"),
        (EventKind.STATE, None, None, "paused"),
        (EventKind.STATE, None, None, "waiting"),
        (EventKind.STATE, None, None, "cancelled"),
    ]


# Whose


def visible_methods() -> list[str]:
    """Every method of the desk that is asked on behalf of somebody for one study."""
    methods = inspect.getmembers(StudyDesk, inspect.isfunction)
    asked = {name: list(inspect.signature(method).parameters) for name, method in methods if name[0] != "_"}
    assert {"progress", "trials", "delete", "wish"} <= {name for name in asked if "study_id" in asked[name]}
    return [name for name in asked if "study_id" in asked[name]]


def call(desk: StudyDesk, name: str, whose: str | None, study_id: int) -> Any:
    method = getattr(desk, name)
    hints = get_type_hints(method)
    needed = [
        SAMPLES.get(hints[parameter.name], [(StageName.COARSE, 0)])
        for parameter in list(inspect.signature(method).parameters.values())[2:]
        if parameter.default is inspect.Parameter.empty
    ]
    return method(whose, study_id, *needed)


@pytest.mark.parametrize("name", visible_methods())
@pytest.mark.parametrize("state", [StudyState.RUNNING, StudyState.COMPLETE])
def test_somebody_elses_study_is_answered_as_if_there_were_none(engine: Engine, name: str, state: StudyState) -> None:
    desk, study = StudyDesk(engine), in_state(engine, state)
    before = rows(engine, "SELECT *, xmin FROM hpsearch.studies")
    with pytest.raises(NotFoundError) as theirs:
        call(desk, name, "bob", study.id)
    execute(engine, "DELETE FROM hpsearch.studies WHERE id <> :id", id=study.id)
    assert rows(engine, "SELECT *, xmin FROM hpsearch.studies") == before
    with pytest.raises(NotFoundError) as missing:
        call(desk, name, "bob", study.id + 1)
    assert str(theirs.value) == str(missing.value).replace(str(study.id + 1), str(study.id))
    for whose in ("ada", None):  # whoever may see it gets another answer
        if name == "trial":
            with pytest.raises(NotFoundError, match="no trial 0 in stage coarse"):
                call(desk, name, whose, study.id)
        elif (name, state) not in {
            ("delete", StudyState.RUNNING),
            ("wish", StudyState.COMPLETE),
            ("resume", StudyState.COMPLETE),
        }:
            if name != "delete" or whose == "ada":
                call(desk, name, whose, study.id)
        else:
            with pytest.raises(ConflictError):
                call(desk, name, whose, study.id)


@pytest.mark.parametrize("name", visible_methods())
@pytest.mark.parametrize("study_id", [0, -1, 2**31, 2**63, 10**30])
def test_a_number_that_no_study_can_have_is_not_found(engine: Engine, name: str, study_id: int) -> None:
    with pytest.raises(NotFoundError, match=f"no study has the number {study_id}"):
        call(StudyDesk(engine), name, None, study_id)


def test_lists_and_names_are_the_owners(engine: Engine) -> None:
    desk, store = StudyDesk(engine), PostgresStore(engine)
    ada, bob = key_of(engine, "ada"), key_of(engine, "bob")
    of_ada, of_bob = submit(engine, ada), submit(engine, bob)
    again, local = submit(engine, ada), store.create(definition())
    assert [study.name for study in (of_ada, of_bob, again, local)] == ["digits", "digits", "digits-2", "digits"]
    assert (desk.page("ada"), desk.page("bob"), desk.page("eve")) == ([again, of_ada], [of_bob], [])
    assert desk.page(None) == [local, again, of_bob, of_ada] == store.studies()
    assert (desk.named("ada", "digits"), desk.named("bob", "digits")) == (of_ada, of_bob)
    assert desk.named(None, "digits") == local == store.named("digits")
    assert store.named("digits-2") == again
    with pytest.raises(NotFoundError) as error:
        desk.named("bob", "digits-2")
    assert "Did you mean digits?" in str(error.value)
    with pytest.raises(NotFoundError) as error:
        desk.named("eve", "digits-2")
    assert "Did you mean" not in str(error.value)


def test_the_command_line_finds_only_studies_that_it_has_made(engine: Engine) -> None:
    submit(engine, key_of(engine, "local"))
    assert PostgresStore(engine).find(definition().identity) is None
    made = PostgresStore(engine).create(definition())
    assert (made.name, made.owner, made.origin) == ("digits-2", "local", Origin.RUN)
    assert PostgresStore(engine).find(definition().identity) == made


def test_pages_of_studies(engine: Engine) -> None:
    desk, key = StudyDesk(engine), key_of(engine)
    made = [submit(engine, key).id for _ in range(5)][::-1]
    desk.wish(None, made[1], Wish.CANCEL)
    first = desk.page("ada", limit=2)
    second = desk.page("ada", after=first[-1].id, limit=2)
    assert [study.id for study in (*first, *second, *desk.page("ada", after=second[-1].id))] == made
    assert [study.id for study in desk.page("ada", state=StudyState.CANCELLED)] == [made[1]]
    assert [len(desk.page("ada", after=after)) for after in (0, -1, 2**31, 2**63)] == [0, 0, 5, 5]
