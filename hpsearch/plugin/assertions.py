"""The assertions: stages of the recipe and rules of the advice on a plain network and plain data.

Each raises AssertionError with the sentence of the finding, its evidence, and what to try. The network that is handed
in is left as it is: a copy is looked at. Verdicts are those of ``hpsearch check``.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from pydantic import ValidationError

from hpsearch.advice.advise import findings_of
from hpsearch.advice.facts import Purpose
from hpsearch.advice.gathering import facts_of_network
from hpsearch.data.dataset import Dataset
from hpsearch.finding import Finding, Severity
from hpsearch.gate.bench import CheckBench
from hpsearch.gate.dose import QUICK
from hpsearch.gate.images import NORMALISE, far_off
from hpsearch.gate.judged import judged_inside
from hpsearch.gate.stage_run import StageRun, run_stage
from hpsearch.plugin.held import FACTORY, Model, holding, network_of
from hpsearch.plugin.outputs import outputs_of
from hpsearch.plugin.samples import MOST_SAMPLES, dataset_of, pair_of
from hpsearch.recipe.initial_loss.findings import signal_lost, without_gradient
from hpsearch.recipe.wording import counted
from hpsearch.report.words import facts_words, plain_facts, printable
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.verdict import Outcome

SEEDS = 3
"""Initialisations of a network that is handed in as what builds it; one that is there has its own weights alone."""
FEW_NAMES = 4
"""Of many, so many are told."""
FEW = 32
"""Samples that are learned by heart, if nothing else is said."""
ARGUMENTS = frozenset({"samples", "steps", "learning_rates", "batch_size"})
"""Of assertions, under the same names in a study."""
PATHS = re.compile(r"recipe\.(?:overfit|initial_loss)\.(\w+)")
ARGUMENT_OF = {"batches": "samples"}
EMPTY: tuple[object, ...] = ([], (), {}, "", None)
"""Evidence that says nothing."""
UNKNOWN = frozenset({"HP406"})
INDEPENDENCE = frozenset({"HP401", "HP403", "HP404", "HP405"})
"""What ties the outputs of a sample to anything but the sample: others, chance, or the passes before."""


def assert_initial_loss(model: Model, data: object, *, batch_size: int = 64) -> None:
    """The loss of the untrained network is that of guessing, ln K for K classes, and its outputs depend on the image.

    ``model``: a ``torch.nn.Module``, or what builds one without arguments. ``data``: see ``samples.dataset_of``.
    """
    __tracebackhide__ = True
    run = _run(model, data, StageName.INITIAL_LOSS, {"initial_loss": {"seeds": SEEDS}}, batch_size)
    _demand(run, data)


def assert_overfits(
    model: Model,
    data: object,
    *,
    samples: int | None = None,
    steps: int = 200,
    learning_rates: Sequence[float] | None = None,
    optimizer: Literal["sgd", "adam", "adamw", "rmsprop", "adagrad"] = "sgd",
    batch_size: int = 64,
) -> None:
    """The network learns ``samples`` samples by heart within ``steps`` iterations, without any regularisation.

    By default 32, or all if there are fewer, at one of five learning rates at least that suit the optimiser.
    """
    __tracebackhide__ = True
    told: dict[str, object] = {"samples": FEW if samples is None else samples, "steps": steps}
    if learning_rates is not None:
        if not learning_rates:
            raise ValueError("learning_rates must hold one at least, got none; leave it out for those that suit")
        told["learning_rates"] = tuple(learning_rates)
    _demand(_run(model, data, StageName.OVERFIT, {"overfit": told}, batch_size, optimizer, samples or 1), data)


def assert_gradients_reach(model: Model, data: object, *, except_for: Iterable[str] = (), batch_size: int = 64) -> None:
    """Every parameter gets a gradient in the first iteration, none is frozen, and the image reaches the outputs.

    ``except_for``: names of parameters, or beginnings of names, that need none: what is frozen on purpose, because its
    weights come from another training, or gates that start at zero.
    """
    __tracebackhide__ = True
    run = _run(model, data, StageName.INITIAL_LOSS, {"initial_loss": {"seeds": SEEDS}}, batch_size)
    if any(trial.result.failure is not None for trial in run.finished):
        _demand(run, data)
    spared = (except_for,) if isinstance(except_for, str) else tuple(except_for)
    parameters = network_of(model).named_parameters()
    frozen = {name for name, value in parameters if not value.requires_grad}
    if left := sorted(name for name in frozen if not name.startswith(spared)):
        raise AssertionError(_frozen(left))

    def trained(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if name not in frozen and not name.startswith(spared))

    finished = [
        replace(trial, result=replace(trial.result, without_gradient=trained(trial.result.without_gradient)))
        for trial in run.finished
    ]
    _demand_known_weights(model, data)
    lost = signal_lost(finished)
    found = lost if lost is not None and lost.severity is Severity.ERROR else without_gradient(finished)
    if found is not None:
        raise AssertionError(_told(found.message, (found,)) + _spared_how(found))


def _demand_known_weights(model: Model, data: object) -> None:
    """Raises AssertionError for weights that the forward pass takes and the network does not have."""
    __tracebackhide__ = True
    images, _ = pair_of(data)
    network = network_of(model)
    shape: tuple[int, int, int] = tuple(images.shape[1:])  # type: ignore[assignment]
    found = findings_of(facts_of_network(network, Purpose(shape, outputs_of(network, images)), costs=False), UNKNOWN)
    if found:
        raise AssertionError(_told(found[0].message, found))


def assert_samples_independent(model: Model, data: object) -> None:
    """In eval mode the outputs of a sample depend on that sample alone: not on others in its batch, not on chance, as
    behind a dropout that ignores the mode, and no pass changes the images that it is given.

    ``data``: as for the other assertions; only the shape of a sample counts.
    """
    __tracebackhide__ = True
    images, _ = pair_of(data)
    network = network_of(model)
    shape: tuple[int, int, int] = tuple(images.shape[1:])  # type: ignore[assignment]
    facts = facts_of_network(network, Purpose(shape, outputs_of(network, images)))
    if findings_of(facts, INDEPENDENCE):
        found = findings_of(facts, INDEPENDENCE | UNKNOWN)  # layers in a list are the cause where there are some
        raise AssertionError(_told(found[0].message, found))


def _run(
    model: Model,
    data: object,
    stage: StageName,
    recipe: dict[str, object],
    batch_size: int,
    optimizer: str = "sgd",
    fewest: int = 1,
) -> StageRun:
    """One stage of the recipe on the network, in the dose of a quick check. Raises ValueError for too few samples."""
    dataset = _dataset(model, data)
    if dataset.task.train_samples < fewest:
        there = dataset.task.train_samples
        raise ValueError(
            f"the data must hold the {fewest} samples to learn, got {there} (at most {MOST_SAMPLES} count)"
        )
    study = _study(recipe, min(batch_size, dataset.task.train_samples), optimizer)
    with holding(model):
        bench = CheckBench(study, dataset)
        run = run_stage(bench, stage, QUICK)
        return run if run.verdict is None else replace(run, verdict=judged_inside(run.verdict, run, bench))


def _study(recipe: dict[str, object], batch_size: int, optimizer: str) -> StudyDefinition:
    """Raises ValueError for an argument that a study cannot have."""
    try:
        return StudyDefinition.model_validate(
            {
                "data": {"factory": FACTORY, "batch_size": batch_size},
                "network": {"factory": FACTORY},
                "optimizer": {"name": optimizer},
                "recipe": recipe,
            }
        )
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        place = [str(part) for part in wrong["loc"]]
        argument = "optimizer" if place[:1] == ["optimizer"] else next((one for one in place if one in ARGUMENTS), "")
        told = f"{wrong['msg'][:1].lower()}{wrong['msg'][1:]}"
    raise ValueError(f"{argument or '.'.join(place)}: {told}, got {wrong['input']!r}")


def _dataset(model: Model, data: object) -> Dataset:
    images, targets = pair_of(data)
    return dataset_of((images, targets), outputs_of(network_of(model), images))


def _frozen(names: Sequence[str]) -> str:
    shown = ", ".join(names[:FEW_NAMES]) + (f" and {len(names) - FEW_NAMES} more" if len(names) > FEW_NAMES else "")
    are, learn = ("is", "learns") if len(names) == 1 else ("are", "learn")
    return (
        f"{counted(len(names), 'parameter')} {are} frozen (requires_grad is off) and {learn} nothing: {shown}\n"
        "  try: Let them learn; what is frozen on purpose is named by except_for, as in except_for=['features.']."
    )


def _spared_how(finding: Finding) -> str:
    """A line on how parameters are left out on purpose, with a name of theirs; empty for other findings."""
    names = finding.evidence.get("parameters")
    if not names or finding.severity is Severity.ERROR:
        return ""
    return f"\n  What needs none on purpose is named by except_for, as in except_for=['{names[0].partition('.')[0]}.']."


def _demand(run: StageRun, data: object) -> None:
    __tracebackhide__ = True
    verdict = run.verdict
    if verdict is not None and verdict.outcome is Outcome.FAIL:
        raise AssertionError(_told(verdict.summary, verdict.findings) + _of_scale(data))


def _of_scale(data: object) -> str:
    """A line about images that are far from mean 0 and standard deviation 1, where a failure may come from that."""
    words = far_off(pair_of(data)[0])
    return f"\n  {words}\n  try: {NORMALISE}" if words else ""


def _own_words(advice: str) -> str:
    """With the arguments of assertions in the place of paths of a definition."""
    return PATHS.sub(lambda found: ARGUMENT_OF.get(found[1], found[1]), advice)


def _told(sentence: str, findings: Sequence[Finding]) -> str:
    """The sentence, and below it what every finding saw and advises."""
    lines = [printable(sentence)]
    for finding in findings:
        evidence = facts_words(plain_facts({key: one for key, one in finding.evidence.items() if one not in EMPTY}))
        named = (("evidence", evidence), ("try", _own_words(finding.advice)), ("source", finding.source))
        lines += [f"  [{finding.code}]"] if len(findings) == 1 else [f"  [{finding.code}] {printable(finding.message)}"]
        lines += [f"  {title}: {printable(content)}" for title, content in named if content]
    return "\n".join(lines)
