"""Who holds a lease: a name for this process, and whether the process behind a name is surely dead."""

import socket
from pathlib import Path

import psutil

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def _machine() -> str:
    """A name that only processes which can see each other's process ids share."""
    boot = BOOT_ID.read_text().strip() if BOOT_ID.exists() else ""
    namespace = Path("/proc/self/ns/pid")
    return f"{socket.gethostname()}/{boot}/{namespace.readlink() if namespace.exists() else ''}"


def this_process() -> str:
    """Machine, process id and start time: no two processes share it, process ids used again included."""
    process = psutil.Process()
    return f"{_machine()}#{process.pid}#{process.create_time():.2f}"


def surely_dead(holder: str) -> bool:
    """True only if ``holder`` is a process of this machine that has ended; False whenever that cannot be known."""
    machine, _, process = holder.partition("#")
    pid, _, started = process.partition("#")
    if machine != _machine() or not pid.isdigit():
        return False
    try:
        found = psutil.Process(int(pid))
        return f"{found.create_time():.2f}" != started or found.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def shown(holder: str) -> str:
    """A holder's name for a message."""
    machine, _, process = holder.partition("#")
    return f"process {process.partition('#')[0]} on {machine.partition('/')[0]}"
