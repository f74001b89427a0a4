"""Which line a finding is about: of the definition, or of the user's own module."""

import ast
import inspect
import site
import sysconfig
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from hpsearch.checked import Checked, Part, Place, Placed
from hpsearch.errors import DefinitionError
from hpsearch.factory import import_factory
from hpsearch.finding import Finding
from hpsearch.preflight.document import DEEPEST, LARGEST_TEXT
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition

FORWARD = "forward"
ABOUT_RATES = "learning-rate"
"""Findings whose code begins so are about the optimiser, whichever stage has them."""


def placed(checked: Checked, definition: StudyDefinition, file: Path) -> Checked:
    """The same check with a line for every finding, as far as one is known. ``file`` holds the definition."""
    places = _Places(definition, file)
    return replace(checked, parts=tuple(places.of_part(part) for part in checked.parts))


def lines_of(file: Path) -> dict[str, int]:
    """The line of every key of a definition by its dotted path, from 1; empty if it cannot be read.

    The file may be one that preflight has refused: what that does not read is not read here either.
    """
    try:
        text = file.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=_Loader) if len(text) <= LARGEST_TEXT else None
    except (OSError, ValueError, OverflowError, RecursionError, yaml.YAMLError):
        return {}
    found: dict[str, int] = {}
    _note(node, "", found)
    return found


def place_of_path(file: Path, path: str) -> Place:
    """Where a dotted path of a definition is written, or the nearest section around it."""
    return Place(shown_path(file), _line(lines_of(file), path))


def shown_path(file: Path) -> str:
    """Relative to the folder of this process, where it lies below it."""
    whole, here = file.resolve(), Path.cwd().resolve()
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(file)


class _Loader(yaml.SafeLoader):
    """Composes no aliases, which may be exponentially much or endless, and no more levels than a definition has."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.depth >= DEEPEST or isinstance(self.peek_event(), yaml.AliasEvent):  # type: ignore[no-untyped-call]
            raise yaml.YAMLError("no definition")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


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
        if part == StageName.LR_SWEEP or finding.code.startswith(ABOUT_RATES):
            return Placed(finding, self._of_path("optimizer.learning_rate"))
        if part == "data":
            return Placed(finding, self._data.place("") if self._data else self._of_path("data"))
        if self._network is None:
            return Placed(finding, self._of_path("network"))
        return Placed(finding, self._network.place(_layer(finding)))

    def _of_path(self, path: str) -> Place:
        return Place(shown_path(self._file), _line(self._lines, path))


class _Source:
    """A user's own module."""

    def __init__(self, file: Path, line: int) -> None:
        self._file, self._line = file, line
        self._attributes = _attributes(file)

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


def _note(node: yaml.Node | None, path: str, found: dict[str, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = f"{path}.{key.value}" if path else str(key.value)
            found.setdefault(inner, key.start_mark.line + 1)
            _note(value, inner, found)


def _line(lines: Mapping[str, int], path: str) -> int:
    """That of the path, or of the nearest section around it; 1 if there is none."""
    while path and path not in lines:
        path = path.rpartition(".")[0]
    return lines.get(path, 1)
