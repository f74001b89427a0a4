"""The program ``hpsearch``: puts the commands together and nothing else."""

import click

from hpsearch.cli.check import check
from hpsearch.cli.database import database
from hpsearch.cli.inspect import inspect
from hpsearch.cli.list import list_studies
from hpsearch.cli.report import report
from hpsearch.cli.run import run
from hpsearch.cli.show import show
from hpsearch.cli.validate import validate

EPILOG = """
Exit codes: 0 passed, 1 a stage failed, 2 the input is wrong, 75 try again later (database, workers), 130 interrupted.
Local state lies in HPSEARCH_HOME (~/.hpsearch); HPSEARCH_DATABASE_URL names a Postgres server to use instead of the
embedded one, HPSEARCH_RAY_ADDRESS a Ray cluster instead of local workers.
"""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hpsearch")
def main() -> None:
    """Search the hyperparameters of a convolutional network, stage by stage, and say why."""


for command in (run, check, validate, inspect, list_studies, show, report, database):
    main.add_command(command)

if __name__ == "__main__":
    main()
