"""``hpsearch show``: where a study stands."""

import click

from hpsearch.cli.guard import GuardedCommand
from hpsearch.cli.options import json_option, name_argument


@click.command(cls=GuardedCommand)
@name_argument
@click.option("--stage", help="List every trial of this stage as well.")
@json_option
def show(name: str | None, stage: str | None, as_json: bool) -> None:
    """Show where a study stands, or what came of it; the newest one without a NAME."""
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.storage import abandoned, open_store_to_look, study_called
    from hpsearch.report.compose import report_document
    from hpsearch.report.ranking import all_trials
    from hpsearch.report.text import ranking_renderable, report_renderable
    from hpsearch.settings import settings_from_environment
    from hpsearch.stage import RECIPE, StageName

    known = (*RECIPE, StageName.TEST)
    if stage is not None and stage not in known:
        raise click.BadParameter(f"there is no stage {stage!r}; use one of {', '.join(known)}", param_hint="--stage")
    settings = settings_from_environment()
    with open_store_to_look(settings) as store:
        results = store.results(study_called(store, name).id)
        document = report_document(results, settings.database_shown, abandoned(store, results.study))
    if as_json:
        print_json(document)
        return
    print_text(report_renderable(document))
    for found in (*document.stages, *([document.test] if document.test else ())):
        if found.name == stage:
            print_text(ranking_renderable(all_trials(found)))
