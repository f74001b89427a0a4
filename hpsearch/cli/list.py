"""``hpsearch list``: all studies."""

import click

from hpsearch.cli.guard import GuardedCommand
from hpsearch.cli.options import json_option, server_options


@click.command("list", cls=GuardedCommand)
@server_options
@json_option
def list_studies(server: str | None, allow_http: bool, as_json: bool) -> None:
    """List all studies, the newest first."""
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.cli.reading import listed
    from hpsearch.report.text import studies_renderable
    from hpsearch.settings import settings_from_environment

    document = listed(settings_from_environment(), server, allow_http)
    if as_json:
        print_json(document)
    else:
        print_text(studies_renderable(document))
