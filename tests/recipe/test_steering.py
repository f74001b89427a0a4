"""What the findings of a search change in the next round, and what they leave alone."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.finding import Severity
from hpsearch.recipe.search.steering import followed as sure_ones
from hpsearch.search_job import EPOCHS, SCHEDULE, search_job
from hpsearch.space import Choice, LogUniform, Uniform
from hpsearch.store.codecs import verdict_document, verdict_of
from tests.diagnosis.curve_cases import SLOW, SOUND, Drawn, constant, falling, stepped, then
from tests.recipe.recipe_cases import TASK, codes, judged, planned, study
from tests.recipe.steering_cases import (
    CHANGES,
    DECAY,
    DROPOUT,
    FINE,
    OVERFITTING,
    PLATEAU,
    RATE,
    RISING,
    UNDERFITTING,
    WIDTH,
    changes,
    definition,
    fine_round,
    looks,
)


def test_a_plateau_at_a_constant_rate_adds_a_decay_to_the_next_round() -> None:
    plan, finished, verdict = fine_round(definition(), PLATEAU)
    assert codes(verdict) == ["HC105", "decay-added"]
    assert verdict.handed_on[SCHEDULE] == Choice(("constant", "cosine"))
    assert "plateau at a learning rate that was never lowered, in all 3 best trials" in verdict.findings[1].message
    second = planned(FINE, definition(), TASK, [verdict], finished)
    assert {job.optimizer.schedule for job in second.jobs} == {"constant", "cosine"}
    assert [job.parameters[SCHEDULE] for job in second.jobs] == [job.optimizer.schedule for job in second.jobs]
    third = judged(definition(), second, [*finished, *(looks(job, PLATEAU, 0.95) for job in second.jobs)])
    assert "decay-added" not in codes(third)  # it is searched by now
    assert second.jobs[0].optimizer.schedule in third.handed_on[SCHEDULE].ends()
    assert SCHEDULE not in plan.space


@pytest.mark.parametrize(
    "schedule",
    [
        "cosine",
        {"name": "step", "factor": 0.9},
        {"name": {"choice": ["constant", "step"]}},
        {"name": "constant", "warmup": 0.1},
    ],
)
def test_a_schedule_that_the_definition_gives_stays(schedule: Any) -> None:
    wanted = definition(optimizer={"schedule": schedule})
    assert "decay-added" not in codes(fine_round(wanted, PLATEAU)[2])


def test_overfitting_moves_regularisation_up_and_adds_dropout() -> None:
    plan, finished, verdict = fine_round(definition(), OVERFITTING)
    best = finished[0].job
    assert codes(verdict) == ["HC203", "regularisation-raised", "regularisation-raised"]
    assert verdict.handed_on[DECAY] == LogUniform(best.optimizer.weight_decay, 1e-2)  # a decade beyond the default
    assert verdict.handed_on[DROPOUT] == Uniform(0.0, 0.5)
    second = planned(FINE, definition(), TASK, [verdict], finished)
    assert all(0 < job.network.parameters["dropout"] < 0.5 for job in second.jobs)
    assert len({job.structure for job in second.jobs}) == len({job.network.parameters["width"] for job in second.jobs})
    worse = judged(definition(), second, [*finished, *(looks(job, OVERFITTING, 0.95) for job in second.jobs)])
    dropout = worse.handed_on[DROPOUT]
    assert dropout == Uniform(second.jobs[0].parameters[DROPOUT], 0.8)  # type: ignore[arg-type]
    assert worse.handed_on[DECAY].ends()[1] == 0.1
    assert plan.jobs[0].network.parameters.get("dropout") is None


def test_what_the_definition_gives_is_not_left() -> None:
    given = definition(
        optimizer={"weight_decay": {"log_uniform": [1e-6, 1e-2]}}, network={"name": "convnet", "dropout": 0.2}
    )
    verdict = fine_round(given, OVERFITTING)[2]
    assert verdict.handed_on[DECAY].ends()[1] == 1e-2
    assert DROPOUT not in verdict.handed_on
    fixed = definition(optimizer={"weight_decay": 0.0}, network={"name": "convnet", "dropout": 0.2})
    assert changes(fine_round(fixed, OVERFITTING)[2]) == {}
    ranged = definition(network={"name": "convnet", "dropout": {"uniform": [0.1, 0.3]}})
    assert fine_round(ranged, OVERFITTING)[2].handed_on[DROPOUT].ends()[1] == 0.3


def test_a_network_without_dropout_gets_none() -> None:
    own = definition(network={"factory": "tests.recipe.recipe_networks:linear"})
    assert set(changes(fine_round(own, OVERFITTING)[2])) == {DECAY}


def test_a_network_that_is_still_improving_trains_longer_and_twice_as_long_at_most() -> None:
    _, finished, verdict = fine_round(definition(), RISING)
    assert codes(verdict) == ["HC202", "epochs-raised"]
    second = planned(FINE, definition(), TASK, [verdict], finished)
    assert {job.budget.epochs for job in second.jobs} == {24}
    assert "24 epochs each" in second.reason
    assert search_job(definition(), FINE, second.jobs[0].number, second.jobs[0].parameters) == second.jobs[0]
    later = judged(definition(), second, [*finished, *(looks(job, RISING, 0.95) for job in second.jobs)])
    assert "epochs-raised" not in codes(later)
    assert later.handed_on[EPOCHS] == Choice((24,))  # and the third round stays as long
    assert {job.budget.epochs for job in planned(FINE, definition(), TASK, [verdict, later], finished).jobs} == {24}


@pytest.mark.parametrize("epochs", [10, 11])
def test_a_number_of_epochs_that_the_definition_gives_is_advised_to_be_raised_and_not_changed(epochs: int) -> None:
    for rounds in (3, 1):
        recipe = {"fine": {"epochs": epochs, "trials": 8, "rounds": rounds}}
        wanted = definition(recipe=recipe)
        _, _, verdict = fine_round(wanted, RISING)
        assert codes(verdict) == ["more-epochs-advised"]
        assert f"Raise recipe.fine.epochs, to {2 * epochs} for example" in verdict.findings[0].advice
        assert EPOCHS not in verdict.handed_on
        recipe["fine"]["steer"] = {"epochs": False}  # type: ignore[assignment]
        assert codes(fine_round(definition(recipe=recipe), RISING)[2]) == []


def test_a_training_that_is_too_short_is_not_told_to_be_too_small_beside_it() -> None:
    def error(done: float) -> float:
        return 0.7 - 0.4 * done

    short = Drawn(lambda done: 2.3 - 0.4 * done, error=error, validation_error=error)
    wanted = study(recipe={"fine": {"epochs": 8, "rounds": 1}}, network={"name": "convnet", "width": 8})
    verdict = fine_round(wanted, short)[2]
    assert [one.code for one in verdict.findings if one.severity is not Severity.INFO] == []
    assert "more-epochs-advised" in codes(verdict)


def test_wider_networks_wait_while_the_loss_still_falls() -> None:
    wanted = definition()
    plan = planned(FINE, wanted)
    points = [{**job.parameters, WIDTH: 16} for job in plan.jobs]
    jobs = tuple(search_job(wanted, FINE, j.number, point) for j, point in zip(plan.jobs, points, strict=True))
    for drawn, widened in ((UNDERFITTING, True), (SLOW, False)):
        finished = [looks(job, drawn) for job in jobs]
        assert "HC204" in {one.code for one in diagnose(finished[0], wanted, TASK)}
        assert ("width-raised" in codes(judged(wanted, replace(plan, jobs=jobs), finished))) is widened


def test_underfitting_takes_the_wider_networks_and_less_regularisation() -> None:
    strong = definition(
        network={"name": "convnet", "width": {"choice": [8, 16, 32]}, "dropout": {"uniform": [0.0, 0.9]}}
    )
    plan = planned(FINE, strong)
    points = [{**job.parameters, WIDTH: 16, DROPOUT: 0.6} for job in plan.jobs]
    jobs = tuple(search_job(strong, FINE, job.number, point) for job, point in zip(plan.jobs, points, strict=True))
    verdict = judged(strong, replace(plan, jobs=jobs), [looks(job, UNDERFITTING) for job in jobs])
    assert codes(verdict) == ["HC204", "regularisation-lowered", "width-raised"]
    assert verdict.handed_on[WIDTH] == Choice((16, 32))
    assert verdict.handed_on[DROPOUT] == Uniform(0.0, 0.6)


def test_where_labels_are_wrong_no_larger_network_is_searched_and_labels_are_looked_at_first() -> None:
    """Of 40 samples of each class 10 are wrong, one or two for each other class, and the loss is their entropy."""
    pairs = [(label, other) for label in range(10) for other in range(10) if other != label]
    answers = [(*pair, 1 + (pair[1] == (pair[0] + 1) % 10)) for pair in pairs] + [(one, one, 30) for one in range(10)]
    course = falling(2.4, 0.5623 + 0.25 * math.log(9), 20)
    noisy = Drawn(course, error=constant(0.25), validation_error=constant(0.25), answers=answers)
    plan = planned(FINE, wanted := definition())
    points = [{**job.parameters, WIDTH: 16} for job in plan.jobs]
    jobs = tuple(search_job(wanted, FINE, j.number, point) for j, point in zip(plan.jobs, points, strict=True))
    verdict = judged(wanted, replace(plan, jobs=jobs), [looks(job, noisy) for job in jobs])
    assert codes(verdict) == ["HC204"]
    assert "as if 28% of all labels were wrong at random" in verdict.findings[0].message
    assert verdict.findings[0].advice.startswith("Look at images beside wrong answers: if labels are wrong")


def test_a_plateau_gets_a_decay_before_anything_is_said_to_be_too_small() -> None:
    high = replace(PLATEAU, loss=then(falling(2.4, 1.0), 0.3, constant(1.0)), error=constant(0.35))
    high = replace(high, validation=stepped(*[1.0, 1.12, 0.92] * 4), validation_error=constant(0.36))
    assert codes(fine_round(definition(), high)[2]) == ["HC105", "decay-added"]


@pytest.mark.parametrize("drawn", [PLATEAU, OVERFITTING, RISING, UNDERFITTING])
def test_nothing_is_changed_where_steering_is_switched_off(drawn: Drawn) -> None:
    steered, plain = fine_round(definition(), drawn)[2], fine_round(definition(steer=False), drawn)[2]
    assert not CHANGES & set(codes(plain))
    assert set(plain.handed_on) == {RATE, DECAY, WIDTH}
    assert plain.handed_on_reason == steered.handed_on_reason.partition("; changed because")[0]


@pytest.mark.parametrize(("drawn", "code"), [(PLATEAU, "HC105"), (OVERFITTING, "HC203"), (RISING, "HC202")])
def test_what_is_not_sure_is_followed_only_where_all_of_the_best_have_it(
    drawn: Drawn, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sure_ones, "SURE", frozenset())
    plan, finished, verdict = fine_round(definition(), drawn)
    assert CHANGES & set(codes(verdict))
    one_is_sound = [looks(finished[1].job, SOUND) if trial.job.number == 1 else trial for trial in finished]
    assert not CHANGES & set(codes(judged(definition(), plan, one_is_sound)))
    monkeypatch.setattr(sure_ones, "SURE", frozenset({code}))
    assert CHANGES & set(codes(judged(definition(), plan, one_is_sound)))


def test_a_verdict_has_findings_as_grave_as_they_are_of_its_trials() -> None:
    _, _, verdict = fine_round(definition(steer=False), OVERFITTING)
    assert [(one.code, one.severity) for one in verdict.findings] == [("HC203", Severity.WARNING)]


def test_sound_trainings_change_nothing() -> None:
    assert fine_round(definition(), SOUND)[2] == fine_round(definition(steer=False), SOUND)[2]
    assert codes(fine_round(definition(), SOUND)[2]) == []


def test_a_round_that_brought_nothing_is_followed_by_one_that_is_changed() -> None:
    plan, finished, verdict = fine_round(definition(), PLATEAU)
    second = planned(FINE, definition(), TASK, [verdict], finished)
    same = judged(definition(), second, [*finished, *(looks(job, OVERFITTING, 0.89) for job in second.jobs)])
    assert same.again
    assert "round-brought-nothing" in codes(same)
    assert "what was found in it changes the next round" in same.summary
    plain = judged(definition(steer=False), second, [*finished, *(looks(j, OVERFITTING, 0.89) for j in second.jobs)])
    assert not plain.again
    assert "so that this round is the last" in plain.summary
    assert plan.round == 0


def test_the_last_round_changes_nothing() -> None:
    last = definition(recipe={"fine": {"epochs": 12, "trials": 8, "rounds": 1}})
    _, _, verdict = fine_round(last, OVERFITTING)
    assert (codes(verdict), verdict.handed_on) == (["HC203"], {})


def test_a_grid_search_does_not_grow() -> None:
    wanted = definition(sampler="grid")
    for drawn, path in ((PLATEAU, SCHEDULE), (OVERFITTING, DROPOUT)):
        plan, finished, verdict = fine_round(wanted, drawn)
        assert len(verdict.handed_on[path].ends()) == 1
        assert len(planned(FINE, wanted, TASK, [verdict], finished).jobs) <= len(plan.jobs)


@pytest.mark.parametrize("drawn", [PLATEAU, OVERFITTING, RISING])
def test_a_stored_verdict_leads_to_the_very_same_round(drawn: Drawn) -> None:
    """After an interruption the next round is planned from the verdict as the store gives it back."""
    _, finished, verdict = fine_round(definition(), drawn)
    assert fine_round(definition(), drawn)[2] == verdict
    again = verdict_of(FINE, 0, json.loads(json.dumps(verdict_document(verdict))))
    plans = [planned(FINE, definition(), TASK, [one], finished) for one in (verdict, again)]
    assert plans[0] == plans[1]
    assert judged(definition(), plans[0], finished) == judged(definition(), plans[1], finished)
