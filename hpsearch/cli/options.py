"""Arguments and options that several commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

study_argument = click.argument("study", metavar="STUDY.yaml", type=click.Path(path_type=Path))
name_argument = click.argument("name", metavar="[STUDY]", required=False)
required_name_argument = click.argument("name", metavar="STUDY")
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")

allow_http_option = click.option("--allow-http", is_flag=True, help="Send the key unencrypted to another machine.")


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--server`` and ``--allow-http``. The key is never an argument: other users of a machine see those."""
    for option in (
        allow_http_option,
        click.option("--server", metavar="URL", help="Ask this service; by default HPSEARCH_SERVER, if it is set."),
    ):
        command = option(command)
    return command
