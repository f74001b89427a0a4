"""``python -m hpsearch.conductor.check_program``: checks definitions, one a line, until nobody asks for a while.

A line of standard input is a JSON object with a ``definition``, and with ``data``, whether they are checked as well, or
a ``dose`` where the whole gate is asked for.
A line of standard output has its ``task``, the ``findings`` in its data and the ``behaviour`` of its network, or the
``report`` of the gate; else its ``problems``, or what was ``raised`` that nobody foresaw, with the ``traceback``.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import sys
import time
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpsearch.checked import CheckDose
from hpsearch.errors import DefinitionError
from hpsearch.store.codecs import definition_of, finding_document, task_document
from hpsearch.study import StudyDefinition

if TYPE_CHECKING:
    from hpsearch.data.dataset import Dataset

DEFINITION, DATA, DOSE = "definition", "data", "dose"
IDLE_S = 20.0
PARENT_DEATH = 1
"""``PR_SET_PDEATHSIG`` of Linux's prctl."""
OOM_SCORE = Path("/proc/self/oom_score_adj")
FIRST_TO_GO = "1000"
"""Where memory runs out the kernel ends a check, and neither the conductor nor the database."""


def main() -> None:
    """Ends by itself when nobody has asked for a while or whoever asks has gone away."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PARENT_DEATH, signal.SIGKILL)
        with contextlib.suppress(OSError):
            OOM_SCORE.write_text(FIRST_TO_GO)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: whoever asks decides what becomes of it
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a user's module prints
    while select.select([sys.stdin], [], [], IDLE_S)[0] and (line := sys.stdin.buffer.readline()):
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to one question. Lack of memory is no answer: it ends the process."""
    started_s = time.monotonic()
    from hpsearch.preflight.check import check_definition  # noqa: PLC0415  (PyTorch)

    try:
        definition = definition_of(question[DEFINITION])
        dataset = check_definition(definition)
        if DOSE not in question:
            found, behaviour = _found(definition, dataset) if question[DATA] else ([], [])
            return {"task": task_document(dataset.task), "findings": found, "behaviour": behaviour}
        return {"report": _report(definition, dataset, CheckDose(**question[DOSE]), started_s)}
    except DefinitionError as error:
        return {"problems": [asdict(problem) for problem in error.problems]}
    except MemoryError:
        os.kill(os.getpid(), signal.SIGKILL)  # as the kernel would
        raise
    except Exception as error:  # noqa: BLE001  (the conductor tells it)
        return {"raised": f"{type(error).__name__}: {error}"[:500], "traceback": traceback.format_exc()[-4000:]}


def _found(definition: StudyDefinition, dataset: "Dataset") -> tuple[list[Any], list[Any]]:
    """What the checks find in the data, and in the network's forward pass, for the store's codecs to read."""
    from hpsearch.advice.advise import advise_behaviour  # noqa: PLC0415  (PyTorch)
    from hpsearch.advice.own_scale import findings_in_data  # noqa: PLC0415

    in_data = findings_in_data(definition, dataset)
    behaviour = advise_behaviour(definition, dataset.task)
    return [finding_document(one) for one in in_data], [finding_document(one) for one in behaviour]


def _report(definition: StudyDefinition, dataset: "Dataset", dose: CheckDose, started_s: float) -> str:
    """The document of the gate, as JSON and without lines: those of the definition its reader knows."""
    from hpsearch.gate.check import check  # noqa: PLC0415  (PyTorch)
    from hpsearch.gate.deadline import NO_DEADLINE, Deadline  # noqa: PLC0415
    from hpsearch.report.check_compose import check_document  # noqa: PLC0415

    deadline = NO_DEADLINE if dose.budget_s is None else Deadline(started_s + dose.budget_s)
    return check_document(check(definition, dataset, whole=dose.whole, deadline=deadline)).model_dump_json()


if __name__ == "__main__":
    main()
