"""From the text of a definition to a checked definition. Needs neither torch nor the data."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hpsearch.errors import DefinitionError, Problem
from hpsearch.preflight.document import parse_document
from hpsearch.preflight.problems import problems_of
from hpsearch.preflight.settled import named_problems, settled_problems
from hpsearch.study import StudyDefinition


def read_definition(text: str, base: Path | None, *, only_json: bool = False) -> StudyDefinition:
    """Reads a definition from YAML or JSON text, or from JSON only.

    A relative ``data.path`` is taken from the folder ``base``, or left as it is for None. Raises DefinitionError
    with every problem that can be seen without the data and without building the network.
    """
    return definition_from(parse_document(text, only_json=only_json), base)


def definition_from(content: Mapping[str, Any], base: Path | None) -> StudyDefinition:
    """The same from plain values, as they come out of JSON."""
    content = _with_whole_path(content, base)
    try:
        definition = StudyDefinition.model_validate(content)
    except ValidationError as error:
        problems = problems_of(error, StudyDefinition, content)
        raise DefinitionError([*problems, *_more_problems(content, error, problems)]) from None
    problems = settled_problems(definition)
    if problems:
        raise DefinitionError(problems)
    return definition


def _more_problems(content: Mapping[str, Any], error: ValidationError, known: list[Problem]) -> list[Problem]:
    """Problems of names and hyperparameters in what is left of a definition without its broken keys."""
    rest: Any = copy.deepcopy(dict(content))
    for details in error.errors():
        section = rest
        for key in details["loc"]:
            if not isinstance(section, dict) or key not in section:
                break
            if not isinstance(section[key], dict) or key == details["loc"][-1]:
                del section[key]
                break
            section = section[key]
    try:
        definition = StudyDefinition.model_validate(rest)
    except ValidationError:
        return []
    paths = {problem.path for problem in known}
    return [problem for problem in named_problems(definition) if problem.path not in paths]


def _with_whole_path(content: Mapping[str, Any], base: Path | None) -> Mapping[str, Any]:
    data = content.get("data")
    path = data.get("path") if isinstance(data, Mapping) else None
    if base is None or not isinstance(data, Mapping) or not isinstance(path, str) or not path:
        return content
    return {**content, "data": {**data, "path": str(base.absolute() / Path(path).expanduser())}}
