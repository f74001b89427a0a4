"""``hpsearch database``: keeps the results within reach of other programs."""

import time

import click

from hpsearch.cli.guard import GuardedCommand

LOOK_S = 1.0


class StayingCommand(GuardedCommand):
    """A guarded command that is ended by an interruption."""

    interrupted = "The database is not held open any more."


@click.command("database", cls=StayingCommand)
def database() -> None:
    """Keep the database running and print where it is, until Ctrl-C.

    The embedded Postgres runs only while a command of hpsearch uses it; this one does nothing else. Stock Optuna,
    optuna-dashboard and psql can read the results meanwhile. A password in HPSEARCH_DATABASE_URL is not printed.
    """
    from sqlalchemy import make_url

    from hpsearch.settings import settings_from_environment
    from hpsearch.storage import open_store
    from hpsearch.store.embedded import EmbeddedPostgres
    from hpsearch.store.engine import optuna_url, postgres_url

    settings = settings_from_environment()
    with open_store(settings):
        url = settings.database_url or EmbeddedPostgres(settings.home).url
        for program, its_url in (("database", postgres_url(url)), ("Optuna", make_url(optuna_url(url)))):
            click.echo(f"{program + ':':<9} {its_url.render_as_string(hide_password=True)}")
        click.echo("Runs until Ctrl-C.", err=True)
        while True:
            time.sleep(LOOK_S)
