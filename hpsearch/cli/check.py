"""``hpsearch check``: the sanity stages, in this process, with neither workers nor a database."""

from pathlib import Path

import click

from hpsearch.cli.guard import Exit, GuardedCommand
from hpsearch.cli.options import json_option, study_argument


@click.command(cls=GuardedCommand)
@study_argument
@json_option
@click.pass_context
def check(ctx: click.Context, study: Path, as_json: bool) -> None:
    """Run the sanity stages only: initial_loss, overfit and lr_sweep. Nothing is kept."""
    from hpsearch.cli.definition import study_in
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.cli.progress import shown_progress
    from hpsearch.conductor.conduct import Conductor
    from hpsearch.conductor.holder import this_process
    from hpsearch.executors.in_process import InProcessExecutor
    from hpsearch.preflight.check import check_definition
    from hpsearch.report.compose import check_document
    from hpsearch.report.text import check_renderable
    from hpsearch.stage import SANITY
    from hpsearch.store.memory import MemoryStore
    from hpsearch.study import StudyState, objective_for

    definition = study_in(study)
    task = check_definition(definition).task
    store = MemoryStore()
    with InProcessExecutor() as executor, shown_progress(objective_for(None, task)) as progress:
        conductor = Conductor(store, executor, progress, this_process(), stages=SANITY)
        results = conductor.conduct(store.create(definition), task)
    document = check_document(results)
    if as_json:
        print_json(document)
    else:
        print_text(check_renderable(definition.name, document))
    if results.study.state is StudyState.FAILED:
        ctx.exit(Exit.STAGE_FAILED)
