"""A study definition as the body of a request."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hpsearch.errors import DefinitionError, Problem, shown

YAML = "application/yaml"
JSON = "application/json"
LARGEST_BYTES = 1_000_000
"""A definition is a page of text; something larger is another file."""


def body_of(definition: str | Mapping[str, Any] | Path) -> tuple[bytes, str]:
    """The body and its media type. A file's text is sent as it is: what is wrong with it the service says.

    Raises DefinitionError for a file that cannot be read and for content that JSON does not have.
    """
    match definition:
        case Path():
            return _file(definition), YAML
        case str():
            return definition.encode("utf-8", "surrogatepass"), YAML
    try:
        return json.dumps(definition, allow_nan=False).encode(), JSON
    except (TypeError, ValueError) as error:
        rule = f"a definition is built of what JSON has: {error}"
        raise DefinitionError([Problem("", "", rule, "Use numbers, words, lists and mappings.")]) from None


def _file(path: Path) -> bytes:
    step = "Give the path of a study file in YAML, for example studies/digits.yaml."
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise DefinitionError([Problem("", shown(str(path)), "a study file has at most a megabyte", step)])
        return path.read_bytes()
    except OSError as error:
        rule = f"the study file cannot be read: {error.strerror}"
        raise DefinitionError([Problem("", shown(str(path)), rule, step)]) from error
