"""``hpsearch validate``: the definition, and whether data and network fit it; nothing is trained."""

from pathlib import Path

import click

from hpsearch.cli.guard import Exit, GuardedCommand
from hpsearch.cli.options import json_option, study_argument


@click.command(cls=GuardedCommand)
@study_argument
@json_option
@click.pass_context
def validate(ctx: click.Context, study: Path, as_json: bool) -> None:
    """Check the definition, load its data and build its network; train nothing."""
    from hpsearch.cli.definition import study_in
    from hpsearch.cli.output import print_json
    from hpsearch.errors import DefinitionError
    from hpsearch.preflight.check import check_definition
    from hpsearch.report.problems import invalid_document, valid_document
    from hpsearch.report.words import distribution_words, task_words

    try:
        definition = study_in(study)
        task = check_definition(definition).task
    except DefinitionError as error:
        if not as_json:
            raise
        click.echo(f"hpsearch: {error}", err=True)
        print_json(invalid_document(error))
        ctx.exit(Exit.WRONG_INPUT)
    document = valid_document(definition, task)
    if as_json:
        print_json(document)
        return
    click.echo(f"{study} is valid; its study is called {definition.name}")
    if document.task:
        click.echo(task_words(document.task))
    for path, found in document.space.items():
        click.echo(f"searches {path}: {distribution_words(found)}")
