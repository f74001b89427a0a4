"""``hpsearch watch``: a study of a service, live."""

import click

from hpsearch.cli.guard import Exit, GuardedCommand
from hpsearch.cli.options import json_option, name_argument, server_options


class WatchingCommand(GuardedCommand):
    """A guarded command that only looks on: the study does not end with it."""

    interrupted = "Not watched any more. What was handed in goes on; `hpsearch cancel` ends it."


@click.command(cls=WatchingCommand)
@name_argument
@server_options
@json_option
@click.pass_context
def watch(ctx: click.Context, name: str | None, server: str | None, allow_http: bool, as_json: bool) -> None:
    """Watch a study of a service to its end, then print its report; STUDY is its name or id, by default the newest.

    Shows what `run` shows. Ends with exit code 1 if the study fails or is cancelled.
    """
    from hpsearch.cli.remote import connected, required_server, study_there
    from hpsearch.cli.watching import told
    from hpsearch.settings import settings_from_environment

    settings = settings_from_environment()
    with connected(settings, required_server(settings, server), allow_http) as client:
        passed = told(client, study_there(client, name).id, as_json)
    if not passed:
        ctx.exit(Exit.STAGE_FAILED)
