"""Problems that are settled by the definition alone, before data are loaded or networks built. Needs no torch."""

import math
from collections.abc import Iterable

from hpsearch.data.sources import DATASETS
from hpsearch.errors import Problem, did_you_mean, shown
from hpsearch.networks.loading import LOADING, NOT_TO_LOAD
from hpsearch.preflight.hyperparameters import check_parameters
from hpsearch.preflight.unused import searches, unused_problems
from hpsearch.rule import DATA_CODES, RULES, is_known
from hpsearch.study import StudyDefinition

MOST_GRID_POINTS = 10_000
"""Of one grid search. Heuristic: above it, a random search of the same budget covers every axis better (Bergstra and
Bengio, 2012)."""

RESERVED = ("input_shape", "outputs")
"""What builders of networks are given besides the hyperparameters."""


def settled_problems(definition: StudyDefinition) -> list[Problem]:
    """Everything that is wrong with a definition whatever its data are."""
    return [
        *named_problems(definition),
        *unused_problems(definition),
        *_grids(definition),
        *_objective(definition),
        *code_problems("advice.select", definition.advice.select),
        *code_problems("advice.ignore", definition.advice.ignore),
        *_data_codes("data.checks.ignore", definition.data.checks.ignore),
    ]


def named_problems(definition: StudyDefinition) -> list[Problem]:
    """What is wrong with the names of the data set and the network, and with its hyperparameters."""
    return [*_data(definition), *_network(definition)]


def code_problems(path: str, codes: Iterable[str]) -> Iterable[Problem]:
    """Codes of rules that there are not; ``path`` is where they stand."""
    by_name = {name: code for code, name in RULES.items()}
    for place, code in enumerate(codes):
        if not is_known(code):
            near = f"Did you mean {by_name[code]}? " if code in by_name else did_you_mean(code.upper(), RULES)
            advice = f"{near}Write a code such as HP101, or the beginning of some such as HP1."
            yield Problem(f"{path}[{place}]", shown(code), "there is no rule with that code", advice)


def _data_codes(path: str, codes: Iterable[str]) -> Iterable[Problem]:
    for place, code in enumerate(codes):
        if not code or not any(known.startswith(code) for known in DATA_CODES):
            near = did_you_mean(code.upper(), DATA_CODES)
            advice = f"{near}Write a code such as HD302, or the beginning of some such as HD3; see docs/findings."
            yield Problem(f"{path}[{place}]", shown(code), "no check of data has that code", advice)


def _data(definition: StudyDefinition) -> Iterable[Problem]:
    name = definition.data.dataset
    if name is not None and name not in DATASETS:
        advice = f"{did_you_mean(name, DATASETS)}Known: {', '.join(DATASETS)}."
        yield Problem("data.dataset", shown(name), "there is no data set of that name", advice)
    if name is not None and definition.data.options:
        value = shown(definition.data.options)
        yield Problem(
            "data.options", value, "options are for a factory, and a named data set has none", "Leave them out."
        )


def _network(definition: StudyDefinition) -> Iterable[Problem]:
    network = definition.network
    for key in network.parameters:
        if key in RESERVED or not key.isidentifier():
            rule = "is given by the data" if key in RESERVED else "is not a name that Python can pass on"
            yield Problem(f"network.{key}", "", f"the hyperparameter {key!r} {rule}", "Choose another name.")
    if network.library is not None:
        for key in sorted(LOADING & network.parameters.keys()):
            value = shown(network.parameters[key])
            yield Problem(f"network.{key}", value, f"{key} {NOT_TO_LOAD}", "Leave it out.")
    if network.name is not None:
        others = {key: value for key, value in network.parameters.items() if key not in RESERVED}
        yield from check_parameters(network.name, others)


def _grids(definition: StudyDefinition) -> Iterable[Problem]:
    for name, search in searches(definition):
        if search.sampler != "grid" or search.skip:
            continue
        counts = {path: len(one.levels(search.points_per_range)) for path, one in definition.space.items()}
        points = math.prod(counts.values())
        if points > MOST_GRID_POINTS:
            axes = " × ".join(f"{count} ({path})" for path, count in counts.items())
            rule = f"the grid has {points} points, and {MOST_GRID_POINTS} are the most: {axes}"
            advice = "Fix a hyperparameter, lower points_per_range, or use sampler: random."
            yield Problem(f"recipe.{name}.sampler", "'grid'", rule, advice)


def _objective(definition: StudyDefinition) -> Iterable[Problem]:
    objective = definition.objective
    if definition.loss.name in ("l1", "l2") and objective is not None and objective.metric == "val_accuracy":
        rule = f"there is no accuracy with the loss {definition.loss.name}"
        yield Problem("objective.metric", "'val_accuracy'", rule, "Use val_loss.")
