"""Which line a finding is about: of the definition, or of the user's own module."""

import ast
import inspect
import site
import sysconfig
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hpsearch.checked import Checked, Part, Place, Placed
from hpsearch.errors import DefinitionError
from hpsearch.factory import import_factory
from hpsearch.finding import Finding
from hpsearch.gate.images import OF_IMAGES
from hpsearch.gate.lines import DATA, NETWORK, line_of, lines_of, path_of, shown_path
from hpsearch.study import StudyDefinition

FORWARD = "forward"
SCALED = "data.normalize"
"""Where the definition says of which scale images are."""


def placed(checked: Checked, definition: StudyDefinition, file: Path) -> Checked:
    """The same check with a line for every finding, as far as one is known. ``file`` holds the definition."""
    places = _Places(definition, file)
    return replace(checked, parts=tuple(places.of_part(part) for part in checked.parts))


class _Places:
    """The lines of one definition and of the modules that it names."""

    def __init__(self, definition: StudyDefinition, file: Path) -> None:
        self._file, self._lines = file, lines_of(file)
        self._network = _source(definition.network.factory, "network.factory")
        self._data = _source(definition.data.factory, "data.factory")

    def of_part(self, part: Part) -> Part:
        """The part with its findings' lines."""
        return replace(part, findings=tuple(self._of_finding(part.name, one.finding) for one in part.findings))

    def _of_finding(self, part: str, finding: Finding) -> Placed:
        path = SCALED if OF_IMAGES in finding.evidence else path_of(part, finding.code)
        source = {DATA: self._data, NETWORK: self._network}.get(path)
        if source is None:
            return Placed(finding, Place(shown_path(self._file), line_of(self._lines, path)))
        return Placed(finding, source.place(_layer(finding)) if path == NETWORK else source.begins)


class _Source:
    """A user's own module."""

    def __init__(self, file: Path, line: int) -> None:
        self._file, self._line = file, line
        self._attributes = _attributes(file)

    @property
    def begins(self) -> Place:
        """Where the factory is defined."""
        return Place(shown_path(self._file), self._line)

    def place(self, layer: str) -> Place:
        """Where ``self.<first part of the layer's name>`` is assigned; else the one ``forward``, else the factory."""
        line = self._attributes.get(layer.partition(".")[0], self._attributes.get(FORWARD, self._line))
        return Place(shown_path(self._file), line)


def _source(factory: str | None, path: str) -> _Source | None:
    if factory is None:
        return None
    try:
        made: Any = import_factory(factory, path)
        file = inspect.getsourcefile(made)
        _, line = inspect.getsourcelines(made)
    except (DefinitionError, OSError, TypeError):
        return None
    if file is None or not owned_by_user(Path(file)):
        return None
    return _Source(Path(file), max(1, line))


def owned_by_user(file: Path) -> bool:
    """Whether a file is the user's rather than an installed package's."""
    installed = {*(sysconfig.get_path(kind) for kind in ("stdlib", "purelib", "platlib")), *site.getsitepackages()}
    return not any(file.resolve().is_relative_to(Path(folder).resolve()) for folder in installed)


def _attributes(file: Path) -> dict[str, int]:
    """The first line on which each ``self.name`` is assigned, and that of the file's ``forward`` if it has one only."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, SyntaxError, ValueError):
        return {}
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
                found[target.attr] = min(node.lineno, found.get(target.attr, node.lineno))
    forwards = [one.lineno for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == FORWARD]
    return {**found, FORWARD: forwards[0]} if len(forwards) == 1 else found


def _layer(finding: Finding) -> str:
    """The first layer that a finding names; empty if it names none."""
    listed = finding.evidence.get("layers")
    named = [one.get("layer") for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    parameters = finding.evidence.get("parameters")
    first = [*named, finding.evidence.get("layer"), *(parameters if isinstance(parameters, list) else [])]
    return next((name for name in first if isinstance(name, str)), "")
