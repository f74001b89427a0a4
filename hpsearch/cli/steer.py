"""``hpsearch cancel``, ``pause``, ``resume`` and ``delete``: what a user decides about a study that is there."""

from typing import TYPE_CHECKING

import click

from hpsearch.cli.guard import GuardedCommand
from hpsearch.cli.options import json_option, required_name_argument, server_options

if TYPE_CHECKING:
    from hpsearch.cli.steering import Action


@click.command(cls=GuardedCommand)
@required_name_argument
@server_options
@json_option
def cancel(name: str, server: str | None, allow_http: bool, as_json: bool) -> None:
    """End a study for good; what its trials have found stays. STUDY is its name or id."""
    _steer("cancel", name, server, allow_http, as_json)


@click.command(cls=GuardedCommand)
@required_name_argument
@server_options
@json_option
def pause(name: str, server: str | None, allow_http: bool, as_json: bool) -> None:
    """Rest a study until it is resumed; trials that have not ended begin again then. STUDY is its name or id."""
    _steer("pause", name, server, allow_http, as_json)


@click.command(cls=GuardedCommand)
@required_name_argument
@server_options
@json_option
def resume(name: str, server: str | None, allow_http: bool, as_json: bool) -> None:
    """Let a paused study wait for its turn again. STUDY is its name or id."""
    _steer("resume", name, server, allow_http, as_json)


@click.command(cls=GuardedCommand)
@required_name_argument
@server_options
@json_option
def delete(name: str, server: str | None, allow_http: bool, as_json: bool) -> None:
    """Delete a study that has ended, with all its trials. STUDY is its name or id."""
    _steer("delete", name, server, allow_http, as_json)


def _steer(what: "Action", name: str, server: str | None, allow_http: bool, as_json: bool) -> None:
    from hpsearch.cli.output import print_json
    from hpsearch.cli.steering import outcome_words, steered
    from hpsearch.settings import settings_from_environment

    status = steered(what, settings_from_environment(), name, server, allow_http)
    if as_json:
        print_json(status)
    else:
        click.echo(outcome_words(what, status.study))
