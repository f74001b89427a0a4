"""From the complaints of the definition's types to problems that a user can act on."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hpsearch.errors import Problem, did_you_mean, is_short_for, shown
from hpsearch.space import KINDS

Location = tuple[str | int, ...]

BOUNDS = {
    "greater_than": ("must be greater than {gt:g}", "Raise it."),
    "greater_than_equal": ("must be at least {ge:g}", "Raise it."),
    "less_than": ("must be less than {lt:g}", "Lower it."),
    "less_than_equal": ("must be at most {le:g}", "Lower it."),
    "too_short": ("must have at least {min_length} entries", "Add some."),
    "string_pattern_mismatch": (
        "must be 1 to 100 letters, digits, '.', '_' or '-', beginning with a letter or a digit",
        "Choose another name.",
    ),
    "finite_number": ("must be finite", "Write a number."),
    "missing": ("is missing", "Add it."),
}
KINDS_OF_VALUE = {
    "int": ("must be a whole number", "Write for example 3."),
    "float": ("must be a number", "Write for example 0.1."),
    "bool": ("must be true or false", "Write true or false."),
    "string": ("must be a word", "Put it in quotes if it looks like a number."),
    "tuple": ("must be a list", "Write for example [0.1, 0.01]."),
    "list": ("must be a list", "Write for example [0.1, 0.01]."),
    "dict": ("must be a section with keys", "Write key: value lines below it."),
    "model": ("must be a section with keys", "Write key: value lines below it."),
}
OURS = ("sources",)
"""Keys of a definition that users do not write."""
UNION_TAG = re.compile(r"^(constrained-)?(int|float|str|bool)$|^literal\[|^function-|^tuple\[")
"""What pydantic puts at the end of a location for each of the types that a value may have."""


def problems_of(error: ValidationError, model: type[BaseModel], content: object) -> list[Problem]:
    """Every complaint as a problem, in the order of the definition; those about one place are joined with "or"."""
    found: dict[str, Problem] = {}
    for details in error.errors(include_url=False):
        location = _without_union_tag(details["loc"], content)
        problem = problem_of(details, location, model)
        earlier = found.get(problem.path)
        if earlier is not None and earlier.message != problem.message:
            message = f"{earlier.message}, or {problem.message.removeprefix('must be ')}"
            problem = Problem(problem.path, problem.value, message, earlier.next_step)
        found[problem.path] = problem
    return list(found.values())


def problem_of(details: ErrorDetails, location: Location, model: type[BaseModel] | None = None) -> Problem:
    """One complaint as a problem at ``location``; unknown keys are compared with those of ``model``."""
    kind, context, value = details["type"], details.get("ctx", {}), details["input"]
    path = dotted(location)
    if kind == "extra_forbidden":
        return _unknown_key(location, value, model)
    if kind == "missing":
        return Problem(path, "", *BOUNDS[kind])
    if "found" in context and context["found"] != value:
        value = context["found"]  # one end of the distribution that stands there
    if kind == "value_error":
        rule, _, advice = str(context["error"]).partition("; ")
        return Problem(path, shown(value), rule, _sentence(advice or "correct it"))
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", str(context["expected"]))
        return Problem(path, shown(value), f"must be {context['expected']}", _one_of(value, allowed))
    if isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in KINDS:
        return Problem(path, shown(value), "cannot be searched", "Write one fixed value.")
    if kind in BOUNDS:
        rule, advice = BOUNDS[kind]
        return Problem(path, shown(value), rule.format(**context), advice)
    rule, advice = KINDS_OF_VALUE.get(kind.split("_")[0], (details["msg"], "Correct it."))
    if kind.startswith(("int", "float", "bool")) and isinstance(value, str) and _unquoted(value, kind.split("_")[0]):
        advice = f"Leave the quotes out: {value.strip()}."
    if kind.startswith(("int", "float")) and isinstance(value, list):
        searchable = "found" in details.get("ctx", {}) or location[:1] == ("network",)
        advice = _distribution(value, kind) if searchable else "Write one value."
    if kind.startswith("int") and isinstance(value, float):
        advice = "Leave the fraction out; a range of whole numbers is int or log_int."
    return Problem(path, shown(value), rule, advice)


def _unquoted(text: str, kind: str) -> bool:
    """Whether a word would be of the wanted type if it stood there without quotes."""
    if kind == "bool":
        return text.strip().lower() in ("true", "false")
    try:
        return math.isfinite(float(text)) if kind == "float" else int(text) is not None
    except ValueError:
        return False


def _distribution(values: list[Any], kind: str) -> str:
    """How a list is written that was meant to be searched."""
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if not values or len(numbers) != len(values):
        return "Write one value."
    if len(values) != 2 or numbers[0] >= numbers[1]:
        return f"Write {{choice: {values}}} to search these values."
    whole = "int" if kind.startswith("int") else "uniform"
    logarithmic = numbers[0] > 0 and (whole == "uniform") and numbers[1] >= 10 * numbers[0]
    return f"Write {{{'log_uniform' if logarithmic else whole}: {values}}} to search that range."


def dotted(location: Location) -> str:
    """``("recipe", "overfit", "learning_rates", 0)`` as ``recipe.overfit.learning_rates[0]``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".")


def _unknown_key(location: Location, value: object, model: type[BaseModel] | None) -> Problem:
    key = str(location[-1])
    section = _section(model, location[:-1]) if model is not None else None
    known = [name for name in section.model_fields if name not in OURS] if section is not None else []
    hint = did_you_mean(key, known)
    paths = _paths(model) if model and not hint else []
    elsewhere = [path for path in paths if path.split(".")[-1] == key]
    elsewhere = elsewhere or [path for path in paths if is_short_for(key, path.split(".")[-1])]
    if elsewhere:
        hint = f"Did you mean {elsewhere[0]}? "
    return Problem(dotted(location), shown(value), f"there is no key {key!r} here", f"{hint}Known: {', '.join(known)}.")


def _section(model: type[BaseModel] | None, location: Sequence[str | int]) -> type[BaseModel] | None:
    """The type of the section at a location."""
    for part in location:
        field = model.model_fields.get(str(part)) if model is not None else None
        model = _as_model(field.annotation) if field is not None else None
    return model


def _paths(model: type[BaseModel], prefix: str = "") -> list[str]:
    """Every key of the definition by its dotted path."""
    paths = []
    for name, field in model.model_fields.items():
        paths.append(f"{prefix}{name}")
        section = _as_model(field.annotation)
        if section is not None:
            paths.extend(_paths(section, f"{prefix}{name}."))
    return paths


def _as_model(annotation: Any) -> type[BaseModel] | None:
    for one in (annotation, *get_args(annotation)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None


def _without_union_tag(location: Location, content: object) -> Location:
    last = location[-1] if location else ""
    if not isinstance(last, str) or not UNION_TAG.match(last):
        return location
    for part in location[:-1]:
        if isinstance(content, Mapping):
            content = content.get(part)
    return location if isinstance(content, Mapping) and last in content else location[:-1]


def _one_of(value: object, allowed: list[str]) -> str:
    return did_you_mean(value, allowed).strip() or "Write one of these."


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
