"""The program ``hpsearch``: puts the commands together and nothing else."""

from itertools import pairwise
from typing import Any

import click

from hpsearch.cli.advise import advise
from hpsearch.cli.audit import audit
from hpsearch.cli.check import check
from hpsearch.cli.conductor import conductor
from hpsearch.cli.database import database
from hpsearch.cli.inspect import inspect
from hpsearch.cli.keys import keys
from hpsearch.cli.list import list_studies
from hpsearch.cli.report import report
from hpsearch.cli.run import run
from hpsearch.cli.serve import serve
from hpsearch.cli.show import show
from hpsearch.cli.steer import cancel, delete, pause, resume
from hpsearch.cli.submit import submit
from hpsearch.cli.validate import validate
from hpsearch.cli.watch import watch

EPILOG = """
Exit codes: 0 passed (failures that the study overrides count as passed), 1 a stage failed, 2 the input is wrong,
75 try again later (database, service, workers), 130 interrupted.
Local state lies in HPSEARCH_HOME (~/.hpsearch); HPSEARCH_DATABASE_URL names a Postgres server to use instead of the
embedded one, HPSEARCH_RAY_ADDRESS a Ray cluster instead of local workers. HPSEARCH_SERVER names a service to ask,
HPSEARCH_KEY or HPSEARCH_KEY_FILE holds its key.
"""


JSON_ASKED = "hpsearch.json_asked"


class Program(click.Group):
    """The group of all commands. What is wrong with the usage is a document too where ``--json`` asks for one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Remembers whether a document is asked for: arguments that are wrong are never parsed to the end."""
        pairs = set(pairwise(args))
        ctx.meta[JSON_ASKED] = not {"--json", "--format=json"}.isdisjoint(args) or ("--format", "json") in pairs
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if not ctx.meta[JSON_ASKED]:
                raise
            from hpsearch.report.problems import usage_document

            error.show()
            click.echo(usage_document(error.format_message()).model_dump_json(indent=2))
            ctx.exit(error.exit_code)


@click.group(cls=Program, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hpsearch")
def main() -> None:
    """Search the hyperparameters of a convolutional network, stage by stage, and say why."""


HERE = (run, check, validate, inspect, advise, database)
"""What a user does on this machine."""

ANYWHERE = (list_studies, show, report, cancel, pause, resume, delete, submit, watch)
"""What is done with the studies of a service, or of this machine."""

OPERATING = (serve, conductor, keys, audit)
"""What runs a service."""

for command in (*HERE, *ANYWHERE, *OPERATING):
    main.add_command(command)

if __name__ == "__main__":
    main()
