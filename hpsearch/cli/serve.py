"""``hpsearch serve``: the whole service on this machine."""

import click

from hpsearch.cli.guard import GuardedCommand


class ServingCommand(GuardedCommand):
    """A guarded command that was not yet serving when it was interrupted."""

    interrupted = "Stopped."


@click.command(cls=ServingCommand)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, help="The port; 0 takes a free one."
)
@click.option("--api-only", is_flag=True, help="No conductor: `hpsearch conductor` runs elsewhere.")
@click.option("--workers", type=click.IntRange(1, 10_000), help="Worker processes; by default one per core.")
@click.option("--studies", type=click.IntRange(1, 1000), help="Studies at the same time; by default 16.")
@click.option("--gpus-per-worker", type=click.FloatRange(0, 64), help="Share of a GPU for each worker.")
def serve(
    host: str, port: int, api_only: bool, workers: int | None, studies: int | None, gpus_per_worker: float | None
) -> None:
    """Run the service: database, API, conductor and dashboard, until SIGTERM or Ctrl-C.

    The first start makes a key and prints it. What is worked on when the service stops goes on at the next start.
    """
    from hpsearch.cli.serving import Plan, served
    from hpsearch.settings import settings_from_environment

    options = {"--workers": workers, "--studies": studies, "--gpus-per-worker": gpus_per_worker}
    given = [word for name, value in options.items() if value is not None for word in (name, str(value))]
    if api_only and given:
        raise click.UsageError(f"{given[0]} is for the conductor, and --api-only leaves that out")
    served(settings_from_environment(), Plan(host, port, None if api_only else tuple(given)))
