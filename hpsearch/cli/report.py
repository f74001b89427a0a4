"""``hpsearch report``: a study's report, to keep or to send."""

from typing import Literal

import click

from hpsearch.cli.guard import GuardedCommand
from hpsearch.cli.options import name_argument, server_options

Form = Literal["text", "markdown", "html", "json"]


@click.command(cls=GuardedCommand)
@name_argument
@click.option("--format", "form", type=click.Choice(["text", "markdown", "html", "json"]), help="By default text.")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@server_options
def report(name: str | None, form: Form | None, as_json: bool, server: str | None, allow_http: bool) -> None:
    """Print the report of a study; STUDY is its name or id, by default the newest one."""
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.cli.reading import reported, web_page
    from hpsearch.report.markdown import markdown_report
    from hpsearch.report.text import report_renderable
    from hpsearch.settings import settings_from_environment

    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} exclude each other")
    settings = settings_from_environment()
    if form == "html":
        click.echo(web_page(settings, name, server, allow_http), nl=False)
        return
    document = reported(settings, name, server, allow_http)
    if as_json or form == "json":
        print_json(document)
    elif form == "markdown":
        click.echo(markdown_report(document), nl=False)
    else:
        print_text(report_renderable(document))
