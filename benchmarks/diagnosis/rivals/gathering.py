"""Records of the catalogue's trainings, kept in a folder."""

import hashlib
from dataclasses import replace
from pathlib import Path

from benchmarks.diagnosis.catalogue import Case
from benchmarks.diagnosis.loops import training_with
from benchmarks.diagnosis.rivals.debugging import debugged
from benchmarks.diagnosis.rivals.record import Debugging, Record, read, read_debugging, written
from benchmarks.diagnosis.rivals.recorder import recorded
from benchmarks.diagnosis.trainings import data_of


def record_of(case: Case, folder: Path, *, debugging: bool) -> Record:
    """What the published detectors see of a case, read from the folder if it was recorded before.

    With ``debugging`` the trainings that TheDeepChecker asks for itself are there as well; they take twice as long as
    the training that is checked.
    """
    file = folder / f"{_name(case)}.json"
    if not file.is_file():
        with training_with(case.kind.loop):
            file.write_text(written(recorded(case.job, data_of(case.data, case.kind.data))), encoding="utf-8")
    record = read(file.read_text(encoding="utf-8"))
    return replace(record, debugging=_debugging_of(case, folder)) if debugging else record


def _debugging_of(case: Case, folder: Path) -> Debugging:
    file = folder / f"{_name(case)}--debugging.json"
    if not file.is_file():
        with training_with(case.kind.loop):
            try:
                found = debugged(case.job, data_of(case.data, case.kind.data))
            except Exception:  # noqa: BLE001  (a network that raises tells its user without a detector)
                found = Debugging()
        file.write_text(written(found), encoding="utf-8")
    return read_debugging(file.read_text(encoding="utf-8"))


def _name(case: Case) -> str:
    """With a part that changes with what is trained."""
    trained = repr((case.job, case.kind.data, case.kind.loop))
    return f"{case.name.replace('/', '--')}-{hashlib.sha256(trained.encode()).hexdigest()[:8]}"
