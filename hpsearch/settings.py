"""What the operator sets through the environment. This is the only file that reads it; values are passed down."""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from hpsearch.errors import DefinitionError, Problem, shown

DRIVER = "postgresql+psycopg"
"""The SQLAlchemy name of the one database driver that is installed."""

SCHEMES = ("postgres", "postgresql", DRIVER)
"""How a database URL may begin; the first two are what people and hosting services write."""

LONGEST_LEASE_S = 3600.0
"""A study that a dead process holds could not be taken over for longer than this."""


@dataclass(frozen=True)
class Settings:
    """The settings of one process."""

    home: Path
    """``HPSEARCH_HOME``: absolute path of the folder that holds all local state."""
    database_url: str | None = None
    """``HPSEARCH_DATABASE_URL`` for SQLAlchemy with psycopg; None: a Postgres of our own under ``home``."""
    ray_address: str | None = None
    """``HPSEARCH_RAY_ADDRESS``: the Ray cluster to join; None: a local one."""
    lease_s: float = 15.0
    """``HPSEARCH_LEASE_SECONDS``: how long a study stays with a process that gives no sign of life."""

    @property
    def database_shown(self) -> str:
        """Where the results are, for a person to read; never with a password."""
        return str(self.home / "postgres") if self.database_url is None else without_password(self.database_url)


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Reads the settings; an empty variable counts as absent.

    Raises DefinitionError with every variable that cannot be used.
    """
    problems: list[Problem] = []
    home = _home(environment.get("HPSEARCH_HOME") or "~/.hpsearch", problems)
    database_url = _database_url(environment.get("HPSEARCH_DATABASE_URL"), problems)
    lease_s = _lease(environment.get("HPSEARCH_LEASE_SECONDS") or "15", problems)
    if problems:
        raise DefinitionError(problems)
    return Settings(home, database_url, environment.get("HPSEARCH_RAY_ADDRESS") or None, lease_s)


def settings_from_environment() -> Settings:
    """The settings of this process."""
    return settings_of(os.environ)


def require_writable_home(settings: Settings) -> None:
    """Raises DefinitionError unless the home folder can be made and written to; leaves nothing behind."""
    existing = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    try:
        with TemporaryDirectory(dir=existing):
            pass
    except OSError as error:
        rule = f"this folder cannot be written: {error.strerror}"
        step = "Set HPSEARCH_HOME to a folder that this user may write to."
        raise DefinitionError([Problem("HPSEARCH_HOME", shown(str(settings.home)), rule, step)]) from error


def without_password(url: str) -> str:
    """The URL with every password in it replaced by ``***``, those in its query included."""
    hidden = re.sub(r"(://[^:/?#@]*):.*@", r"\1:***@", url)  # up to the last @: too much rather than too little
    return re.sub(r"([?&][^=&]*password[^=&]*=)[^&]*", r"\1***", hidden, flags=re.IGNORECASE)


def _home(text: str, problems: list[Problem]) -> Path:
    path = Path(text)
    try:
        path = Path.cwd() / path.expanduser()
        if path.exists() and not path.is_dir():
            step = "Name a folder, or leave the variable out for ~/.hpsearch."
            problems.append(Problem("HPSEARCH_HOME", shown(text), "this is a file, not a folder", step))
    except (RuntimeError, OSError) as error:
        step = "Set HPSEARCH_HOME to a folder that this user may write to."
        problems.append(Problem("HPSEARCH_HOME", shown(text), f"this folder cannot be used: {error}", step))
    return path


def _database_url(text: str | None, problems: list[Problem]) -> str | None:
    if not text:
        return None
    scheme, separator, rest = text.partition("://")
    if separator and scheme in SCHEMES and _is_url(text):
        return f"{DRIVER}://{rest}"
    problems.append(
        Problem(
            "HPSEARCH_DATABASE_URL",
            shown(without_password(text)) if separator else "",  # what is no URL may be a bare password
            "this is not the URL of a Postgres database",
            "Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or leave the variable out for the embedded one.",
        )
    )
    return None


def _is_url(text: str) -> bool:
    """Whether host and port can be read from the URL."""
    try:
        port = urlsplit(text).port
    except ValueError:
        return False
    return port is None or port > 0


def _lease(text: str, problems: list[Problem]) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 1 <= seconds <= LONGEST_LEASE_S:  # NaN is outside as well
        step = "Write the seconds as a number, or leave the variable out for 15."
        rule = f"a lease lasts 1 to {LONGEST_LEASE_S:.0f} seconds"
        problems.append(Problem("HPSEARCH_LEASE_SECONDS", shown(text), rule, step))
    return seconds
