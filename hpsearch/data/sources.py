"""Where images and targets come from: the named data sets, and the user's own loader. Arrays as they were stored."""

import importlib.util
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.shapes import coloured_shapes
from hpsearch.errors import DefinitionError, Problem, did_you_mean, shown
from hpsearch.factory import USERS_FAILURES, import_factory, raised_in
from hpsearch.job import DataSettings

Array = NDArray[Any]
UNREADABLE = (ValueError, OSError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error)
"""What reading a broken file raises, or one whose header claims more than fits in memory."""
Source = Callable[[str | None], tuple[Array, Array]]


def read_source(settings: DataSettings) -> tuple[Array, Array]:
    """Images and targets of the data set that the settings name, unchecked.

    Raises DefinitionError if there is no such data set, or if its files or its loader do not give two arrays.
    """
    if settings.factory is not None:
        if settings.path is not None:
            _reject("data.path", settings.path, "a loader of your own takes no path", "Give it under data.options.")
        return _from_factory(settings.factory, settings.options)
    name = settings.dataset or ""
    if name not in DATASETS:
        advice = f"{did_you_mean(name, DATASETS)}Known: {', '.join(DATASETS)}."
        _reject("data.dataset", name, "there is no data set of that name", advice)
    if settings.options:
        _reject("data.options", dict(settings.options), "options are for data.factory only", "Leave them out.")
    return DATASETS[name](settings.path)


def _digits(path: str | None) -> tuple[Array, Array]:
    """1,797 handwritten digits of 8×8 pixels with values 0 … 16 (scikit-learn's ``load_digits``)."""
    if path is not None:
        _reject("data.path", path, "the data set digits needs no file", "Leave path out.")
    # Not through scikit-learn's own function: importing it takes a second, half as long as PyTorch.
    package = importlib.util.find_spec("sklearn")
    folders = package.submodule_search_locations if package is not None else None
    if not folders:
        _reject("data.dataset", "digits", "the data set comes with scikit-learn, which is missing", "Install it.")
    values = np.loadtxt(Path(folders[0]) / "datasets" / "data" / "digits.csv.gz", delimiter=",")
    return values[:, :-1].reshape(-1, 8, 8), values[:, -1].astype(np.int64)


def _shapes(path: str | None) -> tuple[Array, Array]:
    """4,000 generated images of coloured shapes, 3×32×32 with values 0 … 255, in eight classes."""
    if path is not None:
        _reject("data.path", path, "the data set shapes is generated and needs no file", "Leave path out.")
    return coloured_shapes()


def _numpy_files(path: str | None) -> tuple[Array, Array]:
    """A ``.npz`` file with ``images`` and ``targets``, or a folder with ``images.npy`` and ``targets.npy``."""
    if path is None:
        _reject("data.path", None, "the data set numpy needs a path", "Name a .npz file or a folder of .npy files.")
    place = Path(path).expanduser()
    if place.is_dir():
        images, targets = (_read_npy(place / f"{name}.npy", mapped=name == "images") for name in ("images", "targets"))
        return images, targets
    if not place.is_file():
        _reject("data.path", path, f"there is no file or folder {place.absolute()}", "Correct the path.")
    try:
        with place.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            held = loaded.files if isinstance(loaded, np.lib.npyio.NpzFile) else None
            arrays = {name: loaded[name] for name in ("images", "targets") if held and name in held}
    except UNREADABLE as error:
        _unreadable(place, error)
    if held is None:
        rule = f"{place} holds one array, and images and targets are needed"
        _reject("data.path", path, rule, "Name a .npz file, or the folder that holds images.npy and targets.npy.")
    missing = [name for name in ("images", "targets") if name not in arrays]
    if missing:
        rule = f"{place} has no array named {' or '.join(missing)}; it holds {', '.join(held) or 'none'}"
        _reject("data.path", path, rule, "Write it with numpy.savez(path, images=…, targets=…).")
    return arrays["images"], arrays["targets"]


def _mapped(file: Path) -> Array | None:
    """The array without its content, which takes no memory before it is read; None where that cannot be done."""
    try:
        found = np.load(file, mmap_mode="r", allow_pickle=False)
    except UNREADABLE:
        return None
    return found if isinstance(found, np.memmap) else None


def _read_npy(file: Path, *, mapped: bool) -> Array:
    if not file.is_file():
        rule = f"there is no file {file.absolute()}"
        _reject("data.path", str(file.parent), rule, "A folder must hold images.npy and targets.npy.")
    try:
        if mapped and (found := _mapped(file)) is not None:
            return found
        with file.open("rb") as opened:
            array: Array = np.load(opened, allow_pickle=False)
    except UNREADABLE as error:
        _unreadable(file, error)
    return array


def _from_factory(text: str, options: Mapping[str, Any]) -> tuple[Array, Array]:
    load = import_factory(text, "data.factory")
    try:
        found = load(**options)
    except DefinitionError:
        raise
    except USERS_FAILURES as error:
        rule = f"the loader raised {type(error).__name__}: {error}{raised_in(error)}"
        shown_call = f"{text}(**{shown(dict(options), 40)})"
        raise DefinitionError(
            [Problem("data.factory", shown_call, rule, "Correct the loader or data.options.")]
        ) from error
    if not (isinstance(found, tuple | list) and len(found) == 2):
        kind = f"{type(found).__name__} of {len(found)}" if hasattr(found, "__len__") else type(found).__name__
        _reject("data.factory", text, f"the loader must return (images, targets), and gave a {kind}", "Return a pair.")
    return _as_array(text, "images", found[0]), _as_array(text, "targets", found[1])


def _as_array(text: str, name: str, found: object) -> Array:
    try:
        return found if isinstance(found, np.memmap) else np.asarray(found)
    except USERS_FAILURES as error:  # a ragged list, or a tensor with a gradient or on another device
        rule = f"the loader's {name} cannot be turned into an array: {type(error).__name__}: {error}"
        raise DefinitionError([Problem("data.factory", text, rule, "Return arrays or CPU tensors.")]) from error


def _unreadable(file: Path, error: Exception) -> NoReturn:
    reason = str(error)
    if "pickle" in reason:  # numpy's own sentence recommends to load such a file unsafely
        reason = "it is no .npy or .npz file, or its arrays hold Python objects, which are not loaded"
    rule = f"{file} cannot be read as plain numeric arrays: {reason}"
    _reject("data.path", str(file), rule, "Write it with numpy.save or numpy.savez from arrays of numbers.")


def _reject(path: str, value: object, rule: str, next_step: str) -> NoReturn:
    raise DefinitionError([Problem(path, "" if value is None else shown(value), rule, next_step)])


DATASETS: dict[str, Source] = {"digits": _digits, "shapes": _shapes, "numpy": _numpy_files}
"""The named data sets; each is called with ``data.path``."""
