"""What a store refuses, in the same words whichever store it is."""

from hpsearch.errors import LeaseLostError
from hpsearch.store.planned import PlannedRound
from hpsearch.store.port import Lease
from hpsearch.study import ENDED, NEXT_STATES, StudyState
from hpsearch.trial import TrialResult
from hpsearch.verdict import Verdict

CLAIMABLE = tuple(state for state, following in NEXT_STATES.items() if StudyState.RUNNING in following)


def lost(lease: Lease) -> LeaseLostError:
    """The error for a write that comes too late."""
    return LeaseLostError(
        f"study {lease.study_id} has been claimed by another process or released (fence {lease.fence} is not the "
        "newest); nothing was written, and whoever holds the study goes on"
    )


def nothing_left(study_id: int, state: StudyState) -> LeaseLostError:
    """The error for claiming a study that has ended, or that its user has paused."""
    if state not in ENDED:
        return LeaseLostError(f"study {study_id} is {state}: nobody works on it; go on with `hpsearch resume`")
    return LeaseLostError(f"study {study_id} is {state}: nothing is left to work on; see `hpsearch show`")


def check_release(state: StudyState) -> None:
    """Raises ValueError for a state that a running study cannot be left in."""
    allowed = NEXT_STATES[StudyState.RUNNING] - {StudyState.RUNNING}
    if state not in allowed:
        raise ValueError(f"a study is released as {', '.join(sorted(allowed))}, not as {state}: a bug in the conductor")


def other_plan(plan: PlannedRound) -> ValueError:
    """The error for a round that was started with another plan before."""
    return ValueError(
        f"round {plan.round} of {plan.stage} was started with another plan, and nothing was changed; the same study "
        "must plan the same trials: a bug in planning, or the study was begun by another version of hpsearch"
    )


def other_verdict(verdict: Verdict) -> ValueError:
    """The error for a round that got another verdict before."""
    return ValueError(
        f"round {verdict.round} of {verdict.stage} has another verdict already, and nothing was changed; the same "
        "results must be judged the same: a bug in judging, or they were judged by another version of hpsearch"
    )


def unplanned_round(verdict: Verdict) -> ValueError:
    """The error for a verdict on a round that was not started."""
    return ValueError(f"round {verdict.round} of {verdict.stage} was never started, so it has no verdict: a bug")


def unplanned_trial(result: TrialResult) -> ValueError:
    """The error for a result of a trial that no round has planned."""
    return ValueError(f"trial {result.number} of {result.stage} was never planned, so it has no result: a bug")
