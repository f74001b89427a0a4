"""Why a worker process died, in one sentence for the user."""

import re
import sysconfig
from pathlib import Path

import hpsearch

OTHERS = (str(Path(hpsearch.__file__).parent), *(sysconfig.get_path(kind) for kind in ("stdlib", "purelib", "platlib")))
"""Folders whose code is not the user's."""


def why_it_died(message: str, fault_log: Path) -> str:
    """Puts together what Ray says and what the process itself could still write when a signal ended it."""
    try:
        log = fault_log.read_text(errors="replace")
    except OSError:
        log = ""
    if fatal := re.search(r"^Fatal Python error: (.+)$", log, re.MULTILINE):
        place = _place(log)
        return f"{fatal[1].strip()}{f' in {place}' if place else ''}"
    if code := re.search(r"exits with an exit code (-?\d+)", message):
        return f"it ended by itself with exit code {code[1]}, as after sys.exit"
    if "running low on memory" in message:
        return "Ray killed it because the machine ran low on memory"
    if "worker process has died" in message or not message.strip():
        return "it ended without a word, as after os._exit or a kill from outside (for lack of memory, for example)"
    return message.strip().splitlines()[-1]


def _place(log: str) -> str | None:
    """``function (file:line)`` of the innermost call in the user's own code, else of the innermost of all."""
    calls = re.findall(r'^  File "(.+)", line (\d+) in (\S+)$', log, re.MULTILINE)
    own = [call for call in calls if not call[0].startswith(OTHERS)]
    for file, line, function in own or calls:
        return f"{function} ({file}:{line})"
    return None
