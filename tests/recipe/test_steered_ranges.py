"""How ranges are moved, widened and cut by what a search has found."""

from dataclasses import replace
from typing import Any

import pytest

from hpsearch.recipe.search.situation import Situation
from hpsearch.recipe.search.steering.change import Kind
from hpsearch.recipe.search.steering.steered import steered
from hpsearch.search_job import search_job
from hpsearch.trial import Failure
from hpsearch.verdict import Outcome
from tests.diagnosis.curve_cases import SOUND
from tests.recipe.recipe_cases import TASK, codes, failed, judged, planned
from tests.recipe.steering_cases import COARSE, DECAY, FINE, RATE, definition, looks


def test_rates_at_which_all_trials_diverge_are_left_out() -> None:
    plan = planned(COARSE, definition())
    order = sorted(plan.jobs, key=lambda job: job.optimizer.learning_rate)
    sound, best = {job.number for job in order[:5]}, order[4].number
    finished = [looks(job, SOUND) if job.number in sound else failed(job, Failure.DIVERGED) for job in plan.jobs]
    finished = [replace(t, result=replace(t.result, value=0.95)) if t.job.number == best else t for t in finished]
    verdict = judged(definition(), plan, finished)
    (limit,) = [f.evidence["after"]["log_uniform"][1] for f in verdict.findings if f.code == "rates-cut"]
    assert order[4].optimizer.learning_rate < limit < order[5].optimizer.learning_rate
    assert verdict.handed_on[RATE].ends()[1] == limit
    crashed = failed(order[7], Failure.ERROR)
    known = [crashed if one.job.number == order[7].number else one for one in finished]
    assert "rates-cut" not in codes(judged(definition(), plan, known))  # what it would have done is not known
    without = judged(definition(steer={"ranges": False}), plan, finished)
    assert without.handed_on[RATE].ends()[1] > limit


@pytest.mark.parametrize(
    ("given", "widened"), [(None, True), ({"log_uniform": [1e-6, 1e-3]}, True), ({"log_uniform": [1e-6, 9e-4]}, False)]
)
def test_a_default_range_is_left_at_its_end_and_a_given_one_is_not(given: Any, widened: bool) -> None:
    """The default that is written out is the recipe's own too: a stored definition has every default written out."""
    wanted = definition(optimizer={} if given is None else {"weight_decay": given})
    plan = planned(COARSE, wanted)
    jobs = tuple(search_job(wanted, COARSE, j.number, {**j.parameters, DECAY: 8.5e-4}) for j in plan.jobs)
    verdict = judged(wanted, replace(plan, jobs=jobs), [looks(job, SOUND) for job in jobs])
    assert codes(verdict) == ["range-widened" if widened else "best-at-edge"]  # one or the other for a path
    assert (verdict.handed_on[DECAY].ends()[1] == 1e-2) is widened
    fine = planned(FINE, wanted, TASK, [verdict])
    assert judged(wanted, fine, [looks(job, SOUND) for job in fine.jobs]).outcome is Outcome.PASS


@pytest.mark.parametrize(("path", "value"), [(DECAY, 1.1e-6), (DECAY, 9.5e-4), (RATE, 1.1e-5), (RATE, 0.95)])
def test_a_range_grows_only_where_there_is_something_beyond_it(path: str, value: float) -> None:
    plan = planned(COARSE, definition())
    jobs = tuple(search_job(definition(), COARSE, j.number, {**j.parameters, path: value}) for j in plan.jobs)
    verdict = judged(definition(), replace(plan, jobs=jobs), [looks(job, SOUND) for job in jobs])
    assert ("range-widened" in codes(verdict)) is (value != 1.1e-6)
    low, high = (float(end) for end in definition().space[path].ends())  # type: ignore[arg-type]
    now_low, now_high = (float(end) for end in verdict.handed_on[path].ends())  # type: ignore[arg-type]
    assert (now_low < low or now_high > high) is (value != 1.1e-6)


@pytest.mark.parametrize("diverged_at", [None, 0.5, 0.97])
def test_a_range_is_not_widened_into_rates_that_have_diverged(diverged_at: float | None) -> None:
    plan = planned(COARSE, definition())
    rates = [0.95, 0.93, *[0.01] * (len(plan.jobs) - 2)]
    jobs = [
        search_job(definition(), COARSE, j.number, {**j.parameters, RATE: r})
        for j, r in zip(plan.jobs, rates, strict=True)
    ]
    finished = [looks(job, SOUND) for job in jobs]
    if diverged_at is not None:
        last = {**plan.jobs[-1].parameters, RATE: diverged_at}
        jobs[-1] = search_job(definition(), COARSE, plan.jobs[-1].number, last)
        finished[-1] = failed(jobs[-1])
    verdict = judged(definition(), replace(plan, jobs=tuple(jobs)), finished)
    widened = diverged_at != 0.97
    assert (("range-widened" in codes(verdict)), ("best-at-edge" in codes(verdict))) == (widened, not widened)


def test_rates_are_cut_at_their_high_end_and_widened_at_their_low_one() -> None:
    """The two best lie at the low end of the default range, and all above one in its middle have diverged."""
    plan = planned(COARSE, definition())
    rates = [1.1e-5, 1.2e-5, 1.3e-5, 1.4e-5, 3e-5, 0.5, 0.6, 0.9]
    jobs = [
        search_job(definition(), COARSE, j.number, {**j.parameters, RATE: r})
        for j, r in zip(plan.jobs, rates, strict=True)
    ]
    finished = [looks(job, SOUND) if job.optimizer.learning_rate < 0.1 else failed(job) for job in jobs]
    now = Situation(definition(), COARSE, plan.space, tuple(finished), tuple(finished[:3]), {}, {**plan.space}, round=0)
    after = steered(now)
    assert [change.kind for change in after.changes if change.path == RATE] == [Kind.RATES_CUT, Kind.RANGE_WIDENED]
    assert list(after.space[RATE].ends()) == pytest.approx([1e-6, (3e-5 * 0.5) ** 0.5])
    told = [finding.evidence for finding in after.findings if finding.evidence["path"] == RATE]
    assert told[1]["before"] == told[0]["after"]
