"""Checks in the database: asked for once however often, claimed by one, written by the newest claim alone."""

import dataclasses

import pytest
from sqlalchemy import Engine

from hpsearch.access import Key, Scope
from hpsearch.checked import CheckDose, CheckOutcome, CheckRecord, CheckState
from hpsearch.errors import ConflictError, LeaseLostError, LimitError, NotFoundError, Problem
from hpsearch.store.check_desk import CheckDesk, CheckOrder
from hpsearch.store.check_queue import STALLS, CheckClaim, CheckQueue
from hpsearch.store.submitting import Request
from tests.store.service_samples import execute, key_of, rows
from tests.store.study_samples import definition

ORDER = CheckOrder(definition(), "data: {dataset: digits}", CheckDose(60.0))
NAMELESS = Request("", b"digest")
LONG_S = 3600.0
REPORT = '{"verdict": "pass"}'


def asked(engine: Engine, key: Key, request: Request = NAMELESS) -> CheckRecord:
    return CheckDesk(engine).submit(key, ORDER, request)[0]


def claim(engine: Engine, holder: str = "me", most: int = 9) -> CheckClaim:
    found = CheckQueue(engine).next_check(holder, LONG_S, most)
    assert found is not None
    return found


def expire(engine: Engine) -> None:
    execute(engine, "UPDATE hpsearch.checks SET lease_until = clock_timestamp()")


def test_a_request_by_name_is_one_check_and_others_are_new_ones(engine: Engine) -> None:
    desk, key = CheckDesk(engine), key_of(engine)
    first, replayed = desk.submit(key, ORDER, Request("a", b"1"))
    assert not replayed
    assert (first.name, first.written, first.dose) == (ORDER.definition.name, ORDER.written, ORDER.dose)
    assert desk.submit(key, ORDER, Request("a", b"1")) == (first, True)
    with pytest.raises(ConflictError, match="'a'"):
        desk.submit(key, ORDER, Request("a", b"2"))
    assert len({first.id, asked(engine, key).id, asked(engine, key).id}) == 3


def test_a_key_has_so_many_checks_that_have_not_ended(engine: Engine) -> None:
    key = key_of(engine, checks=1)
    asked(engine, key)
    with pytest.raises(LimitError, match="may have 1 checks"):
        asked(engine, key)
    CheckQueue(engine).finish(claim(engine), CheckOutcome(report=REPORT))
    asked(engine, key)


def test_somebody_elses_check_is_none(engine: Engine) -> None:
    desk, check = CheckDesk(engine), asked(engine, key_of(engine))
    assert desk.check("ada", check.id) == desk.check(None, check.id) == check
    for whose, number in (("bob", check.id), ("ada", check.id + 1), (None, 2**40)):
        with pytest.raises(NotFoundError):
            desk.check(whose, number)
        with pytest.raises(NotFoundError):
            desk.delete(whose, number)
    assert desk.page("bob") == []
    newer = asked(engine, key_of(engine))
    assert [one.id for one in desk.page("ada")] == [newer.id, check.id]
    assert [one.id for one in desk.page(None, after=newer.id)] == [check.id]


def test_outcomes_come_back_as_they_were(engine: Engine) -> None:
    desk, queue, key = CheckDesk(engine), CheckQueue(engine), key_of(engine)
    report = '{"verdict": "pass", "b": 1, "a": "ü\\u0000"}'
    problem = Problem("data", "x", "the rule", "the step")
    for outcome, state in (
        (CheckOutcome(report=report), CheckState.COMPLETE),
        (CheckOutcome(problems=(problem,)), CheckState.REJECTED),
        (CheckOutcome(reason="died"), CheckState.FAILED),
    ):
        check = asked(engine, key)
        queue.finish(claim(engine), outcome)
        found = desk.check(None, check.id)
        assert (found.state, found.report, found.problems, found.reason) == (
            state, outcome.report, outcome.problems, outcome.reason,
        )  # fmt: skip
        assert found.started_at is not None
        assert found.finished_at is not None


def test_only_the_newest_claim_writes(engine: Engine) -> None:
    queue, check = CheckQueue(engine), asked(engine, key_of(engine))
    first = claim(engine)
    assert queue.next_check("other", LONG_S, 9) is None
    expire(engine)  # its conductor was killed
    second = claim(engine, "other")
    assert (second.check.id, second.fence) == (check.id, first.fence + 1)
    for late in (lambda: queue.renew(first, 1.0), lambda: queue.finish(first, CheckOutcome(reason="late"))):
        with pytest.raises(LeaseLostError):
            late()
    queue.release(first)  # says nothing
    queue.renew(second, LONG_S)
    queue.finish(second, CheckOutcome(report=REPORT))
    queue.finish(second, CheckOutcome(report=REPORT))  # again, as after an answer that was lost
    assert CheckDesk(engine).check(None, check.id).report == REPORT


def test_a_deleted_check_is_lost_to_whoever_works_on_it(engine: Engine) -> None:
    queue, check = CheckQueue(engine), asked(engine, key_of(engine))
    held = claim(engine)
    CheckDesk(engine).delete("ada", check.id)
    with pytest.raises(LeaseLostError):
        queue.renew(held, LONG_S)


def test_a_check_that_takes_conductors_down_fails_in_the_end(engine: Engine) -> None:
    queue, check = CheckQueue(engine), asked(engine, key_of(engine))
    queue.release(claim(engine))  # in order: that counts for nothing
    for number in range(STALLS):
        for _ in range(2):  # one whose lease has run out, and which claims again, has not died
            claim(engine, f"conductor {number}")
            expire(engine)
    assert queue.next_check("me", LONG_S, 9) is None
    found = CheckDesk(engine).check(None, check.id)
    assert found.state is CheckState.FAILED
    assert "conductors died" in (found.reason or "")


def test_a_conductor_does_not_claim_what_it_works_on(engine: Engine) -> None:
    queue, check = CheckQueue(engine), asked(engine, key_of(engine))
    held = claim(engine)
    expire(engine)
    assert queue.next_check("me", LONG_S, 9, [check.id]) is None
    queue.renew(held, LONG_S)


def test_a_definition_that_cannot_be_read_fails_and_stops_nothing(engine: Engine) -> None:
    key = key_of(engine)
    broken, sound = asked(engine, key), asked(engine, key)
    execute(engine, "UPDATE hpsearch.checks SET definition = '{}' WHERE id = 1")
    held = claim(engine)
    assert (held.check.id, held.definition) == (sound.id, ORDER.definition)
    found = CheckDesk(engine).check(None, broken.id)
    assert found.state is CheckState.FAILED
    assert "cannot be read" in (found.reason or "")
    assert [one.id for one in CheckDesk(engine).page(None)] == [sound.id, broken.id]


def test_an_owner_keeps_the_newest(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hpsearch.store.check_desk.KEPT", 2)
    key, other = key_of(engine), key_of(engine, "bob")
    waiting, bobs = asked(engine, key).id, asked(engine, other).id
    assert (waiting, bobs) == (1, 2)
    for _ in range(3):
        execute(engine, "UPDATE hpsearch.checks SET finished_at = now(), state = 'failed' WHERE id > 1")
        asked(engine, key)
    assert rows(engine, "SELECT id FROM hpsearch.checks ORDER BY id") == [(1,), (2,), (4,), (5,)]


def test_owners_take_turns_and_leave_room(engine: Engine) -> None:
    ada, bob = key_of(engine, "ada"), key_of(engine, "bob")
    checks = [asked(engine, ada), asked(engine, ada), asked(engine, bob)]
    assert claim(engine, most=1).check.id == checks[0].id
    assert claim(engine, most=1).check.id == checks[2].id  # bob has none yet
    assert CheckQueue(engine).next_check("me", LONG_S, 1) is None
    assert claim(engine, "another", 1).check.id == checks[1].id


def test_old_checks_are_forgotten(engine: Engine) -> None:
    key = key_of(engine, scopes=(Scope.SUBMIT,))
    for _ in range(2):
        asked(engine, key)
        CheckQueue(engine).finish(claim(engine), CheckOutcome(report=REPORT))
    execute(engine, "UPDATE hpsearch.checks SET finished_at = finished_at - interval '31 days' WHERE id = 1")
    CheckQueue(engine).sweep()
    assert rows(engine, "SELECT id FROM hpsearch.checks") == [(2,)]


def test_an_order_is_told_as_it_was_given(engine: Engine) -> None:
    whole = dataclasses.replace(ORDER, dose=CheckDose(whole=True), written="text with \0")
    found = CheckDesk(engine).submit(key_of(engine), whole, NAMELESS)[0]
    assert found.dose == CheckDose(None, whole=True)
    assert found.written == "text with \ufffd"
