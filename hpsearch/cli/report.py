"""``hpsearch report``: a study's report, to keep or to send."""

from typing import Literal

import click

from hpsearch.cli.guard import GuardedCommand
from hpsearch.cli.options import name_argument


@click.command(cls=GuardedCommand)
@name_argument
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
def report(name: str | None, form: Literal["text", "markdown", "json"], as_json: bool) -> None:
    """Print the report of a study; of the newest one without a NAME."""
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.storage import abandoned, open_store_to_look, study_called
    from hpsearch.report.compose import report_document
    from hpsearch.report.markdown import markdown_report
    from hpsearch.report.text import report_renderable
    from hpsearch.settings import settings_from_environment

    settings = settings_from_environment()
    with open_store_to_look(settings) as store:
        results = store.results(study_called(store, name).id)
        document = report_document(results, settings.database_shown, abandoned(store, results.study))
    if as_json or form == "json":
        print_json(document)
    elif form == "markdown":
        click.echo(markdown_report(document), nl=False)
    else:
        print_text(report_renderable(document))
