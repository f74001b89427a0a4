"""Any sequence of what users, conductors, crashes and the clock do to studies, against a model in plain Python."""

import contextlib
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, text

from hpsearch.access import Key
from hpsearch.errors import ConflictError, LeaseLostError, LimitError, NotFoundError
from hpsearch.stage import StageName
from hpsearch.store.desk import StudyDesk
from hpsearch.store.port import Lease
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.queue import StudyQueue
from hpsearch.study import ENDED, NEXT_STATES, StudyState, Wish
from hpsearch.trial import TrialResult
from tests.store.invariants import INVARIANTS
from tests.store.service_samples import LONG_S, execute, expire, key_of, rows, submit
from tests.store.study_samples import broken, complete, definition, jobs, started, verdict

W, R, P, STOPPED = StudyState.WAITING, StudyState.RUNNING, StudyState.PAUSED, StudyState.INTERRUPTED
PLANNED = jobs(count=4)
RUNNING_AT_ONCE, QUEUED = 2, 5
BROKEN = text(
    " UNION ALL ".join(
        f"SELECT CAST('{name.replace(chr(39), chr(39) * 2)}' AS text) WHERE EXISTS ({query})"
        for name, query in INVARIANTS.items()
    )
)


@dataclass
class Model:
    """What is known of one study."""

    id: int
    owner: str
    submitted: bool
    state: StudyState = W
    fence: int = 0
    held: bool = False
    alive: bool = False
    wish: Wish | None = None
    late: bool = False
    """Its deadline has passed."""
    very_late: bool = False
    """By more than what a holder is granted."""
    turn: int = 0
    """When it was last claimed, counting claims."""
    results: dict[int, TrialResult] = field(default_factory=dict)

    def ready(self) -> bool:
        return (
            self.submitted
            and self.wish is None
            and not self.late
            and (self.state in (W, STOPPED) or (self.state is R and not self.alive))
        )

    def to(self, state: StudyState) -> None:
        """Let go: a new state has a new limit."""
        self.state, self.held, self.alive, self.wish = state, False, False, None
        self.late = self.very_late = False

    def taken_away(self, state: StudyState) -> None:
        self.fence += self.held
        self.to(state)

    def claimed(self) -> Lease:
        if self.state is not R:
            self.late = self.very_late = False
        self.state, self.held, self.alive, self.fence = R, True, True, self.fence + 1
        return Lease(self.id, self.fence)

    def writable(self, lease: Lease) -> bool:
        return self.held and self.fence == lease.fence


class LifeOfStudies(RuleBasedStateMachine):
    """Two users with a key each, any number of conductors."""

    leases = Bundle("leases")

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        self.desk, self.store, self.queue = StudyDesk(engine), PostgresStore(engine), StudyQueue(engine)
        execute(engine, "TRUNCATE hpsearch.studies, hpsearch.keys RESTART IDENTITY CASCADE")
        self.keys: dict[str, Key] = {
            owner: key_of(engine, owner, running=RUNNING_AT_ONCE, queued=QUEUED) for owner in ("ada", "bob")
        }
        self.models: dict[int, Model] = {}
        self.turns = 0
        self.gone: set[int] = set()

    # What users do

    @rule(owner=st.sampled_from(["ada", "bob"]))
    def submit(self, owner: str) -> None:
        open_ones = [one for one in self.models.values() if one.owner == owner and one.state not in ENDED]
        if len(open_ones) >= QUEUED:
            with pytest.raises(LimitError):
                submit(self.engine, self.keys[owner])
            return
        made = submit(self.engine, self.keys[owner])
        self.models[made.id] = Model(made.id, owner, submitted=True)

    @rule()
    def create(self) -> None:
        if len(self.models) < 12:
            made = self.store.create(definition())
            self.models[made.id] = Model(made.id, "local", submitted=False)

    @rule(which=st.integers(0), wish=st.sampled_from(Wish))
    def wish(self, which: int, wish: Wish) -> None:
        if (study := self.pick(which)) is None:
            return
        cancelling = study.wish is Wish.CANCEL and wish is Wish.PAUSE
        if (study.state in ENDED and study.state is not wish.state) or cancelling:
            with pytest.raises(ConflictError):
                self.desk.wish(study.owner, study.id, wish)
            return
        self.desk.wish(study.owner, study.id, wish)
        if study.state is wish.state:
            return
        assert wish.state in NEXT_STATES[study.state]
        if study.alive:
            study.wish = wish
        else:
            study.taken_away(wish.state)

    @rule(which=st.integers(0))
    def resume(self, which: int) -> None:
        if (study := self.pick(which)) is None:
            return
        if study.state in ENDED or study.wish is Wish.CANCEL:
            with pytest.raises(ConflictError):
                self.desk.resume(study.owner, study.id)
            return
        self.desk.resume(study.owner, study.id)
        if study.state is P:
            study.to(W)
        study.wish = None

    @rule(which=st.integers(0))
    def delete(self, which: int) -> None:
        if (study := self.pick(which)) is None:
            return
        if study.state not in ENDED:
            with pytest.raises(ConflictError):
                self.desk.delete(study.owner, study.id)
            return
        self.desk.delete(study.owner, study.id)
        del self.models[study.id]
        self.gone.add(study.id)

    # What conductors do

    @rule(target=leases)
    def claim_next(self) -> Lease:
        claim = self.queue.next_study("conductor", LONG_S)
        live = [one.owner for one in self.models.values() if one.submitted and one.alive]
        ready = [one for one in self.models.values() if one.ready() and live.count(one.owner) < RUNNING_AT_ONCE]
        if not ready:
            assert claim is None
            return Lease(1, -1)
        expected = min(ready, key=lambda one: (live.count(one.owner), self.last_served(one.owner), one.id))
        assert claim is not None
        assert claim.lease == expected.claimed()
        self.turns += 1
        expected.turn = self.turns
        self.plan(expected, claim.lease)
        return claim.lease

    @rule(target=leases, which=st.integers(0), holder=st.sampled_from(["shell", "other shell"]))
    def claim_one(self, which: int, holder: str) -> Lease:
        study = self.pick(which)
        if study is None or study.submitted:
            return Lease(1, -1)
        if R not in NEXT_STATES[study.state]:
            with pytest.raises(LeaseLostError):
                self.store.claim(study.id, holder, LONG_S)
            return Lease(1, -1)
        lease = self.store.claim(study.id, holder, LONG_S)
        if study.alive and lease is None:
            return Lease(1, -1)
        assert lease == study.claimed()
        self.plan(study, lease)
        return lease

    @rule(lease=leases)
    def beat(self, lease: Lease) -> None:
        study = self.models.get(lease.study_id)
        if study is None or not study.writable(lease):
            with pytest.raises(LeaseLostError):
                self.store.renew(lease, LONG_S)
            return
        told = self.store.renew(lease, LONG_S)
        study.alive = True
        assert told.wish is study.wish
        assert (told.time_left_s is not None) is study.submitted
        assert told.time_left_s is None or (told.time_left_s <= 0) is study.late

    @rule(lease=leases, numbers=st.lists(st.integers(0, 3), max_size=4), value=st.none() | st.floats(0, 1))
    def report(self, lease: Lease, numbers: list[int], value: float | None) -> None:
        results = [broken(PLANNED[n]) if value is None else complete(PLANNED[n], value) for n in numbers]
        study = self.models.get(lease.study_id)
        if study is None or not study.writable(lease):
            with pytest.raises(LeaseLostError):
                self.store.save_results(lease, results)
            return
        fresh = self.store.save_results(lease, results)
        assert sorted(result.number for result in fresh) == sorted(set(numbers) - set(study.results))
        study.results |= {result.number: result for result in fresh}

    @rule(lease=leases, numbers=st.lists(st.integers(0, 3), max_size=4))
    def start(self, lease: Lease, numbers: list[int]) -> None:
        study = self.models.get(lease.study_id)
        if study is not None and study.writable(lease):
            self.store.start_trials(lease, StageName.COARSE, numbers)

    @rule(lease=leases)
    def judge(self, lease: Lease) -> None:
        study = self.models.get(lease.study_id)
        if study is None or not study.writable(lease) or len(study.results) < len(PLANNED):
            return
        self.store.save_verdict(lease, verdict(best_trial=None))

    @rule(lease=consumes(leases) | leases, state=st.sampled_from([*NEXT_STATES[R] - {R}]))
    def release(self, lease: Lease, state: StudyState) -> None:
        study = self.models.get(lease.study_id)
        if study is None or not study.writable(lease):
            # The same again or too late: without effect either way, as the checks after this will see.
            with contextlib.suppress(LeaseLostError):
                self.store.release(lease, state, "because")
            return
        if state is StudyState.COMPLETE and len(study.results) < len(PLANNED):
            return
        self.store.release(lease, state, "because")
        if state in (STOPPED, P):
            state = STOPPED if study.wish is None else study.wish.state
        study.to(state)

    @rule()
    def sweep(self) -> None:
        due = [
            one
            for one in self.models.values()
            if one.state not in ENDED
            and ((one.wish is not None and not one.alive) or (one.late and not one.alive) or one.very_late)
        ]
        assert self.queue.sweep() == [one.id for one in due]
        for one in due:
            one.taken_away(StudyState.CANCELLED if one.wish is Wish.CANCEL else StudyState.FAILED if one.late else P)

    # What nobody does

    @rule(which=st.integers(0))
    def conductor_dies(self, which: int) -> None:
        study = self.pick(which)
        if study is not None and study.held:
            expire(self.engine, study.id)
            study.alive = False

    @rule(which=st.integers(0), grace_too=st.booleans())
    def time_is_up(self, which: int, grace_too: bool) -> None:
        study = self.pick(which)
        if study is None or not study.submitted or study.state in ENDED:
            return
        late = 61 if grace_too else 1
        change = "UPDATE hpsearch.studies SET deadline = now() - make_interval(secs => :late) WHERE id = :id"
        execute(self.engine, change, id=study.id, late=late)
        study.late, study.very_late = True, grace_too

    # What must hold

    @invariant()
    def the_database_is_sound(self) -> None:
        with self.engine.connect() as connection:
            assert connection.execute(BROKEN).scalars().all() == []

    @invariant()
    def every_study_is_as_the_model_says(self) -> None:
        query = "SELECT id, owner, state, fence, holder IS NOT NULL, wish FROM hpsearch.studies ORDER BY id"
        expected = [
            (one.id, one.owner, one.state.value, one.fence, one.held, one.wish and one.wish.value)
            for one in self.models.values()
        ]
        assert rows(self.engine, query) == expected

    @invariant()
    def no_result_is_lost_or_changed(self) -> None:
        query = """
            SELECT study_id, number, trials.state, value
            FROM hpsearch.trials JOIN hpsearch.stages ON stages.id = stage_id
            WHERE state IN ('complete', 'failed') ORDER BY study_id, number
        """
        expected = [
            (one.id, number, result.state.value, result.value)
            for one in self.models.values()
            for number, result in sorted(one.results.items())
        ]
        assert rows(self.engine, query) == expected

    def teardown(self) -> None:
        for study_id in self.gone:
            with pytest.raises(NotFoundError):
                self.desk.progress(None, study_id)

    def pick(self, which: int) -> Model | None:
        return list(self.models.values())[which % len(self.models)] if self.models else None

    def last_served(self, owner: str) -> int:
        """The number of the owner's last claim; of studies that are gone nothing is known."""
        return max(one.turn for one in self.models.values() if one.owner == owner)

    def plan(self, study: Model, lease: Lease) -> None:
        started(self.store, lease, PLANNED)


def test_the_life_of_studies(engine: Engine) -> None:
    def machine() -> Any:
        return LifeOfStudies(engine)

    run_state_machine_as_test(machine, settings=settings(max_examples=20, stateful_step_count=40))
