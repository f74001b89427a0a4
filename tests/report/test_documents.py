"""The JSON documents: fixed field names, no NaN, and the schemas that describe them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hpsearch.report.compose import list_document, report_document
from hpsearch.report.document import Document
from hpsearch.report.schemas import SCHEMAS, schema_text, write_schemas
from hpsearch.results import StudyResults
from hpsearch.study import StudyState
from hpsearch.verdict import Outcome

COMMITTED = Path(__file__).parents[2] / "docs" / "schemas"


def as_json(document: Document) -> Any:
    """What a script reads; NaN and infinity are refused."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(document.model_dump_json(), parse_constant=refuse)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_committed_schemas_are_current(name: str) -> None:
    advice = "run python -m hpsearch.report.schemas docs/schemas"
    assert (COMMITTED / f"{name}.json").read_text(encoding="utf-8") == schema_text(SCHEMAS[name]), advice


def test_no_schema_is_left_over(tmp_path: Path) -> None:
    write_schemas(tmp_path / "new")
    assert {file.name for file in COMMITTED.iterdir()} == {file.name for file in (tmp_path / "new").iterdir()}


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text(SCHEMAS[name])))


def test_the_report_has_the_fields_that_scripts_rely_on(healthy: StudyResults) -> None:
    document = as_json(report_document(healthy, "/x"))
    jsonschema.validate(document, json.loads(schema_text(SCHEMAS["report"])))
    assert {"study", "stages", "best"} <= document.keys()
    assert {"id", "name", "state"} <= document["study"].keys()
    for stage in document["stages"]:
        assert {"name", "verdict", "measured", "expected", "findings", "trials"} <= stage.keys()
        for trial in stage["trials"]:
            assert {"stage", "number", "parameters", "state", "value"} <= trial.keys()
    assert {"stage", "trial", "parameters", "val_accuracy", "test_accuracy"} <= document["best"].keys()
    assert [stage["name"] for stage in document["stages"]] == ["initial_loss", "overfit", "lr_sweep", "coarse", "fine"]


def test_a_missing_or_added_field_breaks_the_schema(healthy: StudyResults) -> None:
    schema = json.loads(schema_text(SCHEMAS["report"]))
    changes: tuple[dict[str, Any], ...] = ({"extra": 1}, {"best": {}})
    for change in changes:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**as_json(report_document(healthy, "/x")), **change}, schema)


def test_rounds_of_fine_are_one_stage(healthy: StudyResults) -> None:
    fine = report_document(healthy, "/x").stages[-1]
    assert [(entry.round, entry.planned, entry.done) for entry in fine.rounds] == [(0, 2, 3), (1, 2, 1)]
    assert (fine.verdict, fine.planned, fine.done, fine.best_trial) == (Outcome.PASS, 4, 4, 2)
    assert fine.measured == {"gain": 0.003}
    assert [trial.number for trial in fine.trials] == [0, 1, 2, 3]


def test_a_stage_between_two_rounds_is_not_judged_yet(healthy: StudyResults) -> None:
    assert report_document(replace(healthy, stages=healthy.stages[:5]), "/x").stages[-1].verdict is None


def test_an_overridden_round_shows_in_the_stage(healthy: StudyResults) -> None:
    first = healthy.stages[4]
    assert first.verdict is not None
    overridden = replace(first, verdict=replace(first.verdict, outcome=Outcome.OVERRIDDEN))
    stages = (*healthy.stages[:4], overridden, *healthy.stages[5:])
    assert report_document(replace(healthy, stages=stages), "/x").stages[-1].verdict is Outcome.OVERRIDDEN


def test_the_best_trial_comes_from_fine_and_never_failed(healthy: StudyResults) -> None:
    best = report_document(healthy, "/x").best
    assert best is not None
    assert (best.stage, best.trial, best.epoch) == ("fine", 2, 2)
    assert (best.val_accuracy, best.val_loss, best.test_accuracy, best.test_loss) == (0.989, 0.25, 0.981, 0.05)


def test_without_fine_the_best_trial_comes_from_coarse(healthy: StudyResults) -> None:
    best = report_document(replace(healthy, trials=healthy.trials[:10]), "/x").best
    assert best is not None
    assert (best.stage, best.trial, best.test_accuracy) == ("coarse", 2, None)


def test_of_equal_trials_the_first_is_the_best_and_a_loss_is_minimised(healthy: StudyResults) -> None:
    twin = replace(healthy.trials[-3], number=9)
    assert (found := report_document(replace(healthy, trials=(twin, *healthy.trials)), "/x").best)
    assert found.trial == 2
    regression = replace(healthy.study, task=replace(healthy.study.task, loss="l2") if healthy.study.task else None)
    assert (found := report_document(replace(healthy, study=regression), "/x").best)
    assert found.trial == 0  # its value is the lowest


def test_nothing_finished_means_no_best_trial(broken: StudyResults) -> None:
    document = report_document(broken, "/x")
    assert document.best is None
    assert report_document(replace(broken, study=replace(broken.study, task=None)), "/x").best is None


def test_nan_and_infinity_become_null_at_any_depth(broken: StudyResults) -> None:
    document = as_json(report_document(broken, "/x"))
    jsonschema.validate(document, json.loads(schema_text(SCHEMAS["report"])))
    overfit = document["stages"][1]
    assert overfit["measured"] == {"train_accuracy": 0.1, "loss": None}
    evidence = {"first_loss": 2.30259, "last_loss": None, "by_rate": {"0.1": None}, "rates": [0.1, 0.01]}
    assert overfit["findings"][0]["evidence"] == evidence


def test_a_repeated_finding_is_told_once(broken: StudyResults) -> None:
    stage = broken.stages[1]
    assert stage.verdict is not None
    again = replace(stage, round=1, verdict=replace(stage.verdict, round=1))
    document = report_document(replace(broken, stages=(*broken.stages, again)), "/x")
    assert len(document.stages[1].findings) == 1


def test_the_list_starts_with_the_newest(healthy: StudyResults, broken: StudyResults) -> None:
    document = as_json(list_document([healthy.study, broken.study], "/x"))
    jsonschema.validate(document, json.loads(schema_text(SCHEMAS["list"])))
    assert [study["name"] for study in document["studies"]] == ["digits-2", "digits"]
    assert document["studies"][1]["state"] == StudyState.COMPLETE
