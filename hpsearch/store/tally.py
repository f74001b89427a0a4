"""The figures of the whole service, for whoever watches over it. Counters only: no trial is read."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hpsearch.stage import StageName
from hpsearch.store.clock import seconds_until
from hpsearch.store.leases import is_alive
from hpsearch.store.standing import is_state
from hpsearch.store.tables import rounds, stages, studies, trials
from hpsearch.study import Origin, StudyState
from hpsearch.verdict import Outcome


@dataclass(frozen=True)
class HeldStudy:
    """A study that somebody works on."""

    study_id: int
    age_s: float
    """Since it was claimed."""
    left_s: float
    """Until its lease ends unless it is renewed."""


@dataclass(frozen=True)
class StageTally:
    """The trials of one stage in all studies that there are."""

    stage: StageName
    planned: int
    running: int
    complete: int
    pruned: int
    failed: int
    duration_s: float
    """Of those that have ended together."""
    verdicts: Mapping[Outcome, int]


@dataclass(frozen=True)
class Tally:
    """The service at one moment."""

    studies: Mapping[StudyState, int]
    oldest_waiting_s: float | None
    """How long the submitted study that came first has been waiting for its first conductor."""
    held: tuple[HeldStudy, ...]
    stages: tuple[StageTally, ...]


def tallied(connection: Connection) -> Tally:
    """``StudyDesk.tally``. Wants a snapshot."""
    counted = connection.execute(select(studies.c.state, func.count()).group_by(studies.c.state))
    waiting = (studies.c.state == StudyState.WAITING.value, studies.c.origin == Origin.SERVICE.value)
    oldest = connection.execute(select(-seconds_until(func.min(studies.c.created_at))).where(*waiting)).scalar_one()
    lease = (studies.c.id, -seconds_until(studies.c.claimed_at), seconds_until(studies.c.lease_until))
    held = connection.execute(select(*lease).where(is_alive()).order_by(studies.c.id))
    found = {StudyState(state): count for state, count in counted}
    return Tally(
        studies={state: found.get(state, 0) for state in StudyState},
        oldest_waiting_s=oldest,
        held=tuple(HeldStudy(*row) for row in held),
        stages=_stages(connection),
    )


def _stages(connection: Connection) -> tuple[StageTally, ...]:
    sums = [func.sum(rounds.c[name]) for name in ("planned", "complete", "pruned", "failed", "duration_s")]
    by_stage = connection.execute(select(stages.c.stage, *sums).join_from(stages, rounds).group_by(stages.c.stage))
    counts = {StageName(stage): tuple(row) for stage, *row in by_stage}
    of_running = select(stages.c.stage, func.count().label("running")).join_from(
        trials, stages, trials.c.stage_id == stages.c.id
    )
    of_running = of_running.where(is_state("running")).group_by(stages.c.stage)
    running: dict[str, int] = {row.stage: row.running for row in connection.execute(of_running)}
    judged = (
        select(stages.c.stage, rounds.c.outcome, func.count())
        .join_from(stages, rounds)
        .where(rounds.c.outcome.is_not(None))
        .group_by(stages.c.stage, rounds.c.outcome)
    )
    verdicts = {(StageName(stage), Outcome(outcome)): count for stage, outcome, count in connection.execute(judged)}
    tallies = []
    for stage in StageName:
        planned, complete, pruned, failed, duration_s = counts.get(stage, (0, 0, 0, 0, 0.0))
        judgements = {outcome: verdicts.get((stage, outcome), 0) for outcome in Outcome}
        tallies.append(
            StageTally(stage, planned, running.get(stage.value, 0), complete, pruned, failed, duration_s, judgements)
        )
    return tuple(tallies)
