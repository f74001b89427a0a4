"""What ``hpsearch run`` has begun before it needs it: PyTorch's import, the database's start, the checks."""

import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from hpsearch.errors import HpsearchError
from hpsearch.executors.nursery import Nursery
from hpsearch.settings import Settings, require_writable_home
from hpsearch.store.embedded import EmbeddedPostgres
from hpsearch.store.postgres_home import PostgresHome

if TYPE_CHECKING:
    from hpsearch.cli.examination import Examination, Examined
    from hpsearch.cli.workers import Workers
    from hpsearch.executors.port import Executor
    from hpsearch.study import StudyDefinition

MODULES = ("hpsearch.executors.process_worker", "hpsearch.preflight.check", "hpsearch.cli.examination")
"""What the nursery imports: of its children one checks the definition, the others train."""

STARTING_S = 5.0
"""How long the end may wait for the database's start. A longer one goes on in its own process, and ends there."""


class Begun:
    """A nursery from the first moment on; the database as soon as there is a definition; checks; then the workers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._nursery = Nursery(MODULES)
        self._database = EmbeddedPostgres(settings.home)
        self._starting = threading.Thread(target=self._start_database, name="hpsearch-database", daemon=True)
        self._folder: Path | None = None
        self._examination: Examination | None = None

    def start_database(self) -> bool:
        """Begins to start the embedded database, where that is what the settings name.

        Says whether there may be studies in it: it was there before.
        """
        if self._settings.database_url is not None:
            return True
        before = PostgresHome(self._settings.home / "postgres").data.exists()
        self._starting.start()
        return before

    def examine(self, definition: "StudyDefinition", folder: Path, *, check_data: bool = True) -> None:
        """Begins to check a definition, which loads its data, and with ``check_data`` these as well.

        ``folder`` holds the user's own modules.

        Nothing for one that is being checked already.
        """
        if self._examination is not None:
            return
        from hpsearch.cli.examination import Examination

        self._folder = folder
        self._examination = Examination(self._nursery, definition, folder, check_data)

    def examined(self) -> "Examined":
        """What the checks have found. Raises DefinitionError with every problem."""
        if self._examination is None:
            raise ValueError("there is nothing that was to be checked")
        return self._examination.found()

    def executor(self, workers: "Workers") -> "Executor":
        """Whoever trains: processes of this machine, or Ray where it was asked for or GPUs are to be shared.

        Off Linux too: there a fork of a process with PyTorch is unsafe, and nothing ends orphans.
        """
        folders = [] if self._folder is None else [str(self._folder)]
        if self._settings.ray_address is None and not workers.gpus_each and sys.platform.startswith("linux"):
            from hpsearch.executors.processes import ProcessExecutor

            return ProcessExecutor(workers=workers.count, import_paths=folders, nursery=self._nursery)
        from hpsearch.executors.ray_tune import RayTuneExecutor

        self._nursery.close()
        return RayTuneExecutor(
            self._settings.home,
            workers=workers.count,
            gpus_per_worker=workers.gpus_each,
            address=self._settings.cluster_address,
            import_paths=folders,
        )

    def _start_database(self) -> None:
        """What goes wrong shows again, and is told, where the database is used."""
        with suppress(HpsearchError):
            require_writable_home(self._settings)
            self._database.ensure()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._examination is not None:
            self._examination.close()
        self._nursery.close()
        if self._starting.ident is not None:
            self._starting.join(STARTING_S)
        if not self._starting.is_alive():  # else it holds the database, until this process ends
            self._database.close()
