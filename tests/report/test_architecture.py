"""What a report says about a search over architectures, in every form."""

import json
import random
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from hpsearch.report.compose import report_document
from hpsearch.report.html import html_report
from hpsearch.report.markdown import markdown_report
from hpsearch.report.pareto import front
from hpsearch.report.schemas import SCHEMAS, schema_text
from hpsearch.report.size_charts import size_charts
from hpsearch.report.text import plain_text, report_renderable
from hpsearch.results import StudyResults, TrialRecord
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.trial import EpochRecord, TrialResult, TrialState

SEARCH: dict[str, Any] = {
    "name": "digits",
    "data": {"dataset": "digits"},
    "network": {"name": "convnet", "depth": {"int": [1, 3]}, "activation": {"choice": ["relu", "tanh"]}},
    "optimizer": {"weight_decay": 0.0},
}


def trial(stage: StageName, number: int, draw: random.Random, **changes: Any) -> TrialRecord:
    """Deeper networks are better and larger; the activation changes nothing."""
    depth = 1 + number % 3
    parameters = {
        "network.activation": draw.choice(["relu", "tanh"]),
        "network.depth": depth,
        "optimizer.learning_rate": 10 ** draw.uniform(-3, -1),
    }
    value = 0.5 + 0.1 * depth + 0.02 * draw.random() + (0.1 if stage is StageName.FINE else 0.0)
    content = {
        "value": value,
        "best_epoch": 1,
        "epochs": (EpochRecord(1, 1.0, 0.5, 1.0, value),),
        "parameter_count": 1000 * depth**2,
        "multiply_adds": 50_000 * depth,
        **changes,
    }
    return TrialRecord(stage, 0, number, parameters, TrialResult(stage, number, TrialState.COMPLETE, **content))


@pytest.fixture
def searched(healthy: StudyResults) -> StudyResults:
    draw = random.Random(0)
    trials = (
        *(trial(StageName.COARSE, number, draw) for number in range(24)),
        *(trial(StageName.FINE, number, draw) for number in range(9)),
    )
    study = replace(healthy.study, definition=StudyDefinition.model_validate(SEARCH))
    return replace(healthy, study=study, trials=trials)


def test_the_document_says_what_mattered_and_fits_its_schema(searched: StudyResults) -> None:
    report = report_document(searched, "/x")
    jsonschema.validate(json.loads(report.model_dump_json()), json.loads(schema_text(SCHEMAS["report"])))
    depth, *others = report.importances
    assert {one.parameter for one in others} == {"network.activation", "optimizer.learning_rate"}
    assert depth.parameter == "network.depth"
    assert depth.distinguishable
    assert depth.importance is not None
    assert depth.importance > 0.8
    assert not any(one.distinguishable for one in others)
    assert [(level.level, level.trials, level.best_stage) for level in depth.levels] == [
        (name, 11, "fine") for name in "123"
    ]
    assert depth.answer.startswith("3 does best: such a trial beats 8")
    assert "the best trial has 3 (0.9" in depth.answer
    assert "the trials do not tell which is best" in others[0].answer
    beaten = [level.beaten or 0 for level in depth.levels]
    assert beaten == sorted(beaten)


def test_levels_that_do_as_well_are_named(searched: StudyResults) -> None:
    """Two and three layers alike, one layer worse."""
    draw = random.Random(1)
    values = {1: 0.5, 2: 0.8, 3: 0.8}
    trials = [
        replace(found, result=replace(found.result, value=values[int(found.parameters["network.depth"] or 0)] + noise))
        for found in searched.trials
        if found.result and (noise := 0.05 * draw.random()) is not None
    ]
    depth = report_document(replace(searched, trials=tuple(trials)), "/x").importances[0]
    assert "cannot be told from it" in depth.answer
    assert "1 cannot" not in depth.answer
    assert "1 and" not in depth.answer


def test_the_fronts_hold_what_no_smaller_network_reaches(searched: StudyResults) -> None:
    sizes = report_document(searched, "/x").sizes
    assert sizes is not None
    for one, cost in (
        (sizes.by_parameters, lambda found: found.parameter_count),
        (sizes.by_multiply_adds, lambda found: found.multiply_adds),
    ):
        assert [cost(found) for found in one] == sorted({cost(found) for found in one})
        assert [found.value for found in one] == sorted({found.value for found in one})
        assert all(found.stage is StageName.FINE for found in one)
    best = report_document(searched, "/x").best
    assert best is not None
    assert sizes.by_parameters[-1].trial == best.trial
    assert sizes.smallest_alike.parameter_count == 9000


def test_a_loss_is_better_when_it_is_smaller(searched: StudyResults) -> None:
    content = {**SEARCH, "objective": {"metric": "val_loss"}}
    study = replace(searched.study, definition=StudyDefinition.model_validate(content))
    report = report_document(replace(searched, study=study), "/x")
    assert report.importances[0].answer.startswith("1 does best")
    assert report.sizes is not None
    assert {one.parameter_count for one in report.sizes.by_parameters} == {1000}


def test_every_form_tells_it(searched: StudyResults) -> None:
    report = report_document(searched, "/x")
    texts = (
        " ".join(plain_text(report_renderable(report), 100).split()),
        markdown_report(report).replace("\\", ""),
        html_report(report, searched),
    )
    for text in texts:
        assert "What mattered" in text
        assert "3 does best: such a trial beats" in text
        assert "not distinguishable from chance" in text
        assert "What size brings" in text
        assert "9,000" in text
        assert "150,000" in text
    assert "Kruskal and Wallis" in texts[1]
    assert "`network.depth`" in texts[1]
    assert "Accuracy against size" in texts[2]
    assert "val_accuracy over parameters" in texts[2]


def test_rows_of_markdown_tables_are_whole(searched: StudyResults) -> None:
    tables = markdown_report(report_document(searched, "/x")).split("\n\n")
    for table in tables:
        rows = [line for line in table.splitlines() if line.startswith("|")]
        assert len({row.replace("\\|", "").count("|") for row in rows}) <= 1


def test_the_charts_draw_every_trial_and_the_front(searched: StudyResults) -> None:
    over_parameters, over_arithmetic = size_charts(searched)
    for chart in (over_parameters, over_arithmetic):
        assert [(series.name, len(series.points)) for series in chart.series[:2]] == [("coarse", 24), ("fine", 9)]
        assert chart.series[2].as_line
        assert chart.across.logarithmic
    assert over_parameters.series[1].titles[0].endswith("9,000 parameters")


def test_nothing_is_said_of_few_trials_or_of_one_size(searched: StudyResults) -> None:
    few = report_document(replace(searched, trials=searched.trials[:7]), "/x")
    assert few.importances == ()
    unknown = tuple(
        replace(found, result=replace(found.result, parameter_count=None, multiply_adds=None))
        for found in searched.trials
        if found.result
    )
    report = report_document(replace(searched, trials=unknown), "/x")
    assert report.sizes is None
    assert report.importances
    assert size_charts(replace(searched, trials=unknown)) == []
    fixed = StudyDefinition.model_validate({**SEARCH, "network": {"name": "convnet"}})
    one_network = replace(searched, study=replace(searched.study, definition=fixed))
    assert report_document(one_network, "/x").sizes is None


def test_a_network_whose_arithmetic_is_unknown_is_on_one_front_only(searched: StudyResults) -> None:
    unknown = tuple(
        replace(found, result=replace(found.result, multiply_adds=None)) for found in searched.trials if found.result
    )
    results = replace(searched, trials=unknown)
    sizes = report_document(results, "/x").sizes
    assert sizes is not None
    assert sizes.by_multiply_adds == ()
    assert len(size_charts(results)) == 1
    assert "unknown" in plain_text(report_renderable(report_document(results, "/x")))


def test_a_front() -> None:
    things = [(3, 1), (1, 1), (2, 5), (2, 4), (4, 5), (5, 9), (1, 0), (6, 8)]
    assert front(things, lambda thing: thing[0], lambda thing: thing[1]) == [(1, 1), (2, 5), (5, 9)]
    assert front([], float, float) == []
