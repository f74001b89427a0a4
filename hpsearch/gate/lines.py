"""Which line of a definition something is about. Nothing that the definition names is imported."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from hpsearch.checked import Place
from hpsearch.preflight.document import DEEPEST, LARGEST_TEXT
from hpsearch.stage import StageName

ABOUT_RATES = "learning-rate"
"""Findings whose code begins so are about the optimiser, whichever stage has them."""
RATES, DATA, NETWORK = "optimizer.learning_rate", "data", "network"
OF_TRAINING = {
    "HP501": "optimizer.schedule",
    "HP502": "optimizer.schedule",
    "HP503": "optimizer.momentum",
    "HP504": RATES,
    "HP601": "optimizer.weight_decay",
    "HP602": "loss.label_smoothing",
    "HP603": "optimizer.clip_norm",
    "HP604": "optimizer.max_norm",
    "HP701": "data.batch_size",
    "HP702": "data.batch_size",
    "HP703": "data.batch_size",
    "HP801": "optimizer",
    "HP802": "optimizer",
}
"""Where the definition says what a rule on the training is about."""


def path_of(part: str, code: str) -> str:
    """The path in the definition that a finding is about, by its part of the check and its code."""
    if code in OF_TRAINING:
        return OF_TRAINING[code]
    if part == StageName.LR_SWEEP or code.startswith(ABOUT_RATES):
        return RATES
    return DATA if part == DATA else NETWORK


def lines_in(text: str) -> dict[str, int]:
    """The line of every key of a definition by its dotted path, from 1; empty if it cannot be read.

    The text may be one that preflight has refused: what that does not read is not read here either.
    """
    try:
        node = yaml.compose(text, Loader=_Loader) if len(text) <= LARGEST_TEXT else None
    except (ValueError, OverflowError, RecursionError, yaml.YAMLError):
        return {}
    found: dict[str, int] = {}
    _note(node, "", found)
    return found


def lines_of(file: Path) -> dict[str, int]:
    """``lines_in`` of a file."""
    try:
        return lines_in(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def line_of(lines: Mapping[str, int], path: str) -> int:
    """That of the path, or of the nearest section around it; 1 if there is none."""
    while path and path not in lines:
        path = path.rpartition(".")[0]
    return lines.get(path, 1)


def place_of_path(file: Path, path: str) -> Place:
    """Where a dotted path of a definition is written, or the nearest section around it."""
    return Place(shown_path(file), line_of(lines_of(file), path))


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


def _note(node: yaml.Node | None, path: str, found: dict[str, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = f"{path}.{key.value}" if path else str(key.value)
            found.setdefault(inner, key.start_mark.line + 1)
            _note(value, inner, found)
