"""What every JSON document has in common: fixed field names, nothing extra, never NaN or infinity."""

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, JsonValue


class Document(BaseModel):
    """A part of a JSON document. Every field is always there; what is not known is null."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)


def without_nan(value: Any) -> Any:
    """The same value with null for every NaN and infinity, at any depth: JSON has no such numbers."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): without_nan(content) for key, content in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(content) for content in value]
    return value


Number = Annotated[float | None, BeforeValidator(without_nan)]
"""A number, or null where there is none or it is not finite."""

Facts = Annotated[dict[str, JsonValue], BeforeValidator(without_nan)]
"""JSON values by name."""

Parameters = Annotated[dict[str, bool | int | float | str | None], BeforeValidator(without_nan)]
"""Hyperparameters by their dotted path in the definition."""
