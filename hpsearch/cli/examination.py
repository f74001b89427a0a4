"""The checks before a study, in a process of the nursery: PyTorch is there already, and a crash ends nothing else."""

import pickle
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpsearch.errors import DefinitionError, Problem, WorkerError
from hpsearch.executors.fault_log import explained
from hpsearch.executors.nursery import Nursery
from hpsearch.finding import Finding
from hpsearch.study import StudyDefinition
from hpsearch.task import Task

if TYPE_CHECKING:
    from hpsearch.data.dataset import Dataset

PROGRAM = "hpsearch.cli.examination:examine"
ENDING_S = 5.0
"""How long the end of the process may take to be told after its connection has ended."""


@dataclass(frozen=True)
class Examined:
    """What the checks have found out."""

    task: Task
    findings: tuple[Finding, ...]
    """In the data; none where they were not checked."""
    behaviour: tuple[Finding, ...]
    """What the forward pass of the network does wrong; none where the data were not checked."""
    gpus: int
    """Of this machine."""
    fitting: int | None
    """How many trials have room on one of them; None if that is not known."""


class Examination:
    """Begins at once, and is over when somebody asks for what it found."""

    def __init__(self, nursery: Nursery, definition: StudyDefinition, folder: Path, check_data: bool = True) -> None:
        """``folder`` holds the user's own modules; ``check_data``: not the definition alone."""
        self._child = nursery.child(PROGRAM, str(folder))
        with suppress(OSError):  # the process has ended already; why is told by ``found``
            self._child.connection.send((definition, check_data))

    def found(self) -> Examined:
        """Waits for it. Raises DefinitionError with every problem."""
        try:
            found = self._child.connection.recv()
        except (EOFError, OSError) as error:
            raise self._death() from error
        finally:
            self.close()
        if isinstance(found, Examined):
            return found
        if isinstance(found, Exception):
            raise found
        raise TypeError(f"the checks answered {found!r}")

    def close(self) -> None:
        """Nobody wants to know any more."""
        self._child.close()

    def _death(self) -> Exception:
        status, log = self._child.exit_status(ENDING_S), self._child.fault_text()
        if self._child.orphaned_because is not None:
            return WorkerError(self._child.orphaned_because)
        if not log and (status is None or status < 0):
            return WorkerError(
                "the process that checks the definition was killed; see that there is memory enough for the data, "
                "then give the same command again"
            )
        if status is not None and status > 0:  # what it says then is an exception that nothing has caught
            how = explained(log, log) if log else f"exit code {status}, as after os._exit"
        else:
            how = explained("", log) if log else f"exit code {status}, as after os._exit"
        step = "Correct the code that the definition names."
        return DefinitionError([Problem("", "", f"the process that checks the definition ended: {how}", step)])


def examine(connection: Connection, folder: Any) -> None:
    """In that process: answers one definition by what was found, or by the exception that was raised."""
    sys.path.insert(0, folder)
    definition, check_data = connection.recv()
    found: object
    try:
        found = _examined(definition, check_data)
    except Exception as error:  # noqa: BLE001  (whoever asks decides what becomes of it)
        found = _sendable(error)
    connection.send(found)


def _examined(definition: StudyDefinition, check_data: bool) -> Examined:
    import torch

    from hpsearch.preflight.check import check_definition

    dataset = check_definition(definition)
    gpus, fitting = torch.cuda.device_count(), None
    if gpus:
        from hpsearch.cli.packing import trials_that_fit

        fitting = trials_that_fit(definition, dataset)
    in_data, behaviour = (_in_data(definition, dataset), _behaviour(definition, dataset)) if check_data else ((), ())
    return Examined(dataset.task, in_data, behaviour, gpus, fitting)


def _in_data(definition: StudyDefinition, dataset: "Dataset") -> tuple[Finding, ...]:
    from hpsearch.advice.own_scale import findings_in_data

    return findings_in_data(definition, dataset)


def _behaviour(definition: StudyDefinition, dataset: "Dataset") -> tuple[Finding, ...]:
    from hpsearch.advice.advise import advise_behaviour

    return advise_behaviour(definition, dataset.task)


def _sendable(error: Exception) -> Exception:
    """The exception with its trace, or one that says the same where it cannot be sent."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  (from here)
    except Exception:  # noqa: BLE001  (whatever pickling an unknown exception raises)
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
