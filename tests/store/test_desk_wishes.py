"""What users wish of studies: done at once, noted for the holder, or refused; and what deleting leaves."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from hpsearch.errors import ConflictError, LeaseLostError
from hpsearch.stage import StageName
from hpsearch.store.desk import StudyDesk
from hpsearch.store.port import Lease
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.tables import METADATA
from hpsearch.study import ENDED, NEXT_STATES, StudyState, Wish
from tests.store.service_samples import LONG_S, claimed, execute, expire, in_state, key_of, rows, submit
from tests.store.study_samples import complete, jobs, started, verdict


@pytest.mark.parametrize("state", list(StudyState))
@pytest.mark.parametrize("wish", list(Wish))
def test_a_wish_is_done_noted_or_refused_as_the_state_allows(engine: Engine, state: StudyState, wish: Wish) -> None:
    desk, study = StudyDesk(engine), in_state(engine, state)
    if state is wish.state:
        assert desk.wish("ada", study.id, wish) == study
        return
    if wish.state not in NEXT_STATES[state]:
        with pytest.raises(ConflictError, match=f"is {state} and cannot be {wish.state}"):
            desk.wish("ada", study.id, wish)
        return
    after = desk.wish("ada", study.id, wish)
    if state is StudyState.RUNNING:
        assert (after.state, after.wish) == (StudyState.RUNNING, wish)
    else:
        assert (after.state, after.wish, after.reason) == (wish.state, None, None)
        assert (after.finished_at is not None) is (wish is Wish.CANCEL)
    count = len(desk.events("ada", study.id))
    assert desk.wish("ada", study.id, wish) == after
    assert len(desk.events("ada", study.id)) == count


def test_cancelling_is_more_than_pausing(engine: Engine) -> None:
    desk, study = StudyDesk(engine), in_state(engine, StudyState.RUNNING)
    desk.wish("ada", study.id, Wish.PAUSE)
    assert desk.wish("ada", study.id, Wish.CANCEL).wish is Wish.CANCEL
    for change in (lambda: desk.wish("ada", study.id, Wish.PAUSE), lambda: desk.resume("ada", study.id)):
        with pytest.raises(ConflictError, match="is being cancelled"):
            change()


@pytest.mark.parametrize("wish", list(Wish))
def test_a_wish_for_a_study_whose_holder_is_dead_is_done_at_once(engine: Engine, wish: Wish) -> None:
    made, store = submit(engine, key_of(engine)), PostgresStore(engine)
    lease = claimed(engine)
    started(store, lease, jobs())
    store.start_trials(lease, StageName.COARSE, [0])
    expire(engine, made.id)
    assert StudyDesk(engine).wish("ada", made.id, wish).state is wish.state
    with pytest.raises(LeaseLostError):
        store.save_results(lease, [complete(jobs()[0])])
    assert rows(engine, "SELECT DISTINCT state FROM hpsearch.trials") == [("waiting",)]


@pytest.mark.parametrize("state", list(StudyState))
def test_resuming(engine: Engine, state: StudyState) -> None:
    desk, study = StudyDesk(engine), in_state(engine, state)
    if state in ENDED:
        with pytest.raises(ConflictError, match="does not go on"):
            desk.resume("ada", study.id)
    elif state is StudyState.PAUSED:
        assert desk.resume("ada", study.id).state is StudyState.WAITING
        assert claimed(engine).study_id == study.id
    else:
        assert desk.resume("ada", study.id) == study


def test_a_wish_to_pause_is_taken_back_even_when_the_holder_has_heard_of_it(engine: Engine) -> None:
    made, desk, store = submit(engine, key_of(engine)), StudyDesk(engine), PostgresStore(engine)
    lease = claimed(engine)
    desk.wish("ada", made.id, Wish.PAUSE)
    assert store.renew(lease, LONG_S).wish is Wish.PAUSE
    assert desk.resume("ada", made.id).wish is None
    assert desk.events("ada", made.id)[-1].detail == "resume"
    store.release(lease, StudyState.PAUSED, None)
    assert desk.progress("ada", made.id).study.state is StudyState.INTERRUPTED
    store.release(lease, StudyState.PAUSED, None)  # again: no effect
    assert claimed(engine).study_id == made.id


def test_a_wish_waits_for_the_end_of_a_write_and_nothing_is_lost(engine: Engine) -> None:
    """Cancelling races with completion: one of the two stands, and the study ends once."""
    desk, store = StudyDesk(engine), PostgresStore(engine)
    for _ in range(20):
        made = submit(engine, key_of(engine))
        lease = claimed(engine)
        together = threading.Barrier(2)

        def finish(lease: Lease = lease, together: threading.Barrier = together) -> None:
            together.wait()
            store.release(lease, StudyState.COMPLETE, None)

        def cancel(study_id: int = made.id, together: threading.Barrier = together) -> bool:
            together.wait()
            try:
                desk.wish("ada", study_id, Wish.CANCEL)
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            finished, _ = pool.submit(finish), pool.submit(cancel)
            finished.result()
        study = desk.progress("ada", made.id).study
        assert (study.state, study.wish) == (StudyState.COMPLETE, None)


# Deleting


@pytest.mark.parametrize("state", list(StudyState))
def test_only_what_has_ended_is_deleted_and_then_nothing_is_left(engine: Engine, state: StudyState) -> None:
    desk, study, store = StudyDesk(engine), in_state(engine, StudyState.RUNNING), PostgresStore(engine)
    lease = Lease(study.id, 1)
    started(store, lease, jobs())
    store.save_results(lease, [complete(job) for job in jobs()])
    store.save_verdict(lease, verdict())
    execute(engine, "INSERT INTO hpsearch.requests (key_id, name, digest, study_id) SELECT 1, 'r', 'x', id FROM "
                    "hpsearch.studies")  # fmt: skip
    if state not in ENDED:
        with pytest.raises(ConflictError, match="cancel it first"):
            desk.delete("ada", study.id)
        return
    store.release(lease, state, "because")
    desk.delete("ada", study.id)
    kept = {"keys", "audit"}
    left = {name: rows(engine, f"SELECT count(*) FROM {name}")[0][0] for name in METADATA.tables}  # noqa: S608
    assert {name for name, count in left.items() if count} <= {f"hpsearch.{name}" for name in kept}
