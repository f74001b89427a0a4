"""Where the checkpoints of a study lie while its trials wait for the decision of a rung."""

import shutil
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hpsearch.results import StudyRecord
from hpsearch.study import DAY_S, ENDED

LEAVING = ".leaving"
"""Behind the name of a folder that is being thrown away."""
FORGOTTEN_S = 30 * DAY_S
"""For so long nothing was written into the folder of a study that is unknown here: it was deleted, or belongs to
another database of the same home, where it costs time and nothing else. Heuristic."""


@dataclass(frozen=True)
class Shelf:
    """One study's folder. Workers on machines that do not see it train from the start, with the same results."""

    folder: Path | None
    """None: nothing is set aside."""

    def opened(self) -> str | None:
        """The folder, which exists now; None where it cannot be made: a checkpoint saves time and decides nothing."""
        if self.folder is None:
            return None
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            return None
        return str(self.folder)

    def clear(self) -> None:
        """Throws everything away, also what a worker that is just being killed would still write."""
        if self.folder is not None:
            _remove(self.folder)


def shelf_of(study: StudyRecord, checkpoints: Path | None) -> Shelf:
    """The study's, in the folder of all checkpoints; databases that share a home do not share studies."""
    return Shelf(None if checkpoints is None else checkpoints / _name(study))


def clear_ended(
    checkpoints: Path | None, studies: Callable[[], Iterable[StudyRecord]], ended: Collection[int] | None = None
) -> None:
    """Throws away what studies have left that ended while nobody here worked on them, and what nobody knows any more.

    ``ended``: only they may have, None for any. ``studies`` is asked for all there are, and only if there are folders
    in question; what it raises is passed on.
    """
    folders = {path: path.name.removesuffix(LEAVING) for path in _folders(checkpoints)}
    if ended is not None:
        folders = {path: name for path, name in folders.items() if name.split("-")[0] in {str(one) for one in ended}}
    if not folders:
        return
    states = {_name(study): study.state for study in studies()}
    for path, name in folders.items():
        if states[name] in ENDED if name in states else _is_forgotten(path):
            _remove(path)


def _name(study: StudyRecord) -> str:
    return f"{study.id}-{study.created_at:%Y%m%dT%H%M%S%f}-{study.definition.identity[:16]}"


def _folders(checkpoints: Path | None) -> list[Path]:
    try:
        return [] if checkpoints is None else [path for path in checkpoints.iterdir() if path.is_dir()]
    except OSError:  # there is none yet, or it cannot be read: nor can anything be removed
        return []


def _is_forgotten(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime > FORGOTTEN_S
    except OSError:
        return False


def _remove(folder: Path) -> None:
    """Under another name first, where no worker finds it: a file that came meanwhile would keep the folder."""
    leaving = folder.with_name(folder.name.removesuffix(LEAVING) + LEAVING)
    if leaving != folder:
        shutil.rmtree(leaving, ignore_errors=True)
        with suppress(OSError):
            folder.rename(leaving)
        shutil.rmtree(folder, ignore_errors=True)  # where it could not be renamed
    shutil.rmtree(leaving, ignore_errors=True)
