"""What every store promises about studies, their names and their leases."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hpsearch.errors import LeaseLostError, NotFoundError
from hpsearch.results import StudyResults
from hpsearch.store.desk import StudyDesk
from hpsearch.store.memory import MemoryStore
from hpsearch.store.port import Lease, Renewal, StudyStore
from hpsearch.store.postgres import PostgresStore
from hpsearch.study import ENDED, NEXT_STATES, StudyState, Wish
from tests.store.study_samples import (
    begun,
    definition,
)

LONG_S = 3600.0


def names(store: StudyStore) -> list[str]:
    return [study.name for study in store.studies()]


# Studies and their names


def test_a_new_study_waits_under_its_own_name_with_its_whole_definition(store: StudyStore) -> None:
    wanted = definition(resources={"workers": 3}, objective={"metric": "val_loss"})
    made = store.create(wanted)
    assert (made.name, made.state, made.reason, made.task, made.finished_at) == (
        "digits",
        StudyState.WAITING,
        None,
        None,
        None,
    )
    assert made.definition == wanted
    assert made.created_at.utcoffset() == timedelta(0)
    assert store.named("digits") == made
    assert store.results(made.id) == StudyResults(made, (), ())


def test_a_taken_name_gets_a_number_and_keeps_it(store: StudyStore) -> None:
    for name in ("digits", "digits", "digits-3", "digits", "digits_2", "digits"):
        store.create(definition(name))
    assert names(store) == ["digits-5", "digits_2", "digits-4", "digits-3", "digits-2", "digits"]


def test_names_are_unique_when_many_create_at_once(store: StudyStore) -> None:
    together = threading.Barrier(6)
    made: list[str] = []

    def create() -> None:
        together.wait()
        made.extend(store.create(definition()).name for _ in range(5))

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == sorted(["digits", *(f"digits-{number}" for number in range(2, 31))])


def test_a_study_is_found_by_what_decides_its_results(store: StudyStore) -> None:
    wanted = definition()
    assert store.find(wanted.identity) is None
    store.create(definition(seed=1))
    store.create(wanted)
    newest = store.create(definition(resources={"workers": 2}))
    store.create(definition("other"))
    assert store.find(wanted.identity) == newest


def test_an_unknown_name_is_answered_with_near_ones(store: StudyStore) -> None:
    store.create(definition("digits"))
    store.create(definition("mnist"))
    with pytest.raises(NotFoundError, match=r"'digit'.*mean digits\?.*hpsearch list"):
        store.named("digit")
    with pytest.raises(NotFoundError, match="hpsearch list"):
        store.named("\0")


def test_an_unknown_number_is_not_found(store: StudyStore) -> None:
    calls: list[Callable[[], Any]] = [
        lambda: store.results(7),
        lambda: store.claim(7, "me", 1),
        lambda: store.seize(7, "you", "me", 1),
        lambda: store.holder(7),
    ]
    for call in calls:
        with pytest.raises(NotFoundError, match="hpsearch list"):
            call()


# Leases


def test_only_one_holder_at_a_time(store: StudyStore) -> None:
    study = store.create(definition())
    assert store.holder(study.id) is None
    first = store.claim(study.id, "a", LONG_S)
    assert first is not None
    assert store.named("digits").state is StudyState.RUNNING
    assert store.claim(study.id, "b", LONG_S) is None
    assert store.holder(study.id) == "a"
    again = store.claim(study.id, "a", LONG_S)
    assert again is not None
    assert again.fence == first.fence + 1


def test_an_expired_lease_is_free_to_claim_and_a_renewed_one_is_not(store: StudyStore) -> None:
    study = store.create(definition())
    mine = store.claim(study.id, "a", 0.001)
    assert mine is not None
    time.sleep(0.01)
    assert store.holder(study.id) is None
    store.renew(mine, LONG_S)  # late, but nobody has claimed it meanwhile
    assert store.holder(study.id) == "a"
    assert store.claim(study.id, "b", LONG_S) is None
    store.renew(mine, 0.001)
    time.sleep(0.01)
    theirs = store.claim(study.id, "b", LONG_S)
    assert theirs == Lease(study.id, mine.fence + 1)


def test_a_dead_holders_lease_is_seized_at_once(store: StudyStore) -> None:
    study = store.create(definition())
    dead = store.claim(study.id, "dead", LONG_S)
    assert dead is not None
    assert store.seize(study.id, "somebody else", "heir", LONG_S) is None
    heir = store.seize(study.id, "dead", "heir", LONG_S)
    assert heir == Lease(study.id, dead.fence + 1)
    assert store.holder(study.id) == "heir"
    assert store.seize(study.id, "dead", "second heir", LONG_S) is None
    with pytest.raises(LeaseLostError):
        store.renew(dead, LONG_S)


@pytest.mark.parametrize(
    "state", [StudyState.INTERRUPTED, StudyState.COMPLETE, StudyState.FAILED, StudyState.CANCELLED]
)
def test_a_released_study_is_free_in_the_state_that_was_given(store: StudyStore, state: StudyState) -> None:
    lease = begun(store)
    for _ in range(2):  # the second time changes nothing
        store.release(lease, state, "because")
    study = store.named("digits")
    assert (study.state, study.reason) == (state, "because")
    assert (study.finished_at is None) is (state is StudyState.INTERRUPTED)
    assert store.holder(study.id) is None
    if NEXT_STATES[state]:
        assert store.claim(study.id, "next", LONG_S) is not None
        assert store.named("digits").reason is None
    else:
        with pytest.raises(LeaseLostError, match=f"is {state}: nothing is left"):
            store.claim(study.id, "next", LONG_S)
        with pytest.raises(LeaseLostError, match=f"is {state}: nothing is left"):
            store.seize(study.id, "me", "next", LONG_S)


@pytest.mark.parametrize("state", [StudyState.WAITING, StudyState.RUNNING])
def test_a_study_is_not_released_as_waiting_or_running(store: StudyStore, state: StudyState) -> None:
    lease = begun(store)
    with pytest.raises(ValueError, match="is released as cancelled, complete, failed, interrupted, paused"):
        store.release(lease, state, None)
    assert store.holder(lease.study_id) == "me"


def wish(store: StudyStore, study_id: int, wanted: Wish | None) -> None:
    """Whatever the study's user wants of its holder from now on."""
    if isinstance(store, MemoryStore):
        store.wish(study_id, wanted)
    else:
        assert isinstance(store, PostgresStore)
        desk = StudyDesk(store._engine)
        _ = desk.resume(None, study_id) if wanted is None else desk.wish(None, study_id, wanted)


@pytest.mark.parametrize("wanted", [None, *Wish])
def test_a_holder_learns_what_the_user_wants_when_it_renews(store: StudyStore, wanted: Wish | None) -> None:
    lease = begun(store)
    assert store.renew(lease, LONG_S) == Renewal(None, None)
    wish(store, lease.study_id, Wish.PAUSE)
    wish(store, lease.study_id, wanted)
    assert store.renew(lease, LONG_S) == Renewal(wanted, None)
    assert store.named("digits").wish is wanted


@pytest.mark.parametrize("released", sorted(NEXT_STATES[StudyState.RUNNING] - {StudyState.RUNNING}))
@pytest.mark.parametrize("wanted", [None, *Wish])
def test_what_the_user_wants_decides_how_an_interrupted_study_stands(
    store: StudyStore, released: StudyState, wanted: Wish | None
) -> None:
    lease = begun(store)
    if wanted is not None:
        wish(store, lease.study_id, wanted)
    for _ in range(2):  # the second time changes nothing
        store.release(lease, released, "because")
    study = store.named("digits")
    assert (study.reason, study.wish) == ("because", None)
    if released not in (StudyState.PAUSED, StudyState.INTERRUPTED):
        assert study.state is released
    else:
        assert study.state is (StudyState.INTERRUPTED if wanted is None else wanted.state)
    assert (study.finished_at is not None) is (study.state in ENDED)


def test_a_paused_study_is_not_worked_on(store: StudyStore) -> None:
    lease = begun(store)
    wish(store, lease.study_id, Wish.PAUSE)
    store.release(lease, StudyState.PAUSED, None)
    with pytest.raises(LeaseLostError, match="is paused: nobody works on it; go on with `hpsearch resume`"):
        store.claim(lease.study_id, "me", LONG_S)
    with pytest.raises(LeaseLostError, match="is paused"):
        store.seize(lease.study_id, "me", "another", LONG_S)
