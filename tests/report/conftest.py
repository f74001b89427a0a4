"""Records of a healthy study and of a failed one, as the store would give them back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hpsearch.finding import Finding, Severity
from hpsearch.results import StageRecord, StudyRecord, StudyResults, TrialRecord
from hpsearch.space import LogUniform
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition, StudyState
from hpsearch.task import Task
from hpsearch.trial import EpochRecord, Failure, TrialResult, TrialState
from hpsearch.verdict import Outcome, Verdict

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TASK = Task("cross_entropy", (1, 8, 8), 10, 1077, 360, 360, (36,) * 10)
DEFINITION = StudyDefinition.model_validate(
    {
        "name": "digits",
        "seed": 3,
        "data": {"dataset": "digits"},
        "network": {"name": "convnet", "width": {"choice": [16, 32]}},
    }
)


def stage(name: StageName, planned: int, index: int = 0, **verdict: Any) -> StageRecord:
    """A judged round."""
    outcome = verdict.pop("outcome", Outcome.PASS)
    judged = Verdict(name, outcome, verdict.pop("summary"), index, **verdict)
    return StageRecord(name, index, planned, judged, NOW, NOW + timedelta(seconds=20))


def complete(name: StageName, number: int, accuracy: float, index: int = 0) -> TrialRecord:
    """A trial of two epochs, the second of which is the best."""
    epochs = (
        EpochRecord(1, 1.5, 0.5, 1.4, accuracy / 2),
        EpochRecord(2, 0.5, accuracy, 0.25, accuracy),
    )
    parameters = {
        "network.width": 16,
        "optimizer.learning_rate": 0.0123456 * (number + 1),
        "optimizer.weight_decay": 1.5e-5,
    }
    result = TrialResult(name, number, TrialState.COMPLETE, accuracy, 2, epochs=epochs, duration_s=1.5)
    return TrialRecord(name, index, number, parameters, result)


def failed(name: StageName, number: int) -> TrialRecord:
    """A trial whose loss exploded; its recorded losses hold an infinity."""
    record = complete(name, number, 0.99)
    result = TrialResult(
        name,
        number,
        TrialState.FAILED,
        failure=Failure.DIVERGED,
        reason="the loss became infinite in step 3",
        epochs=(EpochRecord(1, float("inf"), 0.1, float("nan"), 0.999),),
    )
    return replace(record, result=result)


HANDED_ON = {"optimizer.learning_rate": LogUniform(0.00215, 0.1)}
INITIAL_LOSS = stage(
    StageName.INITIAL_LOSS,
    5,
    summary="initial loss 2.31 against ln 10 = 2.303",
    measured={"loss": 2.31012, "seeds": [2.3, 2.31, 2.32]},
    expected={"loss": 2.302585, "tolerance": 0.1},
)
OVERFIT = stage(
    StageName.OVERFIT,
    3,
    summary="100 % training accuracy on 5 batches at learning rate 0.1",
    measured={"train_accuracy": 1.0, "steps": 25},
    expected={"train_accuracy": 1.0},
)
LR_SWEEP = stage(
    StageName.LR_SWEEP,
    13,
    summary="the loss drops significantly at 5 of 13 learning rates",
    measured={"learning_rates": [0.00215, 0.00464, 0.01, 0.0215, 0.0464, 0.1]},
    expected={"relative_drop": 0.2},
    handed_on=HANDED_ON,
    handed_on_reason="the loss drops by at least 20 % and does not rise again",
)
COARSE = stage(
    StageName.COARSE,
    4,
    summary="best validation accuracy 97.2 %, guessing gives 10 %",
    measured={"val_accuracy": 0.972},
    expected={"val_accuracy_above": 0.1},
    best_trial=2,
    handed_on={**HANDED_ON, "network.width": DEFINITION.space["network.width"]},
    handed_on_reason="one third of the range around the best",
)
FINE = (
    stage(StageName.FINE, 2, summary="the best rose to 98.6 %", best_trial=1, again=True, measured={"gain": 0.014}),
    stage(StageName.FINE, 2, 1, summary="the best rose to 98.9 %", best_trial=2, measured={"gain": 0.003}),
)
SANITY_TRIALS = (
    *(TrialRecord(StageName.INITIAL_LOSS, 0, number, {}, None) for number in range(5)),
    failed(StageName.OVERFIT, 0),
)


@pytest.fixture
def healthy() -> StudyResults:
    """All stages passed, two rounds of fine, the test split read."""
    study = StudyRecord(1, "digits", DEFINITION, StudyState.COMPLETE, None, TASK, NOW, NOW + timedelta(minutes=2))
    trials = (
        *SANITY_TRIALS,
        *(complete(StageName.COARSE, number, accuracy) for number, accuracy in enumerate((0.7, 0.9, 0.972))),
        failed(StageName.COARSE, 3),
        complete(StageName.FINE, 0, 0.98),
        complete(StageName.FINE, 1, 0.986),
        complete(StageName.FINE, 2, 0.989, index=1),
        failed(StageName.FINE, 3),
    )
    reading = TrialResult(StageName.TEST, 0, TrialState.COMPLETE, 0.989, 2, test_loss=0.05, test_accuracy=0.981)
    test = TrialRecord(StageName.TEST, 0, 0, trials[-2].parameters, reading)
    stages = (INITIAL_LOSS, OVERFIT, LR_SWEEP, COARSE, *FINE, stage(StageName.TEST, 1, summary="test accuracy 98.1 %"))
    return StudyResults(study, stages, (*trials, test))


@pytest.fixture
def broken() -> StudyResults:
    """The second stage failed, with a finding that holds NaN and characters that mean something elsewhere."""
    finding = Finding(
        "loss-did-not-move",
        Severity.ERROR,
        "The loss did not move at any learning rate | [bold]x[/bold]\x1b[2J",
        {"first_loss": 2.30259, "last_loss": float("nan"), "by_rate": {"0.1": float("inf")}, "rates": (0.1, 0.01)},
        "Look for *frozen* parameters.",
        "CS231n, D4",
    )
    verdict = replace(
        OVERFIT.verdict or Verdict(StageName.OVERFIT, Outcome.FAIL, ""),
        outcome=Outcome.FAIL,
        summary="the loss | did not move",
        measured={"train_accuracy": 0.1, "loss": float("inf")},
        findings=(finding,),
    )
    reason = "stage overfit failed: the loss did not move"
    study = StudyRecord(2, "digits-2", DEFINITION, StudyState.FAILED, reason, TASK, NOW, NOW)
    return StudyResults(study, (INITIAL_LOSS, replace(OVERFIT, verdict=verdict)), SANITY_TRIALS)
