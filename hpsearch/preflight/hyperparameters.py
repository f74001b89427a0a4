"""Checks of a named network's hyperparameters against their types and bounds. Needs no torch."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from hpsearch.errors import Problem, did_you_mean, shown
from hpsearch.networks.parameters import PARAMETERS
from hpsearch.preflight.problems import problem_of
from hpsearch.space import is_distribution


def check_parameters(name: str, parameters: Mapping[str, Any]) -> list[Problem]:
    """Every fixed value and every end of a distribution that the network ``name`` does not take."""
    if name not in PARAMETERS:
        advice = f"{did_you_mean(name, PARAMETERS)}Known: {', '.join(PARAMETERS)}."
        return [Problem("network.name", shown(name), "there is no network of that name", advice)]
    model = PARAMETERS[name]
    problems = []
    for key, value in parameters.items():
        if key not in model.model_fields:
            advice = f"{did_you_mean(key, model.model_fields)}Known: {', '.join(model.model_fields)}."
            rule = f"{name} has no hyperparameter {key!r}"
            problems.append(Problem(f"network.{key}", shown(_written(value)), rule, advice))
        else:
            problems.extend(_check_value(model, key, value))
    return problems


def _check_value(model: type[BaseModel], key: str, value: Any) -> list[Problem]:
    """The first wrong value of one hyperparameter."""
    field = model.model_fields[key]
    adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation(), config={"strict": True})
    for end in value.ends() if is_distribution(value) else (value,):
        try:
            adapter.validate_python(end)
        except ValidationError as error:
            return [problem_of(error.errors(include_url=False)[0], ("network", key))]
    return []


def _written(value: Any) -> Any:
    return value.as_dict() if is_distribution(value) else value
