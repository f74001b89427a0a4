"""Where the checkpoints of a study lie while its trials wait for the decision of a rung."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from hpsearch.results import StudyRecord


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
        """Throws everything away."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def shelf_of(study: StudyRecord, checkpoints: Path | None) -> Shelf:
    """The study's, in the folder of all checkpoints; databases that share a home do not share studies."""
    name = f"{study.id}-{study.created_at:%Y%m%dT%H%M%S%f}-{study.definition.identity[:16]}"
    return Shelf(None if checkpoints is None else checkpoints / name)
