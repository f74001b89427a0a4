"""Arguments and options that several commands have."""

from pathlib import Path

import click

study_argument = click.argument("study", metavar="STUDY.yaml", type=click.Path(path_type=Path))
name_argument = click.argument("name", metavar="[NAME]", required=False)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
