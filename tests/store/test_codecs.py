"""Records come back from columns and documents exactly as they went in, NaN and infinities included."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from hpsearch.class_counts import counted
from hpsearch.finding import Finding, Severity
from hpsearch.look import LayerLook, Look, OutputLook
from hpsearch.space import Choice, Grid, Int, LogInt, LogUniform, Uniform
from hpsearch.stage import StageName
from hpsearch.store.codecs import (
    definition_document,
    definition_of,
    result_of,
    result_row,
    space_document,
    space_of,
    task_document,
    task_of,
    verdict_document,
    verdict_of,
)
from hpsearch.store.documents import document, text, value_of
from hpsearch.store.postgres import PostgresStore
from hpsearch.task import Task
from hpsearch.trial import EpochRecord, Failure, LayerScale, TrialResult, TrialState
from hpsearch.verdict import Outcome, Verdict
from tests.store.study_samples import begun, complete, definition, jobs, started

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
floats = st.floats()  # NaN and infinities too
finite = st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | floats | texts | st.sampled_from(["$float", "$mapping"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(texts | st.sampled_from(["$float", "$mapping"]), inner, max_size=2)
    ),
    max_leaves=8,
)
documents = st.dictionaries(texts, values, max_size=3)
bounded = st.floats(-1e300, 1e300)
bounds = st.lists(bounded, min_size=2, max_size=2, unique=True).map(sorted)
whole_bounds = st.lists(st.integers(1, 2**60), min_size=2, max_size=2, unique=True).map(sorted)
singles = st.lists(texts | st.booleans() | st.none(), min_size=1, max_size=4, unique=True).map(tuple)
distributions = st.one_of(
    bounds.map(lambda ends: Uniform(*ends)),
    st.lists(st.floats(1e-300, 1e300), min_size=2, max_size=2, unique=True).map(sorted).map(lambda e: LogUniform(*e)),
    whole_bounds.map(lambda ends: Int(*ends)),
    whole_bounds.map(lambda ends: LogInt(*ends)),
    singles.map(Choice),
    st.lists(finite, min_size=1, max_size=4, unique=True).map(sorted).map(tuple).map(Grid),
)
spaces = st.dictionaries(texts, distributions, max_size=3)
findings = st.builds(Finding, texts, st.sampled_from(Severity), texts, documents, texts, texts)
verdicts = st.builds(
    Verdict,
    stage=st.sampled_from(StageName),
    outcome=st.sampled_from(Outcome),
    summary=texts,
    round=st.integers(0, 9),
    measured=documents,
    expected=documents,
    findings=st.lists(findings, max_size=2).map(tuple),
    handed_on=spaces,
    handed_on_reason=texts,
    best_trial=st.none() | st.integers(0, 10**6),
    again=st.booleans(),
)
counts = st.integers(0, 10**9)
tasks = st.builds(
    Task,
    st.sampled_from(["cross_entropy", "l1", "l2"]),
    st.tuples(counts, counts, counts),
    counts,
    counts,
    counts,
    counts,
    st.lists(counts, max_size=4).map(tuple),
)
small = st.integers(1, 2**31 - 1)
large = st.integers(0, 2**63 - 1)
looks = st.builds(
    Look,
    small,
    st.lists(st.builds(LayerLook, texts, texts, *[floats] * 6, *[st.none() | floats] * 4), max_size=2).map(tuple),
    st.none() | st.builds(OutputLook, small, floats, floats, floats, st.booleans(), floats, st.none() | floats),
    st.lists(texts, max_size=2).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
    st.none() | floats,
    st.lists(texts, max_size=2).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
    st.none() | floats,
)
curves: dict[str, st.SearchStrategy[Any]] = {
    "best_epoch": st.none() | small,
    "step_losses": st.lists(floats, max_size=5).map(tuple),
    "step_accuracies": st.lists(floats, max_size=5).map(tuple),
    "epochs": st.lists(
        st.builds(EpochRecord, small, floats, st.none() | floats, floats, st.none() | floats), max_size=4
    ).map(tuple),
    "layers": st.lists(st.builds(LayerScale, texts, texts, floats, floats, floats), max_size=3).map(tuple),
    "without_gradient": st.lists(texts, max_size=3).map(tuple),
    "looks": st.lists(looks, max_size=2).map(tuple),
    "learned": st.none() | st.booleans(),
    "test_loss": st.none() | floats,
    "test_accuracy": st.none() | floats,
    "parameter_count": st.none() | large,
    "multiply_adds": st.none() | large,
    "duration_s": st.floats(0, 1e6),
}
pairs = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9))
answers = st.lists(pairs, min_size=1, max_size=9, unique_by=lambda pair: pair[:2])


def counting(result: TrialResult, found: list[tuple[int, int, int]] | None) -> TrialResult:
    """The same with counts by class, after its last epoch."""
    if found is None or not result.epochs:
        return result
    *before, last = result.epochs
    counts = counted(last.epoch, found)
    return replace(result, epochs=(*before, replace(last, val_accuracy=counts.accuracy)), class_counts=counts)


without_counts = st.one_of(
    st.builds(
        TrialResult, st.just(StageName.FINE), st.just(0), st.just(TrialState.COMPLETE), st.none() | finite, **curves
    ),
    st.builds(
        TrialResult,
        st.just(StageName.FINE),
        st.just(0),
        st.just(TrialState.FAILED),
        failure=st.sampled_from(Failure),
        reason=texts.filter(bool),
        **curves,
    ),
    st.builds(
        TrialResult,
        st.just(StageName.FINE),
        st.just(0),
        st.just(TrialState.PRUNED),
        reason=texts.filter(bool),
        **curves,
    ),
)
results = st.builds(counting, without_counts, st.none() | answers)


def through_json(written: Any) -> Any:
    """What strict JSON keeps of it."""
    return json.loads(json.dumps(written, allow_nan=False))


# Representations are compared: they tell NaN from NaN, 0.0 from -0.0, 1 from 1.0 and True.


@given(values)
def test_any_json_value_comes_back(value: Any) -> None:
    assert repr(value_of(through_json(document(value)))) == repr(value)


@given(spaces)
def test_a_space_comes_back(space: Any) -> None:
    assert repr(space_of(through_json(space_document(space)))) == repr(space)


@given(tasks)
def test_a_task_comes_back(task: Task) -> None:
    assert task_of(through_json(task_document(task))) == task


@given(verdicts)
def test_a_verdict_comes_back(verdict: Verdict) -> None:
    read = verdict_of(verdict.stage, verdict.round, through_json(verdict_document(verdict)))
    assert repr(read) == repr(verdict)


@given(results)
def test_a_result_comes_back(result: TrialResult) -> None:
    assert repr(result_of(StageName.FINE, 0, result_row(result))) == repr(result)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(results, verdicts)
def test_results_and_verdicts_come_back_from_postgres(engine: Engine, result: TrialResult, verdict: Verdict) -> None:
    store = PostgresStore(engine)
    lease = begun(store)
    started(store, lease, jobs(StageName.FINE, 1))
    store.save_results(lease, [result])
    judged = Verdict(**{**vars(verdict), "stage": StageName.FINE, "round": 0})
    store.save_verdict(lease, judged)
    read = store.results(lease.study_id)
    assert repr(read.trials[0].result) == repr(result)
    assert repr(read.stages[0].verdict) == repr(judged)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"loss": "l1", "objective": {"metric": "val_loss"}, "seed": 2**63 - 1},
        {"data": {"factory": "mine:load", "options": {"size": [8, 8], "scale": 0.1, "x": None}}},
        {"network": {"name": "convnet", "blocks": [[1, "a"], [2.5, None]], "dropout": {"log_uniform": [1e-320, 0.5]}}},
        {"recipe": {"overfit": {"learning_rates": [0.1, 1e-300]}, "coarse": {"skip": True}}},
    ],
)
def test_a_definition_comes_back(changes: dict[str, Any]) -> None:
    wanted = definition(**changes)
    read = definition_of(through_json(definition_document(wanted)))
    assert repr(read) == repr(wanted)
    assert read.identity == wanted.identity


@given(st.text(st.characters()))
def test_text_loses_only_what_postgres_cannot_hold(original: str) -> None:
    written = text(original)
    assert "\0" not in written
    written.encode()  # no half of a surrogate pair is left
    expected = [char if char != "\0" and not "\ud800" <= char <= "\udfff" else "\ufffd" for char in original]
    assert written == "".join(expected)


@pytest.mark.parametrize("value", [{1: "a"}, {"a": {1, 2}}, [object()], b"bytes"])
def test_what_is_no_json_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match=r"a document holds JSON values|the keys of a document are text"):
        document(value)


def test_a_trial_without_a_result_is_read_as_none() -> None:
    row = {**result_row(complete(jobs()[0])), "state": "running"}
    assert result_of(StageName.COARSE, 0, row) is None


def test_a_nan_is_written_as_a_mark() -> None:
    assert document({"a": math.nan, "b": {"$float": 1}}) == {"a": {"$float": "nan"}, "b": {"$mapping": {"$float": 1}}}
