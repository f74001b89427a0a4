"""The records of the system as columns and documents, and back again, without a loss."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from hpsearch.class_counts import counts_document, counts_of
from hpsearch.cohort import Arranged, Arrangement
from hpsearch.finding import Finding, Severity
from hpsearch.look import look_document, look_of
from hpsearch.space import Space, distribution
from hpsearch.speed import Speed
from hpsearch.stage import StageName
from hpsearch.store.documents import document, optional_text, text, value_of
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import EpochRecord, Failure, LayerScale, TrialResult, TrialState
from hpsearch.verdict import Outcome, Verdict

Row = Mapping[Any, Any]
"""Column names to values, as the database driver takes and gives them."""


def definition_document(definition: StudyDefinition) -> Any:
    """The definition with all its defaults."""
    return document(definition.model_dump(mode="json"))


def definition_of(written: Any) -> StudyDefinition:
    """What ``definition_document`` was given."""
    return StudyDefinition.model_validate(value_of(written))


def space_document(space: Space) -> Any:
    """Path to distribution, each written as in a definition."""
    return {text(path): document(part.as_dict()) for path, part in space.items()}


def space_of(written: Any) -> Space:
    """What ``space_document`` was given."""
    return {path: distribution(value_of(part)) for path, part in written.items()}


def task_document(task: Task) -> Any:
    """The fields by name."""
    return document(asdict(task))


def task_of(written: Any) -> Task:
    """What ``task_document`` was given."""
    fields = value_of(written)
    lists = {name: tuple(fields[name]) for name in ("input_shape", "validation_class_counts")}
    return Task(**{**fields, **lists})


def verdict_document(verdict: Verdict) -> Any:
    """The fields by name, but for the stage and the round: the row says those."""
    return {
        "outcome": verdict.outcome.value,
        "summary": text(verdict.summary),
        "measured": document(verdict.measured),
        "expected": document(verdict.expected),
        "findings": [finding_document(finding) for finding in verdict.findings],
        "handed_on": space_document(verdict.handed_on),
        "handed_on_reason": text(verdict.handed_on_reason),
        "best_trial": verdict.best_trial,
        "again": verdict.again,
    }


def verdict_of(stage: StageName, round_number: int, written: Any) -> Verdict:
    """What ``verdict_document`` was given."""
    return Verdict(
        stage=stage,
        outcome=Outcome(written["outcome"]),
        summary=written["summary"],
        round=round_number,
        measured=value_of(written["measured"]),
        expected=value_of(written["expected"]),
        findings=tuple(finding_of(finding) for finding in written["findings"]),
        handed_on=space_of(written["handed_on"]),
        handed_on_reason=written["handed_on_reason"],
        best_trial=written["best_trial"],
        again=written["again"],
    )


def finding_document(finding: Finding) -> Any:
    """The fields by name."""
    return {
        "code": text(finding.code),
        "severity": finding.severity.value,
        "message": text(finding.message),
        "evidence": document(finding.evidence),
        "advice": text(finding.advice),
        "source": text(finding.source),
    }


def finding_of(written: Any) -> Finding:
    """What ``finding_document`` was given."""
    return Finding(
        code=written["code"],
        severity=Severity(written["severity"]),
        message=written["message"],
        evidence=value_of(written["evidence"]),
        advice=written["advice"],
        source=written["source"],
    )


def speed_document(speed: Speed) -> Any:
    """The fields by name."""
    return document({**asdict(speed), "alone_because": optional_text(speed.alone_because)})


def speed_of(written: Any) -> Speed | None:
    """What ``speed_document`` was given; None for None."""
    return None if written is None else Speed(**value_of(written))


IN = " in "
"""Between the two words that say in which form maps lie in memory and in which precision they are computed; the second
one came later and is left out where it is float32."""


def arrangement_row(arranged: Arranged) -> dict[str, Any]:
    """The columns of an arrangement, but for its study's."""
    how = arranged.arrangement
    return {
        "stage": arranged.stage.value,
        "shape": arranged.shape,
        "members": how.members,
        "stacked": how.stacked,
        "memory_format": how.memory_format + (f"{IN}{how.precision}" if how.precision != "float32" else ""),
        "measured_for": arranged.measured_for,
    }


def arrangement_of(row: Row) -> Arranged:
    """What ``arrangement_row`` was given."""
    memory_format, _, precision = row["memory_format"].partition(IN)
    how = Arrangement(row["members"], row["stacked"], memory_format, precision or "float32")
    return Arranged(StageName(row["stage"]), row["shape"], how, row["measured_for"])


def result_row(result: TrialResult) -> dict[str, Any]:
    """The columns of a finished trial."""
    epochs = result.epochs
    return {
        "state": result.state.value,
        "value": result.value,
        "best_epoch": result.best_epoch,
        "failure": None if result.failure is None else result.failure.value,
        "reason": optional_text(result.reason),
        "step_losses": list(result.step_losses),
        "step_accuracies": list(result.step_accuracies),
        "epochs": [epoch.epoch for epoch in epochs],
        "train_losses": [epoch.train_loss for epoch in epochs],
        "train_accuracies": [epoch.train_accuracy for epoch in epochs],
        "val_losses": [epoch.val_loss for epoch in epochs],
        "val_accuracies": [epoch.val_accuracy for epoch in epochs],
        "layers": [document(asdict(layer)) for layer in result.layers],
        "without_gradient": [text(name) for name in result.without_gradient],
        "looks": [document(look_document(look)) for look in result.looks],
        "class_counts": None if result.class_counts is None else counts_document(result.class_counts),
        "learned": result.learned,
        "test_loss": result.test_loss,
        "test_accuracy": result.test_accuracy,
        "parameter_count": result.parameter_count,
        "multiply_adds": result.multiply_adds,
        "duration_s": result.duration_s,
    }


def result_of(stage: StageName, number: int, row: Row) -> TrialResult | None:
    """What ``result_row`` was given; None for a trial that has no result yet."""
    if row["state"] not in [*TrialState]:
        return None
    curves = ("epochs", "train_losses", "train_accuracies", "val_losses", "val_accuracies")
    return TrialResult(
        stage=stage,
        number=number,
        state=TrialState(row["state"]),
        value=row["value"],
        best_epoch=row["best_epoch"],
        failure=None if row["failure"] is None else Failure(row["failure"]),
        reason=row["reason"],
        step_losses=tuple(row["step_losses"]),
        step_accuracies=tuple(row["step_accuracies"]),
        epochs=tuple(EpochRecord(*epoch) for epoch in zip(*(row[curve] for curve in curves), strict=True)),
        layers=tuple(LayerScale(**value_of(layer)) for layer in row["layers"]),
        without_gradient=tuple(row["without_gradient"]),
        looks=tuple(look_of(value_of(look)) for look in row["looks"] or ()),
        class_counts=counts_of(row["class_counts"]) if row["class_counts"] else None,
        learned=row["learned"],
        test_loss=row["test_loss"],
        test_accuracy=row["test_accuracy"],
        parameter_count=row["parameter_count"],
        multiply_adds=row["multiply_adds"],
        duration_s=row["duration_s"],
    )
