"""``hpsearch show``: where a study stands."""

import click

from hpsearch.cli.guard import GuardedCommand
from hpsearch.cli.options import json_option, name_argument, server_options


@click.command(cls=GuardedCommand)
@name_argument
@click.option("--stage", help="List every trial of this stage as well.")
@click.option("--trial", type=click.IntRange(min=0), help="Show this trial of the stage instead, and what it shows.")
@server_options
@json_option
def show(
    name: str | None, stage: str | None, trial: int | None, server: str | None, allow_http: bool, as_json: bool
) -> None:
    """Show where a study stands, or what came of it; STUDY is its name or id, by default the newest one."""
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.cli.reading import reported, trial_of
    from hpsearch.report.ranking import all_trials
    from hpsearch.report.text import ranking_renderable, report_renderable
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
    print_text(report_renderable(document))
    for found in (*document.stages, *([document.test] if document.test else ())):
        if found.name == stage:
            print_text(ranking_renderable(all_trials(found)))
