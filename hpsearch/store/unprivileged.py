"""How a supervisor starts the server's programs: as itself, or from root as another user; never outliving it.

Postgres refuses uid 0. A plain change of user is not enough for it: where root's home or virtual environment is closed
to others (mode 0700), that user could reach neither the programs nor the data. So from root the child changes its user
and keeps exactly one capability, CAP_DAC_OVERRIDE, which lets it pass closed folders. Nothing has to be opened for it.
"""

import ctypes
import os
import pwd
import signal
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hpsearch.errors import DatabaseUnavailableError

# Numbers of the Linux interface (linux/prctl.h, linux/securebits.h, linux/capability.h).
_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS = 28
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SECBIT_NO_SETUID_FIXUP = 4
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1
_NEEDED_BY_ROOT = {
    "CAP_CHOWN": 0,
    "CAP_DAC_OVERRIDE": _CAP_DAC_OVERRIDE,
    "CAP_KILL": 5,
    "CAP_SETGID": 6,
    "CAP_SETUID": 7,
    "CAP_SETPCAP": 8,
}

_ADVICE = "Run hpsearch as a plain user, or set HPSEARCH_DATABASE_URL to a Postgres server."


@dataclass(frozen=True)
class Account:
    """The user that the server runs as when the supervisor is root."""

    name: str
    """Name in the user database, which initdb insists on."""
    uid: int
    """Its user id, not 0."""
    gid: int
    """Its group id."""


def server_account(data: Path) -> Account | None:
    """The user for the server that keeps its data in ``data``; None where the present user will do.

    The owner of existing data stays its owner. New data belongs to ``nobody``, which every system has. A user
    ``postgres``, where there is one, runs a server of the system, and the two could then signal each other.

    Raises DatabaseUnavailableError where root lacks the rights to start a process as another user.
    """
    if os.geteuid() != 0:
        return None
    if sys.platform != "linux":
        raise DatabaseUnavailableError(f"The embedded Postgres cannot be run by root on {sys.platform}. {_ADVICE}")
    missing = missing_capabilities(Path("/proc/self/status").read_text(encoding="ascii"))
    if missing:
        raise DatabaseUnavailableError(
            "Root starts the embedded Postgres as another user, for which this process lacks the "
            f"capabilities {', '.join(missing)}. {_ADVICE}"
        )
    try:
        entry = pwd.getpwuid(data.stat().st_uid) if data.exists() else pwd.getpwnam("nobody")
    except KeyError as error:
        raise DatabaseUnavailableError(
            f"The user of the embedded Postgres does not exist: {error}. {_ADVICE}"
        ) from error
    if entry.pw_uid == 0:
        raise DatabaseUnavailableError(
            f"Postgres refuses to run as root, and its data {data} belong to root. "
            f"Give the folder back to the user that it belonged to (chown -R), or set HPSEARCH_DATABASE_URL."
        )
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def missing_capabilities(process_status: str) -> list[str]:
    """Which capabilities root needs for ``server_account`` and lacks, from the text of ``/proc/PID/status``."""
    effective = next(int(line.split()[1], 16) for line in process_status.splitlines() if line.startswith("CapEff:"))
    return [name for name, number in _NEEDED_BY_ROOT.items() if not effective >> number & 1]


def hand_over(folder: Path, account: Account | None) -> None:
    """Make ``folder`` reachable by its owner only, and the owner the user of the server."""
    folder.chmod(stat.S_IRWXU)
    if account is not None:
        os.chown(folder, account.uid, account.gid)


def before_exec(account: Account | None, death_signal: signal.Signals) -> Callable[[], None]:
    """What a child does between fork and exec: become ``account``, and get ``death_signal`` when its parent dies.

    Only for a process with a single thread: the returned function runs Python code after a fork. The parent is the
    thread that calls this. What fails is written to the child's standard error, and the child does not start.
    """
    supervisor = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        try:
            if account is not None:
                _become(libc, account)
            # After the change of user, which clears it. Elsewhere than on Linux an orphan is stopped by the next start.
            if sys.platform == "linux":
                _checked(libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(death_signal)), "PR_SET_PDEATHSIG")
            if os.getppid() != supervisor:
                raise ProcessLookupError("the supervisor died meanwhile")
        except OSError as error:
            user = "the present user" if account is None else account.name
            os.write(2, f"hpsearch: cannot start a process as {user}: {error}. {_ADVICE}\n".encode())
            raise

    return prepare


def _become(libc: ctypes.CDLL, account: Account) -> None:
    """Change to ``account``, keeping CAP_DAC_OVERRIDE alone, also across exec."""
    # With this bit access(2) honours the capability too; Postgres looks for its own programs with access(2).
    _checked(libc.prctl(_PR_SET_SECUREBITS, ctypes.c_ulong(_SECBIT_NO_SETUID_FIXUP)), "PR_SET_SECUREBITS")
    os.setgroups([])
    os.setresgid(account.gid, account.gid, account.gid)
    os.setresuid(account.uid, account.uid, account.uid)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)  # version, this process
    only = 1 << _CAP_DAC_OVERRIDE
    sets = (ctypes.c_uint32 * 6)(only, only, only, 0, 0, 0)  # effective, permitted, inheritable; low words, high words
    _checked(libc.capset(header, sets), "capset")
    raised = libc.prctl(
        _PR_CAP_AMBIENT,
        ctypes.c_ulong(_PR_CAP_AMBIENT_RAISE),
        ctypes.c_ulong(_CAP_DAC_OVERRIDE),
        ctypes.c_ulong(0),
        ctypes.c_ulong(0),
    )
    _checked(raised, "PR_CAP_AMBIENT_RAISE")


def _checked(result: int, call: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
