"""``hpsearch show``: where a study stands."""

import click

from hpsearch.cli.guard import GuardedCommand
from hpsearch.cli.options import json_option, name_argument, server_options


@click.command(cls=GuardedCommand)
@name_argument
@click.option("--stage", help="Show this stage alone, with every trial.")
@click.option(
    "--trial", metavar="[STAGE/]NUMBER", help="Show this trial instead, such as fine/4, and what its curves say."
)
@server_options
@json_option
def show(
    name: str | None, stage: str | None, trial: str | None, server: str | None, allow_http: bool, as_json: bool
) -> None:
    """Show where a study stands, or what came of it; STUDY is its name or id, by default the newest one."""
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.cli.reading import reported, trial_of
    from hpsearch.report.text import report_renderable, stage_renderable
    from hpsearch.report.trial_text import trial_renderable
    from hpsearch.settings import settings_from_environment
    from hpsearch.stage import RECIPE, StageName

    known = (*RECIPE, StageName.TEST)
    number = None
    if trial is not None:
        stage, number = _stage_and_number(trial, stage)
    if stage is not None and stage not in known:
        raise click.BadParameter(f"there is no stage {stage!r}; use one of {', '.join(known)}", param_hint="--stage")
    if stage is not None and number is not None:
        one = trial_of(settings_from_environment(), name, StageName(stage), number, server, allow_http)
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


def _stage_and_number(trial: str, stage: str | None) -> tuple[str, int]:
    """Of ``STAGE/NUMBER``, as reports name trials, or of a number alone and the stage that ``--stage`` names."""
    own, _, number = trial.rpartition("/")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise click.BadParameter(f"{trial!r} is no number of a trial, such as fine/4", param_hint="--trial")
    if own and stage not in (None, own):
        raise click.UsageError(f"--trial {trial} is of another stage than --stage {stage}; leave one of the two out")
    if not (stage := own or stage):
        raise click.UsageError("--trial is a number within a stage; name it too, such as --trial fine/4")
    return stage, int(number)
