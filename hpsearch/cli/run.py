"""``hpsearch run``: the whole recipe on this machine."""

from pathlib import Path

import click

from hpsearch.cli.guard import Exit, GoesOnCommand
from hpsearch.cli.options import json_option, study_argument


@click.command(cls=GoesOnCommand)
@study_argument
@click.option("--workers", type=click.IntRange(1, 10_000), help="Worker processes; by default one per core.")
@click.option("--again", is_flag=True, help="Train a copy of a study that has ended before.")
@json_option
@click.pass_context
def run(ctx: click.Context, study: Path, workers: int | None, again: bool, as_json: bool) -> None:
    """Run the whole recipe: search, judge and report.

    A study that was interrupted goes on where it stopped. One that has ended is not trained again: its report is
    printed at once, unless --again asks for a copy.
    """
    from hpsearch.cli.begun import Begun
    from hpsearch.settings import settings_from_environment

    settings = settings_from_environment()
    with Begun(settings) as begun:
        from hpsearch.cli.definition import study_in

        definition, folder = study_in(study), study.resolve().parent
        if not begun.start_database() or again:
            begun.examine(definition, folder)  # else it may have ended: nothing is loaded for its report

        from hpsearch.cli.choosing import ended_before, has_told_data
        from hpsearch.cli.output import print_json, print_text
        from hpsearch.cli.search import searched
        from hpsearch.report.compose import report_document
        from hpsearch.report.text import report_renderable
        from hpsearch.storage import open_store
        from hpsearch.study import StudyState

        with open_store(settings) as store:
            results = ended_before(store, definition, again)
            if results is None:
                begun.examine(definition, folder, check_data=not has_told_data(store, definition))
                results = searched(store, settings, definition, workers, again, begun)
    document = report_document(results, settings.database_shown)
    if as_json:
        print_json(document)
    else:
        print_text(report_renderable(document))
    if results.study.state in (StudyState.FAILED, StudyState.CANCELLED):
        ctx.exit(Exit.STAGE_FAILED)
