"""``hpsearch show``: where a study stands."""

import click

from hpsearch.cli.guard import GuardedCommand
from hpsearch.cli.options import json_option, name_argument, server_options


@click.command(cls=GuardedCommand)
@name_argument
@click.option("--stage", help="Show this stage alone, with every trial.")
@click.option("--trial", type=click.IntRange(min=0), help="Show this trial of the stage instead, and what it shows.")
@server_options
@json_option
def show(
    name: str | None, stage: str | None, trial: int | None, server: str | None, allow_http: bool, as_json: bool
) -> None:
    """Show where a study stands, or what came of it; STUDY is its name or id, by default the newest one."""
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.cli.reading import reported, trial_of
    from hpsearch.report.text import report_renderable, stage_renderable
    from hpsearch.report.trial_text import trial_renderable
    from hpsearch.settings import settings_from_environment
    from hpsearch.stage import RECIPE, StageName

    known = (*RECIPE, StageName.TEST)
    if stage is not None and stage not in known:
        raise click.BadParameter(f"there is no stage {stage!r}; use one of {', '.join(known)}", param_hint="--stage")
    if trial is not None:
        if stage is None:
            raise click.UsageError("--trial is a number within a stage; name it with --stage, such as --stage fine")
        one = trial_of(settings_from_environment(), name, StageName(stage), trial, server, allow_http)
        print_json(one) if as_json else print_text(trial_renderable(one))
        return
    document = reported(settings_from_environment(), name, server, allow_http)
    if as_json:
        print_json(document)
        return
    stages = (*document.stages, *([document.test] if document.test else ()))
    found = next((one for one in stages if one.name == stage), None)
    if stage is not None and found is None:
        click.echo(f"The study has not come to {stage}; this is its report.", err=True)
    print_text(report_renderable(document) if found is None else stage_renderable(document, found))
