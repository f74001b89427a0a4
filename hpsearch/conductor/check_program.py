"""``python -m hpsearch.conductor.check_program``: checks definitions, one a line, until nobody asks for a while.

A line of standard input is a definition as JSON, a line of standard output its ``task``, its ``problems``, or what
was ``raised`` that nobody foresaw, with the ``traceback``.
"""

import ctypes
import json
import os
import select
import signal
import sys
import traceback
from dataclasses import asdict
from typing import Any

from hpsearch.errors import DefinitionError
from hpsearch.store.codecs import definition_of, task_document

IDLE_S = 20.0
PARENT_DEATH = 1
"""``PR_SET_PDEATHSIG`` of Linux's prctl."""


def main() -> None:
    """Ends by itself when nobody has asked for a while or whoever asks has gone away."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PARENT_DEATH, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: whoever asks decides what becomes of it
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a user's module prints
    while select.select([sys.stdin], [], [], IDLE_S)[0] and (line := sys.stdin.buffer.readline()):
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


def answer(written: Any) -> dict[str, Any]:
    """The answer to one definition. Lack of memory is no answer: it ends the process."""
    from hpsearch.preflight.check import check_definition  # noqa: PLC0415  (PyTorch)

    try:
        return {"task": task_document(check_definition(definition_of(written)).task)}
    except DefinitionError as error:
        return {"problems": [asdict(problem) for problem in error.problems]}
    except MemoryError:
        os.kill(os.getpid(), signal.SIGKILL)  # as the kernel would
        raise
    except Exception as error:  # noqa: BLE001  (the conductor tells it)
        return {"raised": f"{type(error).__name__}: {error}"[:500], "traceback": traceback.format_exc()[-4000:]}


if __name__ == "__main__":
    main()
