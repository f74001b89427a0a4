"""``hpsearch conductor``: works on submitted studies."""

import click

from hpsearch.cli.guard import GuardedCommand


@click.command(cls=GuardedCommand)
@click.option("--workers", type=click.IntRange(1, 10_000), help="Worker processes; by default one per core.")
@click.option(
    "--studies", type=click.IntRange(1, 1000), default=16, show_default=True, help="Studies at the same time."
)
@click.option("--gpus-per-worker", type=click.FloatRange(0, 64), help="Share of a GPU for each worker process.")
def conductor(workers: int | None, studies: int, gpus_per_worker: float | None) -> None:
    """Work on submitted studies until told to stop; any number of conductors may share one database.

    SIGTERM and Ctrl-C interrupt the studies, which go on where they stopped once a conductor runs again. A log of JSON
    lines goes to standard error.
    """
    from hpsearch.cli.conducting import conducted
    from hpsearch.settings import settings_from_environment

    conducted(settings_from_environment(), workers, studies, gpus_per_worker)
