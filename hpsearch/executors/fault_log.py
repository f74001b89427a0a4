"""Why a worker process died, in one sentence for the user."""

import re
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import hpsearch

OTHERS = (str(Path(hpsearch.__file__).parent), *(sysconfig.get_path(kind) for kind in ("stdlib", "purelib", "platlib")))
"""Folders whose code is not the user's."""

RAYS_KILL = "running low on memory"
"""How Ray's memory monitor says that it killed a process."""
LOW_ON_MEMORY = "Ray killed it because the machine ran low on memory"
KILLED_BY_KERNEL = "the kernel killed it because memory ran out"
WITHOUT_A_WORD = "it ended without a word, as after os._exit or a kill from outside (for lack of memory, for example)"


def oom_kills(root: Path = Path("/")) -> int:
    """How many processes the kernel has killed for lack of memory; only a change says anything.

    Counted in the control group of this process, which its workers share, or on the whole machine where the kernel
    does not count for groups. ``root``: where the kernel's files are found.
    """
    for file in _counts(root):
        with suppress(OSError):
            if found := re.search(r"^oom_kill (\d+)$", file.read_text(), re.MULTILINE):
                return int(found[1])
    return 0


def _counts(root: Path) -> Iterator[Path]:
    """The files with the kernel's counts, the narrowest group first."""
    groups = root / "sys/fs/cgroup"
    with suppress(OSError):
        if own := re.search(r"^0::/(.*)$", (root / "proc/self/cgroup").read_text(), re.MULTILINE):
            group = groups / own[1]
            yield from (folder / "memory.events" for folder in (group, *group.parents) if folder.is_relative_to(groups))
    yield root / "proc/vmstat"


def why_it_died(message: str, fault_log: Path) -> str:
    """Puts together what Ray says and what the process itself could still write when a signal ended it."""
    try:
        log = fault_log.read_text(errors="replace")
    except OSError:
        log = ""
    return explained(message, log)


def explained(message: str, log: str) -> str:
    """The same from the text of that file."""
    if fatal := re.search(r"^Fatal Python error: (.+)$", log, re.MULTILINE):
        place = _place(log)
        return f"{fatal[1].strip()}{f' in {place}' if place else ''}"
    if code := re.search(r"exits with an exit code (-?\d+)", message):
        return f"it ended by itself with exit code {code[1]}, as after sys.exit"
    if RAYS_KILL in message:
        return LOW_ON_MEMORY
    if "worker process has died" in message or not message.strip():
        return WITHOUT_A_WORD
    return message.strip().splitlines()[-1]


def _place(log: str) -> str | None:
    """``function (file:line)`` of the innermost call in the user's own code, else of the innermost of all."""
    calls = re.findall(r'^  File "(.+)", line (\d+) in (\S+)$', log, re.MULTILINE)
    own = [call for call in calls if not call[0].startswith(OTHERS)]
    for file, line, function in own or calls:
        return f"{function} ({file}:{line})"
    return None
