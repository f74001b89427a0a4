"""Submitting counts once however often it is sent, and no further than the key may."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from hpsearch.errors import ConflictError, LimitError
from hpsearch.store.desk import StudyDesk
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.submitting import Request, Submission
from hpsearch.study import StudyState, Wish
from tests.store.service_samples import claimed, key_of, rows, submit
from tests.store.study_samples import TASK, definition

REQUEST = Request("a request", b"digest")


def test_the_same_request_again_is_answered_as_the_first_time(engine: Engine) -> None:
    desk, store, key = StudyDesk(engine), PostgresStore(engine), key_of(engine)
    first = desk.submit(key, definition(), REQUEST)
    assert not first.replayed
    lease = claimed(engine)
    store.set_task(lease, TASK)
    assert desk.submit(key, definition(), REQUEST) == Submission(first.study, replayed=True)
    store.release(lease, StudyState.FAILED, "because")
    assert desk.submit(key, definition(), REQUEST) == Submission(first.study, replayed=True)
    desk.delete("ada", first.study.id)  # with the study goes the memory of its request
    assert not desk.submit(key, definition(), REQUEST).replayed


def test_a_request_is_one_of_its_key_and_its_content(engine: Engine) -> None:
    desk, key = StudyDesk(engine), key_of(engine)
    first = desk.submit(key, definition(), REQUEST)
    with pytest.raises(ConflictError, match="'a request'"):
        desk.submit(key, definition(seed=1), Request(REQUEST.name, b"another"))
    others = [
        desk.submit(key_of(engine), definition(), REQUEST),  # even of the same owner
        desk.submit(key, definition(), Request("another", REQUEST.digest)),
        desk.submit(key, definition()),
    ]
    assert len({first.study.id, *(other.study.id for other in others)}) == 4
    assert not any(other.replayed for other in others)


def test_the_same_request_many_times_at_once_is_one_study(engine: Engine) -> None:
    desk, key = StudyDesk(engine), key_of(engine)
    together = threading.Barrier(6)

    def send(_: int) -> Submission:
        together.wait()
        return desk.submit(key, definition(), REQUEST)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert [answer.study for answer in answers] == [answers[0].study] * 6
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 5
    assert len(desk.page(None)) == 1


@pytest.mark.parametrize("request_", [REQUEST, None])
def test_a_submission_whose_answer_is_lost_is_not_a_second_study(engine: Engine, request_: Request | None) -> None:
    desk, key = StudyDesk(engine), key_of(engine, queued=1)
    left = [1]

    def lose_the_answer(connection: Connection) -> None:
        if left:
            left.pop()
            connection.connection.commit()
            raise OperationalError("COMMIT", None, psycopg.OperationalError("the connection was lost"))

    event.listen(engine, "commit", lose_the_answer)
    answer = desk.submit(key, definition(), request_)
    event.remove(engine, "commit", lose_the_answer)
    assert left == []
    assert desk.page(None) == [answer.study]
    assert not answer.replayed


def test_a_key_has_no_more_studies_that_have_not_ended_than_it_may(engine: Engine) -> None:
    desk, key = StudyDesk(engine), key_of(engine, queued=3)
    together = threading.Barrier(6)

    def send(number: int) -> bool:
        together.wait()
        try:
            desk.submit(key, definition(), Request(f"request {number}", b""))
        except LimitError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(send, range(6))) == 3
    assert rows(engine, "SELECT count(*) FROM hpsearch.requests") == [(3,)]
    submit(engine, key_of(engine))  # another key of the same owner
    desk.wish(None, desk.page(None)[1].id, Wish.PAUSE)  # not ended yet
    with pytest.raises(LimitError, match="has 3; wait") as refused:
        submit(engine, key)
    assert refused.value.retry_after_s == 60.0
    desk.wish(None, desk.page(None)[1].id, Wish.CANCEL)
    submit(engine, key)
    replayed = [desk.submit(key, definition(), Request(name, b"")) for (name,) in
                rows(engine, "SELECT name FROM hpsearch.requests")]  # fmt: skip
    assert all(answer.replayed for answer in replayed)  # a repetition needs no room


@pytest.mark.parametrize("name", ["Robert'); DROP TABLE hpsearch.studies;--", "\0", "\ud800", "é" * 300])
def test_any_name_of_a_request_is_a_name(engine: Engine, name: str) -> None:
    desk, key = StudyDesk(engine), key_of(engine)
    made = desk.submit(key, definition(), Request(name, b"")).study
    assert desk.submit(key, definition(), Request(name, b"")) == Submission(made, replayed=True)
