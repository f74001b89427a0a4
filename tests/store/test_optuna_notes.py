"""Every stage's verdict is its note in the Optuna dashboard, and its losses are a plot."""

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from optuna_dashboard import get_note  # type: ignore[import-untyped]
from optuna_dashboard._custom_plot_data import get_plotly_graph_objects  # type: ignore[import-untyped]
from sqlalchemy import Engine, text

from hpsearch.finding import Finding, Severity
from hpsearch.space import Grid, LogUniform
from hpsearch.stage import StageName
from hpsearch.store.postgres import PostgresStore
from hpsearch.trial import EpochRecord
from hpsearch.verdict import Outcome
from tests.store.optuna_reading import Load, loading, searched
from tests.store.study_samples import REGRESSION, begun, broken, complete, jobs, point, started, verdict


@pytest.fixture
def store(engine: Engine) -> PostgresStore:
    return PostgresStore(engine)


@pytest.fixture
def load(database_url: str) -> Iterator[Load]:
    with loading(database_url) as load_study:
        yield load_study


def plotted(load: Load, name: str) -> dict[str, Any]:
    """The figure of a stage."""
    study = load(name)
    attributes = study._storage.get_study_system_attrs(study._study_id)
    (figure,) = get_plotly_graph_objects(attributes).values()
    drawn: dict[str, Any] = json.loads(figure)
    return drawn


def test_the_note_of_a_judged_stage(store: PostgresStore, load: Load) -> None:
    finding = Finding(
        "loss-did-not-move",
        Severity.WARNING,
        "It stays.",
        {"rates": [0.1, math.nan], "share": 0.123456, "steps": 100, "each": [{"seed": 1}]},
        "Raise it.",
        "He et al., 2015",
    )
    store.save_verdict(
        searched(store),
        verdict(
            outcome=Outcome.OVERRIDDEN,
            findings=(finding,),
            measured={"best": 0.98765, "all": [{"a": 1}], "worst": -math.inf, "few": [1, 2]},
            expected={"best": "above guessing", "at_least": 1e-5},
            handed_on={"optimizer.learning_rate": LogUniform(1e-4, 0.1), "network.width": Grid((16, 32))},
        ),
    )
    assert get_note(load("digits/coarse")) == (
        "## coarse of digits\n\n"
        "### Verdict: failed, overridden\n\n"
        "Trial 1 is the best with 0.9.\n\n"
        "**Findings**\n\n"
        "- **Warning**: It stays. \\(loss-did-not-move\\)\n"
        "  - evidence: rates 0.1, nan, share 0.1235, steps 100, each \\(seed 1\\)\n"
        "  - try: Raise it.\n"
        "  - source: He et al., 2015\n\n"
        "6 of 8 trials have ended, 1 of them failed.\n\n"
        "|  | measured | expected |\n| --- | --- | --- |\n"
        "| best | 0.9877 | above guessing |\n| worst | -inf |  |\n| few | 1, 2 |  |\n| at least |  | 1e-05 |\n\n"
        "**Handed on**: around the best\n\n"
        "| hyperparameter | searched next |\n| --- | --- |\n"
        "| optimizer.learning\\_rate | 0.0001 … 0.1 \\(log\\_uniform\\) |\n"
        "| network.width | one of 16, 32 |\n\n"
        "### Failed trials\n\n"
        "- trial 5: diverged, the loss became NaN in iteration 3"
    ).replace(" \\(loss-did-not-move\\)", " (loss-did-not-move)")


def test_a_stage_that_runs_says_how_far_it_is(store: PostgresStore, load: Load) -> None:
    lease = begun(store)
    planned = jobs(count=3)
    started(store, lease, planned)
    study = load("digits/coarse")
    assert "### Verdict: none yet, it runs\n\n0 of 3 trials have ended, 0 of them failed." in get_note(study)
    store.save_results(lease, [complete(planned[0]), broken(planned[1])])
    assert "2 of 3 trials have ended, 1 of them failed." in get_note(study)
    assert "trial 1: diverged" in get_note(study)


def test_the_version_of_a_note_rises_with_what_it_says(store: PostgresStore, load: Load) -> None:
    lease = begun(store)
    planned = jobs(count=2)
    started(store, lease, planned)
    study, versions = load("digits/coarse"), []
    for step in (lambda: None, lambda: store.save_results(lease, [complete(job) for job in planned]),
                 lambda: store.save_verdict(lease, verdict())):  # fmt: skip
        step()
        versions.append(study._storage.get_study_system_attrs(study._study_id)["dashboard:note_ver"])
    assert versions == [0, 2, 3]


def test_a_study_that_has_stopped_says_so(store: PostgresStore, load: Load, engine: Engine) -> None:
    begun_lease = begun(store)
    started(store, begun_lease, jobs(count=1))
    with engine.begin() as connection:
        connection.execute(text("UPDATE hpsearch.studies SET state = 'failed', reason = 'no *disk*'"))
    assert "### Verdict: none, the study is failed\n\nno \\*disk\\*" in get_note(load("digits/coarse"))


def test_rounds_stand_newest_first(store: PostgresStore, load: Load) -> None:
    lease = begun(store)
    for number in range(2):
        started(store, lease, jobs(StageName.FINE, 1, first=number), number)
        store.save_verdict(lease, verdict(StageName.FINE, number, summary=f"summary {number}"))
    note = get_note(load("digits/fine"))
    assert note.index("### Round 2: passed\n\nsummary 1") < note.index("### Round 1: passed\n\nsummary 0")


NASTY = "<script>alert(1)</script> | [x](http://e) ![y](z) `c` **b** _i_ &lt; \\ # $m$ ~~s~~\n\n# Title\r\n\u2028- end"


def test_nothing_that_a_user_wrote_becomes_markdown(store: PostgresStore, load: Load) -> None:
    lease = begun(store)
    planned = jobs(count=1)
    started(store, lease, planned)
    store.save_results(lease, [broken(planned[0], reason=NASTY)])
    finding = Finding("code", Severity.INFO, NASTY, {NASTY: NASTY}, NASTY, NASTY)
    nasty = verdict(summary=NASTY, measured={NASTY: NASTY}, expected={NASTY: [NASTY]}, findings=(finding,),
                    handed_on_reason=NASTY)  # fmt: skip
    store.save_verdict(lease, nasty)
    note = get_note(load("digits/coarse"))
    assert "\r" not in note
    assert "\u2028" not in note
    assert "\n# Title" not in note
    plain = note.replace("\\\\", "")
    for sign in "<>[]`&$~!":
        assert plain.count(sign) == plain.count(f"\\{sign}"), sign
    for line in plain.splitlines():
        if line.startswith("|"):
            cells = line.replace("\\|", "").count("|")
            assert cells in (3, 4), line
    assert note.count("alert") >= 9


def test_numbers_of_every_size(engine: Engine) -> None:
    written = {
        "0": "0", "0.0": "0", "12345": "12345", "1e3": "1000", "0.5": "0.5", "2.302585": "2.303", "12345.678": "12346",
        "-0.00012345": "-0.0001235", "1.2345e-7": "1.235e-07", "-9.87654e12": "-9876540000000", "1.5e300": "1.5e+300",
        "123456.75": "123457", "4.9e-324": "4.9e-324", "1e308": "1e+308",
    }  # fmt: skip
    with engine.connect() as connection:
        for number, words in written.items():
            query = text("SELECT optuna.words(CAST(:number AS json))")
            assert connection.scalar(query, {"number": number}) == words


def test_a_search_shows_the_losses_of_its_three_best(store: PostgresStore, load: Load) -> None:
    lease = begun(store)
    planned = jobs(count=5)
    started(store, lease, planned)
    for job, value in zip(planned, (0.5, 0.9, 0.7, 0.1, 0.8), strict=True):
        epochs = tuple(EpochRecord(n, 1.0 / n, 0.5, math.nan if n == 3 else 2.0 / n, value) for n in range(1, 6))
        store.save_results(lease, [complete(job, value, epochs=epochs)])
    lines = plotted(load, "digits/coarse")["data"]
    named = [line for line in lines if line.get("showlegend", True)]
    assert [line["name"] for line in named] == [
        f"trial {number}, {kind}" for number in (1, 4, 2) for kind in ("training", "validation")
    ]
    raw = lines[2]
    assert raw["x"] == [1, 2, 3, 4, 5]
    assert raw["y"] == [2, 1, None, 0.5, 0.4]
    assert named[1]["y"] == pytest.approx([2, 1.5, None, 0.75, 0.45])  # of three epochs, without the gap
    assert named[0]["y"] == pytest.approx([1, 3 / 4, 11 / 18, 13 / 36, 47 / 180])


def test_the_best_of_regression_have_the_smallest_loss(store: PostgresStore, load: Load) -> None:
    lease = begun(store, task=REGRESSION)
    planned = jobs(count=5)
    started(store, lease, planned)
    for job, value in zip(planned, (0.5, 0.9, 0.7, 0.1, 0.5), strict=True):
        store.save_results(lease, [complete(job, value)])
    lines = plotted(load, "digits/coarse")["data"]
    assert [line["name"] for line in lines[::4]] == ["trial 3, training", "trial 0, training", "trial 4, training"]


@pytest.mark.parametrize("stage", [StageName.OVERFIT, StageName.LR_SWEEP])
def test_sanity_stages_show_one_line_for_each_learning_rate(store: PostgresStore, load: Load, stage: StageName) -> None:
    lease = begun(store)
    planned = jobs(stage, 2)
    started(store, lease, planned)
    curves = ((2.5, 2.0, 1.5, math.nan), (2.5, 1e300, math.inf, 1e-300))
    for job, losses in zip(planned, curves, strict=True):
        store.save_results(lease, [complete(job, None, best_epoch=None, epochs=(), step_losses=losses, learned=True)])
    figure = plotted(load, f"digits/{stage}")
    raw, mean, other, _ = figure["data"]
    rates = [point(job.number)["optimizer.learning_rate"] for job in planned]
    assert [float(line["name"].removeprefix("learning rate ")) for line in (raw, other)] == pytest.approx(rates, 1e-3)
    assert (raw["x"], raw["y"]) == ([0, 1, 2, 3], [2.5, 2, 1.5, None])
    assert mean["y"] == [2.5, 2.25, 2, None]
    assert other["y"] == [2.5, None, None, 0]
    assert figure["layout"]["xaxis"]["title"]["text"] == "iteration"


def test_long_curves_are_drawn_with_few_points(store: PostgresStore, load: Load) -> None:
    lease = begun(store)
    planned = jobs(StageName.OVERFIT, 30)
    started(store, lease, planned)
    losses = tuple(1 + (step % 7) / 7 for step in range(10_000))
    store.save_results(lease, [complete(job, None, epochs=(), best_epoch=None, step_losses=losses) for job in planned])
    lines = plotted(load, "digits/overfit")["data"]
    assert len(lines) == 40
    assert {len(line["x"]) for line in lines} == {150}
    assert lines[0]["x"][-1] == 9_999
    assert lines[0]["y"] == pytest.approx([sum(losses) / len(losses)] * 150, rel=0.02)


def test_a_stage_without_curves_has_a_note_and_no_plot(store: PostgresStore, load: Load) -> None:
    lease = begun(store)
    planned = jobs(StageName.INITIAL_LOSS, 2)
    started(store, lease, planned)
    store.save_results(lease, [complete(job, None, epochs=(), best_epoch=None, step_losses=(2.3,)) for job in planned])
    study = load("digits/initial_loss")
    attributes = study._storage.get_study_system_attrs(study._study_id)
    assert set(attributes) == {"dashboard:note_ver", "dashboard:note_str:0"}
