"""Fields of a definition that are a value or a distribution, and sections of it."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from hpsearch.space import Distribution, distribution, is_distribution


def searchable(allowed: Any) -> PlainValidator:
    """A validator for a value of type ``allowed`` or a distribution over such values."""
    scalar: TypeAdapter[Any] = TypeAdapter(allowed, config=ConfigDict(strict=True))

    def read(raw: object) -> Any:
        if not (is_distribution(raw) or isinstance(raw, Mapping)):
            return checked(raw)
        found: Any = distribution(raw) if isinstance(raw, Mapping) else raw
        for end in found.ends():
            checked(end)
        return found

    def checked(value: object) -> Any:
        try:
            return scalar.validate_python(value)
        except ValidationError as error:
            first = error.errors()[0]
            context = {**first.get("ctx", {}), "found": value}
            raise PydanticCustomError(first["type"], first["msg"], context) from None

    return PlainValidator(read)


def _written(value: Any) -> Any:
    return value.as_dict() if is_distribution(value) else value


WRITTEN = PlainSerializer(_written)
"""How either is written in JSON."""
Json = None | bool | int | float | str | list[Any] | dict[str, Any]
SearchableRate = Annotated[
    float | Distribution, searchable(Annotated[float, Field(gt=0, allow_inf_nan=False)]), WRITTEN
]
SearchableDecay = Annotated[
    float | Distribution, searchable(Annotated[float, Field(ge=0, allow_inf_nan=False)]), WRITTEN
]
SearchableFraction = Annotated[
    float | Distribution, searchable(Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]), WRITTEN
]
SearchableLimit = Annotated[
    float | Distribution | None, searchable(Annotated[float, Field(gt=0, allow_inf_nan=False)] | None), WRITTEN
]
"""A number above 0, or None for no limit."""
SearchableCount = Annotated[int | Distribution, searchable(Annotated[int, Field(ge=1)]), WRITTEN]


def json_value(raw: object) -> Any:
    """A value that a JSON document can hold, which keeps it the same in the store and in the study's identity."""
    try:
        json.dumps(raw, allow_nan=False)
    except (TypeError, ValueError):
        raise ValueError(
            "must be built of finite numbers, words, true, false, null, lists and mappings with words as keys; "
            "write anything else as a word"
        ) from None
    return raw


def _searchable_or_json(raw: object) -> Any:
    """A network's hyperparameter: a distribution if it is a mapping, else any JSON value."""
    return distribution(raw) if isinstance(raw, Mapping) else json_value(raw)


SearchableJson = Annotated[Json | Distribution, PlainValidator(_searchable_or_json), WRITTEN]


def named(raw: object) -> object:
    """``schedule: cosine`` is short for ``schedule: {name: cosine}``."""
    return {"name": raw} if isinstance(raw, str) else raw


class Section(BaseModel):
    """A part of the definition: frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
