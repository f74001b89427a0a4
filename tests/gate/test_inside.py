"""What looks inside attempts to learn a sample say of the network, and what they say of the rates alone."""

from dataclasses import replace

from hpsearch.diagnosis.diagnose import all_but, explaining
from hpsearch.finding import Finding, Severity
from hpsearch.gate.head_only import with_head_only
from hpsearch.gate.inside import BESIDE_A_PASS, FAULTS, OF_UPDATES, seen_inside
from hpsearch.job import Job
from hpsearch.look import LayerLook, Look, LossLook, OutputLook
from hpsearch.preflight.check import check_definition
from hpsearch.recipe.overfit.stage import judge, plan
from hpsearch.trial import FinishedTrial, TrialResult, TrialState
from hpsearch.verdict import Outcome
from tests.gate.gate_cases import small

STUDY = small()
TASK = check_definition(STUDY).task
PLAN = plan(STUDY, TASK, (), (), None)  # type: ignore[arg-type]


def look(step: int, first_gradient: float, sample_std: float = 0.5, first_std: float = 1.0) -> Look:
    """Three layers of which the first gets such a gradient, and outputs that differ so far between samples."""
    layers = tuple(
        LayerLook(name, "Linear", 0.0, std, sample_std * std, 0.0, 0.0, 0.0, 1.0, gradient, 0.001, weight_std=0.1)
        for name, gradient, std in (("a", first_gradient, first_std), ("b", 0.01, 1.0), ("c", 1.0, 1.0))
    )
    return Look(step, layers, OutputLook(32, -1.0, 1.0, 0.0, sums_to_one=False, sample_std=sample_std))


def told(*looks: Look, by: int = len(PLAN.jobs), but: int | None = None, leaves_unit: bool = False) -> list[str]:
    """The codes of a verdict on attempts none of which moved the loss, so many of them with these looks but for one."""
    result = TrialResult(PLAN.stage, 0, TrialState.COMPLETE, step_losses=(2.3,) * 400, step_accuracies=(0.1,) * 400)
    finished = [
        FinishedTrial(
            job, replace(result, number=job.number, learned=False, looks=looks if place < by and place != but else ())
        )
        for place, job in enumerate(PLAN.jobs)
    ]
    verdict = seen_inside(judge(STUDY, TASK, PLAN, finished), finished, STUDY, TASK, leaves_unit=leaves_unit)
    return [finding.code for finding in verdict.findings if finding.code.startswith("HC")]


def test_gradients_vanish_where_they_do_before_any_update_and_after() -> None:
    assert told(look(0, 1e-6), look(200, 1e-6), look(398, 1e-6)) == ["HC311"]
    assert told(look(0, 1e-6), look(200, 0.1), look(398, 0.1)) == []


def test_gradients_that_updates_made_vanish_are_the_rates_fault() -> None:
    assert told(look(0, 0.1), look(200, 1e-6), look(398, 1e-6)) == []
    assert told(look(98, 1e-6)) == []


def test_what_is_not_told_hides_nothing() -> None:
    alike = {"first_gradient": 1e-6, "sample_std": 1e-6}
    assert told(look(0, 0.1), look(200, **alike), look(398, **alike)) == ["HC333"]
    assert told(look(98, **alike)) == ["HC333"]
    assert told(look(0, 1e-6), look(200, **alike), look(398, **alike)) == ["HC311"]


def test_a_reason_that_is_not_told_hides_nothing() -> None:
    assert "HC305" in explaining("HC333") - FAULTS
    for codes in (FAULTS, BESIDE_A_PASS):
        assert frozenset().union(*map(explaining, codes)) - codes - OF_UPDATES <= all_but(codes)


def test_what_updates_do_is_told_where_the_lowest_rate_shows_it_too() -> None:
    """What it brings about is not: that is no fault of the network."""
    alike = look(398, 0.1, sample_std=1e-6)
    dead = replace(alike, layers=tuple(replace(layer, kind="ReLU", dead_share=1.0) for layer in alike.layers))
    assert "HC301" in explaining("HC333") & OF_UPDATES
    assert told(look(0, 0.1), dead) == ["HC301"]
    assert told(look(0, 0.1), dead, but=0) == []


def test_what_the_network_does_to_its_gradients_is_told() -> None:
    turned = replace(look(398, 0.1), loss=LossLook(32, 1.0, 20, 0.0, 1.0, 0.0))
    assert told(look(0, 0.1), turned) == ["HC351"]
    cut = LossLook(32, 1.0, 20, 0.0, 0.0, 0.0, unreached=0.5, sent=32)
    later = [replace(look(step, 0.1), loss=cut) for step in (200, 398)]
    assert told(look(0, 0.1), *later) == ["HC353"]


def test_first_weights_of_another_scale_are_told_where_they_were_looked_at() -> None:
    assert told(look(0, 0.1, first_std=500.0), look(398, 0.1)) == ["HC322"]
    assert told(look(98, 0.1, first_std=500.0)) == []


def test_outputs_that_other_weights_take_out_of_bounds_are_not_bounded() -> None:
    between = [
        replace(look(step, 0.1), outputs=OutputLook(32, 0.1, 0.9, 0.0, sums_to_one=False, sample_std=0.3))
        for step in (0, 200, 398)
    ]
    assert told(*between) == ["HC332"]
    assert told(*between, leaves_unit=True) == []
    cut = [replace(one, outputs=OutputLook(32, 0.0, 0.9, 0.3, sums_to_one=False, sample_std=0.3)) for one in between]
    assert told(*cut, leaves_unit=True) == ["HC332"]


def test_what_half_of_the_attempts_do_not_show_is_not_the_networks() -> None:
    looks, half = (look(0, 1e-6), look(200, 1e-6), look(398, 1e-6)), len(PLAN.jobs) // 2
    assert told(*looks, by=half) == []
    assert told(*looks, by=half + 1) == ["HC311"]


def test_weights_that_nothing_moved_are_told_beside_a_pass() -> None:
    looks = tuple(replace(look(step, 0.0), still=("a.weight",)) for step in (0, 200, 398))
    assert beside_a_pass(*looks) == ["HC315"]
    assert beside_a_pass(*(look(step, 0.1) for step in (0, 200, 398))) == []
    assert beside_a_pass(replace(look(0, 0.1), unseen=(1,)), look(200, 0.1), look(398, 0.1)) == ["HC335"]


def test_a_network_of_which_the_head_alone_learns_fails() -> None:
    """``still`` are the parameters that no update has changed; ``drawn`` those that were drawn at random."""

    def seen(still: tuple[str, ...], *drawn: str, frozen: tuple[str, ...] = ()) -> list[tuple[str, str]]:
        looks = tuple(replace(cut(look(step, 0.1), still), still=still, frozen=frozen) for step in (0, 200, 398))
        finished = [learned(job, looks) for job in PLAN.jobs]
        verdict = judge(STUDY, TASK, PLAN, finished)
        too_low = Finding("learning-rates-too-low", Severity.WARNING, "", {}, "")
        verdict = seen_inside(replace(verdict, findings=(too_low,)), finished, STUDY, TASK)
        told = with_head_only(verdict, finished, drawn).findings
        return [(one.code, one.severity) for one in told]

    def cut(one: Look, still: tuple[str, ...]) -> Look:
        layers = (
            replace(layer, gradient_norm=None, update_norm=0.0) if f"{layer.name}.weight" in still else layer
            for layer in one.layers
        )
        return replace(one, layers=tuple(layers))

    both = ("a.weight", "a.bias", "b.weight", "b.bias")
    assert seen(both, "a.weight", "b.weight") == [("HC315", "error")]
    warned = [("learning-rates-too-low", "warning"), ("HC315", "warning")]
    assert seen(both[:2], "a.weight", "b.weight") == warned
    assert seen(both) == warned  # not drawn: trained before
    assert seen(both[:2], "a.weight", "b.weight", frozen=("b.weight",)) == [
        ("HC315", "error")
    ]  # of those to be trained


def test_a_head_that_learned_before_anything_was_looked_at_fails_by_what_got_no_gradient_at_the_start() -> None:
    first = look(0, 0.1)
    cut = (*(replace(layer, gradient_norm=0.0) for layer in first.layers[:2]), first.layers[2])
    names = ("a.weight", "a.bias", "b.weight", "b.bias")

    def seen(
        only: Look, without: tuple[str, ...] = names, *others: Finding, later: tuple[Look, ...] = ()
    ) -> list[tuple[str, str]]:
        trial = learned(PLAN.jobs[0], (only, *later))
        finished = [replace(trial, result=replace(trial.result, without_gradient=without))]
        verdict = replace(judge(STUDY, TASK, PLAN, finished), findings=others)
        told = with_head_only(verdict, finished, ("a.weight", "b.weight"))
        assert (told.outcome is Outcome.FAIL) == (told is not verdict)
        return [(one.code, one.severity) for one in told.findings]

    alone = replace(first, layers=cut)
    assert seen(alone) == [("HC315", "error")]
    assert seen(first, ("a.bias", "b.bias")) == []  # biases in front of a norm
    assert seen(alone, names[:2]) == []
    assert seen(replace(alone, layers=(*cut[:2], replace(cut[2], weight_norm=0.0)))) == []  # they wait for the last
    assert seen(replace(alone, graded_zeros=("scale",))) == []
    equal = Finding("HC321", Severity.ERROR, "", {}, "")
    assert seen(alone, names, equal) == [("HC321", "error")]
    trained = tuple(replace(layer, update_norm=0.01) for layer in cut)
    assert seen(alone, later=(replace(alone, step=200, layers=trained),)) == []


def learned(job: Job, looks: tuple[Look, ...]) -> FinishedTrial:
    losses = tuple(2.3 * 0.98**step for step in range(400))
    result = TrialResult(PLAN.stage, job.number, TrialState.COMPLETE, step_losses=losses, step_accuracies=(1.0,) * 400)
    return FinishedTrial(job, replace(result, learned=True, looks=looks))


def beside_a_pass(*looks: Look) -> list[str]:
    """The codes of a verdict on an attempt that has learned its sample, with these looks."""
    job = PLAN.jobs[2]
    losses, right = (2.3, *(2.3 * 0.97**step for step in range(399))), (0.1,) * 200 + (1.0,) * 200
    made = TrialResult(PLAN.stage, job.number, TrialState.COMPLETE, step_losses=losses, step_accuracies=right)
    finished = [FinishedTrial(job, replace(made, learned=True, looks=looks))]
    verdict = seen_inside(judge(STUDY, TASK, PLAN, finished), finished, STUDY, TASK)
    return [finding.code for finding in verdict.findings if finding.code.startswith("HC")]
