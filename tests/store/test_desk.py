"""What users do with their studies."""

from sqlalchemy import Engine

from hpsearch.progress import TrialQuery
from hpsearch.stage import StageName
from hpsearch.store.desk import StudyDesk
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.queue import StudyQueue
from hpsearch.study import StudyState, Wish
from tests.store.service_samples import LONG_S, key_of, submit
from tests.store.study_samples import broken, complete, jobs, started, verdict


def test_the_life_of_a_study_as_its_user_sees_it(engine: Engine) -> None:
    desk, store, key = StudyDesk(engine), PostgresStore(engine), key_of(engine)
    study = submit(engine, key)
    assert desk.page("ada") == [study] == [desk.named("ada", "digits")]
    claim = StudyQueue(engine).next_study("me", LONG_S)
    assert claim is not None
    planned = jobs()
    started(store, claim.lease, planned)
    store.start_trials(claim.lease, StageName.COARSE, [0, 1, 2])
    store.save_results(claim.lease, [complete(planned[0], 0.7), broken(planned[1])])
    store.save_verdict(claim.lease, verdict())
    seen = desk.progress("ada", study.id)
    (part,) = seen.rounds
    assert (part.planned, part.running, part.complete, part.failed, part.done) == (3, 1, 1, 1, 2)
    assert seen.best is not None
    assert (seen.best.number, seen.test) == (0, None)
    page = desk.trials("ada", study.id, TrialQuery(sort="value", descending=True, limit=2))
    assert [line.number for line in page.trials] == [0, 1]
    rest = desk.trials("ada", study.id, TrialQuery(sort="value", descending=True, limit=2, cursor=page.next_cursor))
    assert ([line.number for line in rest.trials], rest.next_cursor) == ([2], None)
    assert desk.trial("ada", study.id, StageName.COARSE, 0) == seen.best
    assert repr(desk.results("ada", study.id)) == repr(store.results(study.id))
    assert desk.wish("ada", study.id, Wish.PAUSE).wish is Wish.PAUSE
    assert store.renew(claim.lease, LONG_S).wish is Wish.PAUSE
    store.release(claim.lease, StudyState.PAUSED, None)
    assert desk.resume("ada", study.id).state is StudyState.WAITING
    assert desk.wish("ada", study.id, Wish.CANCEL).state is StudyState.CANCELLED
    tally = desk.tally()
    assert tally.studies[StudyState.CANCELLED] == 1
    assert [event.detail for event in desk.events("ada", study.id)] == [
        "waiting", "running", "3", "complete", "failed", "pass", "pause", "paused", "waiting", "cancelled"
    ]  # fmt: skip
    desk.delete("ada", study.id)
    assert desk.page(None) == []
