"""Reads the study file of a command."""

import sys
from pathlib import Path

from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.preflight.fingerprint import fingerprinted
from hpsearch.preflight.reading import read_definition
from hpsearch.study import StudyDefinition

LARGEST_BYTES = 1_000_000
"""A definition is a page of text; something larger is another file."""


def study_in(path: Path) -> StudyDefinition:
    """The definition in a file. From now on, modules beside the file can be imported: factories live there.

    Raises DefinitionError if the file cannot be read or its definition cannot be used.
    """
    definition = read_definition(_text(path), path.resolve().parent)
    sys.path.insert(0, str(path.resolve().parent))
    return fingerprinted(definition)


def _text(path: Path) -> str:
    step = "Give the path of a study file in YAML, for example studies/digits.yaml."
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise DefinitionError([Problem("", shown(str(path)), "a study file has at most a megabyte", step)])
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DefinitionError([Problem("", shown(str(path)), "a study file is UTF-8 text", step)]) from error
    except OSError as error:
        rule = f"the study file cannot be read: {error.strerror}"
        raise DefinitionError([Problem("", shown(str(path)), rule, step)]) from error
