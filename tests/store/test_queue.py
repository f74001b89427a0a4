"""Which study is worked on next, and what ends without anybody working on it."""

from sqlalchemy import Engine

from hpsearch.store.desk import StudyDesk
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.queue import StudyQueue
from hpsearch.study import StudyState
from tests.store.service_samples import LONG_S, key_of, submit


def test_a_submitted_study_is_claimed_once(engine: Engine) -> None:
    queue, desk = StudyQueue(engine), StudyDesk(engine)
    assert queue.next_study("a", LONG_S) is None
    made = submit(engine, key_of(engine))
    claim = queue.next_study("a", LONG_S)
    assert claim is not None
    assert (claim.study.id, claim.study.state) == (made.id, StudyState.RUNNING)
    assert queue.next_study("b", LONG_S) is None
    PostgresStore(engine).release(claim.lease, StudyState.COMPLETE, None)
    assert desk.progress(None, made.id).study.state is StudyState.COMPLETE
    assert queue.sweep() == []
