"""What the files behind a definition hold: its data and the modules of its factories."""

import hashlib
import importlib.util
from pathlib import Path

from hpsearch.study import StudyDefinition


def fingerprinted(definition: StudyDefinition) -> StudyDefinition:
    """The definition with the SHA-256 of every file behind it, so that edited data or code make another study.

    Of a factory's module it is the one file that the module is, not what that imports in turn. Nothing is imported,
    and a file that is not there is left out: it is reported where it is read.
    """
    files = {
        "data.path": _files(definition.data.path),
        "data.factory": _module(definition.data.factory),
        "network.factory": _module(definition.network.factory),
    }
    sources = {place: _digest(found) for place, found in files.items() if found}
    return definition.model_copy(update={"sources": sources})


def _files(path: str | None) -> list[Path]:
    """The file, or the arrays in the folder in the order of their names."""
    if path is None:
        return []
    place = Path(path)
    return [place] if place.is_file() else sorted(place.glob("*.npy"))


def _module(factory: str | None) -> list[Path]:
    """The file of the module that ``module:callable`` names; none for a name that cannot be found."""
    if factory is None:
        return []
    top, *rest = factory.partition(":")[0].split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return []
    if spec is None or spec.origin is None or not spec.has_location:
        return []
    if not rest:
        return [Path(spec.origin)]
    below = Path(spec.origin).parent.joinpath(*rest)
    return [place for place in (below.with_suffix(".py"), below / "__init__.py") if place.is_file()]


def _digest(files: list[Path]) -> str:
    whole = hashlib.sha256()
    for place in files:
        with place.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()
