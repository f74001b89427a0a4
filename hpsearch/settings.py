"""What the operator sets through the environment. This is the only file that reads it; values are passed down."""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from hpsearch.errors import DefinitionError, Problem, shown

DRIVER = "postgresql+psycopg"
"""The SQLAlchemy name of the one database driver that is installed."""

SCHEMES = ("postgres", "postgresql", DRIVER)
"""How a database URL may begin; the first two are what people and hosting services write."""

LOCAL_RAY = "local"
"""The address that asks for a Ray of our own."""

LONGEST_LEASE_S = 3600.0
"""A study that a dead process holds could not be taken over for longer than this."""

KEY_FORM = re.compile(r"hps_[A-Za-z0-9_-]{8}_[A-Za-z0-9_-]{43}")
"""How a key of the service is written."""

FACTORY_FORM = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*|(timm|torchvision):\w+(\.\w+)?")
"""``module:callable``."""

HOST_FORM = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
"""The name of a machine, in lower case."""

LONGEST_SECRET_BYTES = 10_000
"""A file with a secret has one line; something larger is another file."""


@dataclass(frozen=True)
class Settings:
    """The settings of one process."""

    home: Path
    """``HPSEARCH_HOME``: absolute path of the folder that holds all local state."""
    database_url: str | None = field(default=None, repr=False)
    """``HPSEARCH_DATABASE_URL``, or the contents of the file that ``HPSEARCH_DATABASE_URL_FILE`` names, for SQLAlchemy
    with psycopg; None: a Postgres of our own under ``home``. It may hold a password."""
    ray_address: str | None = None
    """``HPSEARCH_RAY_ADDRESS``: the Ray cluster to join, or ``local`` for a Ray of our own on this machine; None: Ray
    where it is needed."""
    lease_s: float = 15.0
    """``HPSEARCH_LEASE_SECONDS``: how long a study stays with a process that gives no sign of life."""
    data_folder: Path | None = None
    """``HPSEARCH_DATA``: submitted studies may read the files below this folder; None: no files at all."""
    factories: frozenset[str] = frozenset()
    """``HPSEARCH_FACTORIES``: every ``module:callable``, ``timm:NAME`` and ``torchvision:NAME`` that submitted studies
    may name."""
    hosts: frozenset[str] = frozenset()
    """``HPSEARCH_HOSTS``: the names, without ports, under which others reach the service that this process is."""
    server_url: str | None = None
    """``HPSEARCH_SERVER``: the service that commands talk to; None: those that can use this machine's store."""
    key: str | None = field(default=None, repr=False)
    """``HPSEARCH_KEY``, or the contents of the file that ``HPSEARCH_KEY_FILE`` names: a secret."""

    @property
    def cluster_address(self) -> str | None:
        """The Ray cluster to join; None: a Ray of our own, if any."""
        return None if self.ray_address == LOCAL_RAY else self.ray_address

    @property
    def checkpoints(self) -> Path:
        """Folder for trainings that wait to be gone on with."""
        return self.home / "checkpoints"

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
    settings = Settings(
        home,
        _database_url(_secret(environment, "HPSEARCH_DATABASE_URL", problems), problems),
        environment.get("HPSEARCH_RAY_ADDRESS") or None,
        _lease(environment.get("HPSEARCH_LEASE_SECONDS") or "15", problems),
        _data_folder(environment.get("HPSEARCH_DATA"), problems),
        _factories(environment.get("HPSEARCH_FACTORIES") or "", problems),
        _hosts(environment.get("HPSEARCH_HOSTS") or "", problems),
        _server_url(environment.get("HPSEARCH_SERVER"), problems),
        _key(_secret(environment, "HPSEARCH_KEY", problems), problems),
    )
    if problems:
        raise DefinitionError(problems)
    return settings


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


def _secret(environment: Mapping[str, str], name: str, problems: list[Problem]) -> str | None:
    """The value of a variable or of the file that the variable with ``_FILE`` behind it names; never both."""
    text, file = environment.get(name), environment.get(f"{name}_FILE")
    if not file:
        return text or None
    if text:
        rule = f"{name} is set as well, and only one of them can count"
        problems.append(Problem(f"{name}_FILE", shown(file), rule, "Leave one of them out."))
        return None
    step = "Name a file with the one line that it is about, which this user may read."
    path = Path(file)
    try:
        found = path.read_bytes()[: LONGEST_SECRET_BYTES + 1] if path.is_file() else None
        if found is None:
            rule = "there is no such file"
        elif len(found) > LONGEST_SECRET_BYTES or not (content := found.decode().strip()) or len(content.split()) > 1:
            rule = "this file does not hold one word on one line"
        else:
            return content
    except UnicodeDecodeError:
        rule = "this file is not UTF-8 text"
    except (OSError, ValueError) as error:
        rule = f"this file cannot be read: {getattr(error, 'strerror', None) or 'its name is not one'}"
    problems.append(Problem(f"{name}_FILE", shown(file), rule, step))
    return None


def _key(text: str | None, problems: list[Problem]) -> str | None:
    if text is None or KEY_FORM.fullmatch(text):
        return text
    rule = "this is not a key: one begins with hps_ and has 56 characters"  # and is not shown: it may be a password
    problems.append(Problem("HPSEARCH_KEY", "", rule, "Copy the key as `hpsearch keys create` has printed it."))
    return None


def _data_folder(text: str | None, problems: list[Problem]) -> Path | None:
    if not text:
        return None
    try:
        folder = (Path.cwd() / Path(text).expanduser()).resolve()
        if folder.is_dir():
            return folder
        rule = "there is no such folder"
    except (RuntimeError, OSError, ValueError) as error:
        rule = f"this folder cannot be used: {error}"
    step = "Name the folder below which submitted studies may read, or leave the variable out for none."
    problems.append(Problem("HPSEARCH_DATA", shown(text), rule, step))
    return None


def _factories(text: str, problems: list[Problem]) -> frozenset[str]:
    names = _words(text)
    step = "Write for example mynetworks:build,mydata:load."
    problems += [
        Problem("HPSEARCH_FACTORIES", shown(name), "a factory is written module:callable", step)
        for name in names
        if not FACTORY_FORM.fullmatch(name)
    ]
    return frozenset(names)


def _hosts(text: str, problems: list[Problem]) -> frozenset[str]:
    names = [name.casefold() for name in _words(text)]
    step = "Write names without scheme and port, for example hp.example,localhost."
    problems += [
        Problem("HPSEARCH_HOSTS", shown(name), "this is not the name of a host", step)
        for name in names
        if not HOST_FORM.fullmatch(name)
    ]
    return frozenset(names)


def _words(text: str) -> list[str]:
    """The parts between commas that are not empty."""
    return [word for part in text.split(",") if (word := part.strip())]


def _server_url(text: str | None, problems: list[Problem]) -> str | None:
    if not text:
        return None
    scheme = text.partition("://")[0]
    if scheme in ("http", "https") and _is_url(text) and urlsplit(text).hostname and "@" not in text:
        return text.rstrip("/")
    step = "Write http://HOST:PORT or https://HOST; the key goes into HPSEARCH_KEY."
    told = "" if "@" in text else shown(text)  # what stands before an @ is a password
    problems.append(Problem("HPSEARCH_SERVER", told, "this is not the address of a service", step))
    return None
