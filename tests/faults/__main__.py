"""The full dose of every fault, as a Markdown table: ``python -m tests.faults [--small] [SCENARIO …]``."""

import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from hpsearch.store.embedded import EmbeddedPostgres
from tests.faults.doses import DOSES
from tests.faults.service import service


def main() -> int:
    """Runs the scenarios that are named, or all; the exit code is 1 if anything did not hold."""
    names = [name for name in sys.argv[1:] if not name.startswith("-")]
    seed = time.time_ns() % 1_000_000
    print(f"seed {seed}\n\n| fault | injected | studies | violations | minutes |\n|---|---|---|---|---|")
    bad = 0
    with tempfile.TemporaryDirectory(prefix="hps-") as home, EmbeddedPostgres(Path(home)) as server:
        for dose in DOSES:
            if names and dose.scenario.__name__ not in names:
                continue
            with service(_fresh(server.url, dose.scenario.__name__)) as running:
                found = dose.scenario(running, dose.small if "--small" in sys.argv else dose.full, seed)
            minutes = found.duration_s / 60
            print(f"| {found.scenario} | {found.faults} | {found.studies} | {len(found.violations)} | {minutes:.1f} |")
            sys.stdout.flush()
            for violation in found.violations[:20]:
                print(f"  {violation}", file=sys.stderr)
            bad += len(found.violations)
    return 1 if bad else 0


def _fresh(url: str, name: str) -> str:
    """A new database beside the one of ``url``."""
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


if __name__ == "__main__":
    sys.exit(main())
