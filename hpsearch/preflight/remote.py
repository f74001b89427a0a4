"""What a definition may name that comes over the network. Nothing that it names is imported here."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from hpsearch.errors import DefinitionError, Problem, did_you_mean, shown
from hpsearch.preflight.offered import OFFERED
from hpsearch.study import StudyDefinition

UNREADABLE = (OSError, RuntimeError, ValueError)
"""What following a path raises: too long, a circle of links, no right to look."""


@dataclass(frozen=True)
class Allowance:
    """What the operator lets definitions name that come over the network."""

    data_folder: Path | None = None
    """Everything below it may be named by ``data.path``; None: nothing."""
    factories: AbstractSet[str] = field(default_factory=frozenset)
    """``module:callable`` that ``network.factory`` and ``data.factory`` may name; ``timm:NAME`` and
    ``torchvision:NAME`` for models of those packages."""


def admitted(definition: StudyDefinition, allowance: Allowance) -> StudyDefinition:
    """The definition with the whole path of its data.

    Raises DefinitionError with everything in it that the operator does not allow.
    """
    problems = [*_factories(definition, allowance.factories), *_operators_own(definition)]
    placed: Path | None = None
    try:
        placed = _placed(definition, allowance.data_folder)
    except DefinitionError as error:
        problems += error.problems
    if problems:
        raise DefinitionError(problems)
    if placed is None:
        return definition
    return definition.model_copy(update={"data": definition.data.model_copy(update={"path": str(placed)})})


def _factories(definition: StudyDefinition, allowed: AbstractSet[str]) -> Iterable[Problem]:
    network = definition.network
    named = (
        ("network.factory", network.factory),
        ("network.timm", network.library if network.timm else None),
        ("network.torchvision", network.library if network.torchvision else None),
        ("data.factory", definition.data.factory),
    )
    for path, factory in named:
        if factory is None or factory in allowed:
            continue
        rule = "the operator of this server does not allow this code"
        known = f"{did_you_mean(factory, allowed)}Allowed: {', '.join(sorted(allowed))}." if allowed else ""
        advice = known or "Use a named one, or ask the operator to name it in HPSEARCH_FACTORIES."
        yield Problem(path, shown(factory), rule, advice)


def _operators_own(definition: StudyDefinition) -> Iterable[Problem]:
    gpus = definition.resources.gpus_per_worker
    if gpus != "auto":
        rule = "the operator of the server decides what a worker gets"
        yield Problem("resources.gpus_per_worker", shown(gpus), rule, "Leave it out, or write auto.")
    if "sources" in definition.model_fields_set:
        rule = "the server computes it from the files themselves"
        yield Problem("sources", shown(definition.sources), rule, "Leave it out.")


def _placed(definition: StudyDefinition, folder: Path | None) -> Path | None:
    """The file or folder that ``data.path`` names, all links resolved; None where no path is needed."""
    path, dataset = definition.data.path, definition.data.dataset
    needs_path = dataset is not None and OFFERED[dataset].needs_path
    if path is None:
        if needs_path:
            raise _rejected("", f"the data set {dataset} needs a path", "Name a file below the server's data folder.")
        return None
    if not needs_path:
        what = f"the data set {dataset}" if dataset is not None else "a loader"
        raise _rejected(path, f"{what} takes no path", "Leave it out.")
    if folder is None:
        rule = "this server has no data folder, so no file can be named"
        raise _rejected(path, rule, "Use a data set without a file, or ask the operator to set HPSEARCH_DATA.")
    if Path(path).is_absolute() or path.startswith("~"):
        raise _rejected(path, "must be relative to the server's data folder", "Leave the leading folders out.")
    try:
        root = folder.resolve(strict=True)
        found = (root / path).resolve(strict=True)
        if all(part.resolve(strict=True).is_relative_to(root) for part in (found, *_arrays(found))):
            return found
    except UNREADABLE:
        rule = "there is no such file or folder below the server's data folder"
        raise _rejected(path, rule, "Correct the path.") from None
    raise _rejected(path, "must not lead out of the server's data folder", "Name a file below it.")


def _arrays(place: Path) -> list[Path]:
    """What is read of a folder."""
    return sorted(place.glob("*.npy")) if place.is_dir() else []


def _rejected(value: str, rule: str, next_step: str) -> DefinitionError:
    return DefinitionError([Problem("data.path", shown(value) if value else "", rule, next_step)])
