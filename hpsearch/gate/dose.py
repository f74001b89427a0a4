"""How much of each sanity stage a check does: as much as is quick for a network of that size, whatever the machine.

A smaller dose never weakens what a failure means, and a pass says what it rests on. Which dose a definition gets
follows from the arithmetic of its network alone, so that it is the same everywhere; only a budget in seconds may lower
it further (docs/decisions/0080-doses-of-the-gate.md).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hpsearch.recipe.centre import centre
from hpsearch.recipe.learning_rates import own_rates, sweep_grid, with_own
from hpsearch.recipe.plan import Plan
from hpsearch.stage import Recipe, Stage, StageName
from hpsearch.study import StudyDefinition

TYPICAL_PASSES = 25
"""Over a small sample until it is learned by heart, at a good learning rate (heuristic)."""
TRAINING_PASSES = 3
"""A forward pass with its way back costs as much as so many forward passes."""
NOMINAL_MULTIPLY_ADDS_PER_S = 1e10
"""Of the machine by which doses are chosen, which is no real one: about one core."""
NOMINAL_STEP_S = 0.002
"""What a step costs there beside its arithmetic."""
QUICK_S = 6.0
"""A dose is quick if a stage takes no longer than that there."""
LONGEST_PROOF_S = 60.0
"""A failure is worth so long a proof there: a whole sweep behind a short one, an attempt at every learning rate."""
INITIAL_SAMPLES = 1024
"""Of one initialisation in the whole stage, at most."""
MOST_RATES = 6
"""Of an attempt to learn a sample by heart: those of the ladder and the study's own."""
FEWEST_STEPS = 40
"""A sound network learns sixteen samples within fewer iterations at a good rate (heuristic)."""
ATTEMPTS = 3
"""The iterations of so many attempts are all that a failure without proof is worth …"""
FEWEST_IN_ALL = 60
"""… and no fewer than these: three rates at which the loss stays in its place, two at which it stands where it fell to.
A ResNet-18 of 32×32 pixels takes half a minute for them."""
BATCH_SIZE = "data.batch_size"
OPTIMIZER = "optimizer.name"


@dataclass(frozen=True)
class Dose:
    """Limits on the sanity stages; None: as the definition has it."""

    name: Literal["whole", "quick", "short", "least"]
    seeds: int | None = None
    """Initialisations whose loss is measured …"""
    initial_samples: int | None = None
    """… over so many samples each."""
    overfit_samples: int | None = None
    sweep_rates: Literal["all", "decades", "near"] = "all"
    """``decades``: the powers of ten and the definition's own. ``near``: those next to the one at which the sample was
    learned, lower ones last, one after the other until the loss has dropped significantly."""
    sweep_steps: int | None = None
    batch_size: int | None = None
    """Of the sweep's mini-batches."""
    sweep_samples: int | None = None
    most_steps: int | None = None
    """After so many iterations an attempt to learn a sample is given up without proof; None: never …"""
    steps_in_all: int = 0
    """… and after so many all of them together are."""


WHOLE = Dose("whole")
QUICK = Dose("quick", initial_samples=512, sweep_rates="decades", sweep_steps=50)
SHORT = Dose("short", 3, 256, 64, "decades", 40, 32, 256)
LEAST = Dose("least", 2, 16, 16, "near", 20, 16, 16)
DOSES = (QUICK, SHORT, LEAST)
"""Largest first, without the whole."""


@dataclass(frozen=True)
class Work:
    """What a dose of a stage costs until it passes."""

    samples: float
    """Samples that are trained on; one that only goes forward counts a third."""
    steps: int

    def seconds(self, sample_s: float, step_s: float) -> float:
        """On a machine that takes so long for a sample and, beside that, for a step."""
        return self.samples * sample_s + self.steps * step_s


def usual_dose(study: StudyDefinition, stage: StageName, multiply_adds: int | None) -> Dose:
    """The largest dose that is quick for a network of so many multiply-adds a sample; the least one if none is."""
    if multiply_adds is None:
        return SHORT
    sample_s = nominal_sample_s(multiply_adds)
    quick = (dose for dose in DOSES if work_of(dose, study, stage).seconds(sample_s, NOMINAL_STEP_S) <= QUICK_S)
    found = next(quick, LEAST)
    if stage is not StageName.OVERFIT:
        return found
    bounded = (dose for dose in DOSES[DOSES.index(found) :] if limited(dose, study, multiply_adds) is dose)
    return next(bounded, LEAST)


def limited(dose: Dose, study: StudyDefinition, multiply_adds: int | None) -> Dose:
    """The dose with what attempts to learn a sample are worth, for a network so large that a failure at every rate
    would take longer than a minute on the nominal machine."""
    if dose is WHOLE or multiply_adds is None:
        return dose
    recipe = study.recipe.overfit
    batch = min(batch_size_of(study), dose.overfit_samples or recipe.samples or batch_size_of(study))
    rates = len(recipe.learning_rates or ()) or MOST_RATES
    steps = int(LONGEST_PROOF_S / (rates * (nominal_sample_s(multiply_adds) * batch + NOMINAL_STEP_S)))
    if steps >= recipe.steps:
        return dose
    return replace(dose, most_steps=max(FEWEST_STEPS, steps), steps_in_all=max(FEWEST_IN_ALL, ATTEMPTS * steps))


def can_be_proved(study: StudyDefinition, multiply_adds: int | None) -> bool:
    """Whether the whole sweep is short enough to follow a short one that did not pass."""
    if multiply_adds is None:
        return False
    work = work_of(WHOLE, study, StageName.LR_SWEEP)
    return work.seconds(nominal_sample_s(multiply_adds), NOMINAL_STEP_S) <= LONGEST_PROOF_S


def nominal_sample_s(multiply_adds: int) -> float:
    """Seconds of training on one sample on the machine that is none."""
    return TRAINING_PASSES * multiply_adds / NOMINAL_MULTIPLY_ADDS_PER_S


def work_of(dose: Dose, study: StudyDefinition, stage: StageName) -> Work:
    """What a stage costs that passes."""
    dosed = dosed_study(study, stage, dose, None)
    batch = batch_size_of(dosed)
    recipe = dosed.recipe
    match stage:
        case StageName.INITIAL_LOSS:
            one = initial_work(dose.initial_samples or INITIAL_SAMPLES, batch)
            return Work(recipe.initial_loss.seeds * one.samples, recipe.initial_loss.seeds * one.steps)
        case StageName.OVERFIT:
            samples = recipe.overfit.samples or recipe.overfit.batches * batch
            passes = min(TYPICAL_PASSES, math.ceil(recipe.overfit.steps * batch / samples))
            return Work(passes * samples, passes * math.ceil(samples / batch))
        case _:
            rates = 2 if dose.sweep_rates == "near" else len(sweep_grid(dosed))
            optimizers = study.space.get(OPTIMIZER)
            runs = rates * (1 if optimizers is None else len(optimizers.ends()))
            return Work(runs * recipe.lr_sweep.steps * batch, runs * recipe.lr_sweep.steps)


def initial_work(samples: int, batch: int) -> Work:
    """What measuring one initialisation costs: only its first mini-batch goes back as well."""
    both = min(samples, batch)
    return Work(both + (samples - both) / TRAINING_PASSES, -(-samples // batch))


def dosed_study(study: StudyDefinition, stage: StageName, dose: Dose, learned_at: float | None) -> StudyDefinition:
    """The definition with what a dose of one stage changes; ``learned_at``: a rate at which a sample was learned."""
    recipe = study.recipe
    if stage is StageName.INITIAL_LOSS:
        seeds = _at_most(recipe.initial_loss.seeds, dose.seeds)
        return _with(study, recipe.model_copy(update={"initial_loss": _told(recipe.initial_loss, seeds=seeds)}))
    if stage is StageName.OVERFIT:
        whole = recipe.overfit.samples or recipe.overfit.batches * batch_size_of(study)
        samples = _at_most(whole, dose.overfit_samples)
        if samples == whole:
            return study
        return _with(study, recipe.model_copy(update={"overfit": _told(recipe.overfit, samples=samples)}))
    steps = _at_most(recipe.lr_sweep.steps, dose.sweep_steps)
    rates = recipe.lr_sweep.learning_rates or _rates(study, dose, learned_at)
    dosed = _with(
        study, recipe.model_copy(update={"lr_sweep": _told(recipe.lr_sweep, steps=steps, learning_rates=rates)})
    )
    batch = batch_size_of(study)
    if dose.batch_size is None or dose.batch_size >= batch:
        return dosed
    return dosed.model_copy(update={"data": dosed.data.model_copy(update={"batch_size": dose.batch_size})})


def dosed_plan(plan: Plan, dose: Dose) -> Plan:
    """The plan of a dosed definition with fewer samples where the recipe has no setting for them."""
    limit = {StageName.INITIAL_LOSS: dose.initial_samples, StageName.LR_SWEEP: dose.sweep_samples}.get(plan.stage)
    if limit is None:
        return plan
    jobs = (replace(job, budget=replace(job.budget, samples=limit)) for job in plan.jobs)
    return replace(plan, jobs=tuple(jobs))


def batch_size_of(study: StudyDefinition) -> int:
    """That of the sanity stages."""
    found = centre(study.space).get(BATCH_SIZE, study.data.batch_size)
    if not isinstance(found, int):
        raise ValueError(
            f"a batch size is a whole number, and {found!r} is none; the definition should have refused it"
        )
    return found


def _rates(study: StudyDefinition, dose: Dose, learned_at: float | None) -> tuple[float, ...] | None:
    if dose.sweep_rates == "all":
        return None
    decades = {float(f"1e{math.floor(math.log10(rate) + 0.5)}") for rate in sweep_grid(study)}
    rates: Sequence[float] = with_own(study, decades | _fixed(study))
    if dose.sweep_rates == "near" and learned_at is not None:
        near = {rate for rate in decades if 0.05 <= rate / learned_at <= 2} | {learned_at, *_lower(learned_at)}
        rates = with_own(study, near | _fixed(study))
    return tuple(rates)


def _lower(rate: float) -> set[float]:
    """Where the loss rises above its start at the others."""
    return {float(f"{rate / 10:.6g}"), float(f"{rate / 30:.6g}")}


def _fixed(study: StudyDefinition) -> set[float]:
    own = own_rates(study)
    return set(own) if len(own) == 1 else set()


def _at_most(value: int, limit: int | None) -> int:
    return value if limit is None else min(value, limit)


def _told(stage: Stage, **values: object) -> Stage:
    return stage.model_copy(update=values)


def _with(study: StudyDefinition, recipe: Recipe) -> StudyDefinition:
    return study.model_copy(update={"recipe": recipe})
