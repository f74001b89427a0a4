"""Which study is worked on next, and what ends without anybody working on it."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from hpsearch.errors import LeaseLostError
from hpsearch.results import StudyRecord
from hpsearch.stage import StageName
from hpsearch.store.desk import StudyDesk
from hpsearch.store.port import Claim, Lease
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.queue import STALLS, StudyQueue
from hpsearch.study import StudyState, Wish
from tests.store.service_samples import LONG_S, expire, key_of, pass_time, rows, submit
from tests.store.study_samples import complete, definition, jobs, started, verdict
from tests.store.test_postgres_races import until_blocked_or_done


def claimed(engine: Engine, holder: str = "me") -> Claim:
    claim = StudyQueue(engine).next_study(holder, LONG_S)
    assert claim is not None
    return claim


def seen(engine: Engine, study_id: int) -> StudyRecord:
    return StudyDesk(engine).progress(None, study_id).study


# Turns


def test_a_submitted_study_is_claimed_once(engine: Engine) -> None:
    queue = StudyQueue(engine)
    assert queue.next_study("a", LONG_S) is None
    made = submit(engine, key_of(engine))
    claim = claimed(engine, "a")
    assert (claim.study.id, claim.study.state, claim.lease.fence) == (made.id, StudyState.RUNNING, 1)
    assert PostgresStore(engine).holder(made.id) == "a"
    assert queue.next_study("a", LONG_S) is None
    assert queue.next_study("b", LONG_S) is None


def test_studies_of_the_command_line_are_not_in_the_queue(engine: Engine) -> None:
    PostgresStore(engine).create(definition())
    assert StudyQueue(engine).next_study("me", LONG_S) is None


def test_a_dead_holders_study_is_in_the_queue_again(engine: Engine) -> None:
    submit(engine, key_of(engine))
    dead = claimed(engine)
    started(PostgresStore(engine), dead.lease, jobs())
    PostgresStore(engine).start_trials(dead.lease, StageName.COARSE, [0, 1])
    expire(engine, dead.study.id)
    heir = claimed(engine, "heir")
    assert (heir.study.id, heir.lease.fence) == (dead.study.id, dead.lease.fence + 1)
    assert rows(engine, "SELECT DISTINCT state FROM hpsearch.trials") == [("waiting",)]
    with pytest.raises(LeaseLostError):
        PostgresStore(engine).save_results(dead.lease, [complete(jobs()[0])])


def test_who_has_the_fewest_running_comes_first_and_then_who_was_served_the_longest_ago(engine: Engine) -> None:
    ada, bob, eve = (key_of(engine, owner) for owner in ("ada", "bob", "eve"))
    for key in (ada, ada, ada, ada, bob, bob, eve):
        submit(engine, key)
    claims = [claimed(engine) for _ in range(5)]
    assert [claim.study.owner for claim in claims] == ["ada", "bob", "eve", "ada", "bob"]
    for claim in claims[2:0:-1]:
        PostgresStore(engine).release(claim.lease, StudyState.COMPLETE, None)
    submit(engine, eve)
    assert [claimed(engine).study.owner for _ in range(3)] == ["eve", "ada", "ada"]


def test_one_owner_with_a_thousand_studies_starves_nobody(engine: Engine) -> None:
    ada, bob = key_of(engine, "ada", queued=1000), key_of(engine, "bob")
    for _ in range(30):
        submit(engine, ada)
    submit(engine, bob)
    turns = []
    for _ in range(3):  # one conductor that does one study after the other
        claim = claimed(engine)
        turns.append(claim.study.owner)
        PostgresStore(engine).release(claim.lease, StudyState.COMPLETE, None)
    assert turns == ["ada", "bob", "ada"]


def test_who_has_fewer_running_comes_before_who_has_waited_longer(engine: Engine) -> None:
    ada, bob = key_of(engine, "ada"), key_of(engine, "bob")
    for key, count in ((ada, 2), (bob, 1)):
        for _ in range(count):
            submit(engine, key)
            claimed(engine)
    submit(engine, ada)
    submit(engine, bob)
    assert claimed(engine).study.owner == "bob"


def test_a_key_has_no_more_running_than_it_may_whoever_asks_at_once(engine: Engine) -> None:
    key, other = key_of(engine, running=2), key_of(engine, "bob", running=1)
    for _ in range(5):
        submit(engine, key)
    submit(engine, other)
    together = threading.Barrier(6)

    def claim(holder: str) -> Claim | None:
        together.wait()
        return StudyQueue(engine).next_study(holder, LONG_S)

    with ThreadPoolExecutor(6) as pool:
        claims = [claim for claim in pool.map(claim, "abcdef") if claim is not None]
    assert sorted(claim.study.owner for claim in claims) == ["ada", "ada", "bob"]
    first, second = (claim for claim in claims if claim.study.owner == "ada")
    PostgresStore(engine).release(first.lease, StudyState.COMPLETE, None)
    assert claimed(engine).study.owner == "ada"
    assert StudyQueue(engine).next_study("h", LONG_S) is None
    expire(engine, second.study.id)  # a dead one counts no longer, and is taken up itself
    assert claimed(engine).study.id == second.study.id


def test_a_claim_waits_for_one_that_is_being_made(engine: Engine) -> None:
    """Otherwise the second one would not count the first, and a key had more running than it may."""
    key, desk = key_of(engine, running=1), StudyDesk(engine)
    paused = submit(engine, key)
    desk.wish(None, paused.id, Wish.PAUSE)
    submit(engine, key)
    later: list[Future[Claim | None]] = []

    begun: list[int] = []

    def ask_before_the_end(_: Connection) -> None:
        if begun:
            return
        begun.append(1)
        desk.resume(None, paused.id)  # its turn comes before that of the one that is being claimed
        later.append(pool.submit(StudyQueue(engine).next_study, "second", LONG_S))
        until_blocked_or_done(engine, later[0])

    with ThreadPoolExecutor(1) as pool:
        event.listen(engine, "commit", ask_before_the_end)
        assert claimed(engine, "first").study.id != paused.id
        event.remove(engine, "commit", ask_before_the_end)
        assert later[0].result(60) is None


def test_an_interrupted_study_waits_as_long_as_it_was_told_to(engine: Engine) -> None:
    made = submit(engine, key_of(engine))
    PostgresStore(engine).release(claimed(engine).lease, StudyState.INTERRUPTED, "no workers", retry_s=60.0)
    assert StudyQueue(engine).next_study("me", LONG_S) is None
    pass_time(engine, made.id, 61.0)
    assert claimed(engine).study.reason is None
    PostgresStore(engine).release(claimed_again(engine, made.id), StudyState.INTERRUPTED, "stopped")
    assert claimed(engine).study.id == made.id


def claimed_again(engine: Engine, study_id: int) -> Lease:
    expire(engine, study_id)
    return claimed(engine).lease


def test_a_claim_whose_answer_is_lost_is_not_a_second_claim(engine: Engine) -> None:
    key = key_of(engine)
    first, second = submit(engine, key), submit(engine, key)
    left = [1]

    def lose_the_answer(connection: Connection) -> None:
        if left:
            left.pop()
            connection.connection.commit()
            raise OperationalError("COMMIT", None, psycopg.OperationalError("the connection was lost"))

    event.listen(engine, "commit", lose_the_answer)
    claim = claimed(engine)
    event.remove(engine, "commit", lose_the_answer)
    assert (left, claim.study.id, claim.lease.fence) == ([], first.id, 1)
    assert seen(engine, second.id).state is StudyState.WAITING


# Studies that nothing comes of


def test_a_late_holder_does_not_claim_its_own_study_again(engine: Engine) -> None:
    made = submit(engine, key_of(engine))
    lease = claimed(engine).lease
    expire(engine, made.id)
    queue = StudyQueue(engine)
    assert queue.next_study("me", LONG_S, [made.id]) is None
    PostgresStore(engine).renew(lease, LONG_S)
    expire(engine, made.id)
    assert queue.next_study("me", LONG_S, []) is not None


def test_a_study_that_takes_every_conductor_down_fails(engine: Engine) -> None:
    made = submit(engine, key_of(engine))
    for _ in range(STALLS):
        expire(engine, claimed(engine).study.id)
    assert StudyQueue(engine).next_study("me", LONG_S) is None
    study = seen(engine, made.id)
    assert study.state is StudyState.FAILED
    assert "10 conductors in a row" in (study.reason or "")
    assert rows(engine, "SELECT fence, holder FROM hpsearch.studies") == [(STALLS + 1, None)]


@pytest.mark.parametrize("progress", ["result", "verdict", "rung", "resume", "release"])
def test_something_to_show_begins_the_count_anew(engine: Engine, progress: str) -> None:
    made = submit(engine, key_of(engine))
    store, desk = PostgresStore(engine), StudyDesk(engine)
    for _ in range(STALLS - 1):
        expire(engine, claimed(engine).study.id)
    lease = claimed(engine).lease
    started(store, lease, jobs())
    if progress == "result":
        store.save_results(lease, [complete(jobs()[0])])
    elif progress == "rung":
        store.note_progress(lease)
        assert rows(engine, "SELECT stalls FROM hpsearch.studies") == [(0,)]
    elif progress == "verdict":
        store.save_verdict(lease, verdict())
    elif progress == "release":
        store.release(lease, StudyState.INTERRUPTED, "the service stopped")
        lease = claimed(engine).lease
    else:
        desk.wish(None, made.id, Wish.PAUSE)
        store.release(lease, StudyState.PAUSED, None)
        desk.resume(None, made.id)
        lease = claimed(engine).lease
    expire(engine, made.id)
    lease = claimed(engine).lease
    if progress == "result":  # the same once more is nothing new
        assert store.save_results(lease, [complete(jobs()[0])]) == ()
        assert rows(engine, "SELECT stalls FROM hpsearch.studies") == [(1,)]
