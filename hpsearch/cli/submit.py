"""``hpsearch submit``: hands a study in to a service."""

from pathlib import Path

import click

from hpsearch.cli.guard import Exit
from hpsearch.cli.options import json_option, server_options, study_argument
from hpsearch.cli.watch import WatchingCommand


@click.command(cls=WatchingCommand)
@study_argument
@click.option("--watch", "watching", is_flag=True, help="Watch it to its end and print the report.")
@server_options
@json_option
@click.pass_context
def submit(
    ctx: click.Context, study: Path, watching: bool, server: str | None, allow_http: bool, as_json: bool
) -> None:
    """Hand a study in to a service. Once this has said its id, it is stored and will be worked on.

    The file is sent as it is: own code and files are what the service's operator allows.
    """
    from hpsearch.cli.output import print_json
    from hpsearch.cli.remote import connected, required_server
    from hpsearch.settings import settings_from_environment

    settings = settings_from_environment()
    with connected(settings, required_server(settings, server), allow_http) as client:
        status = client.submit(study)
        if watching:
            from hpsearch.cli.watching import told

            click.echo(f"Study {status.study.name} is handed in, id {status.study.id}.", err=True)
            ctx.exit(Exit.PASSED if told(client, status.study.id, as_json) else Exit.STAGE_FAILED)
    if as_json:
        print_json(status)
    else:
        click.echo(f"Study {status.study.name} is handed in, id {status.study.id}.")
        click.echo(f"See it: hpsearch watch {status.study.name} --server {client.url}", err=True)
