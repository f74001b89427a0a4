"""``hpsearch validate``: the definition, and whether data and network fit it; nothing is trained."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from hpsearch.cli.check_aside import standard_output_aside
from hpsearch.cli.guard import Exit, GuardedCommand
from hpsearch.cli.options import json_option


@click.command(cls=GuardedCommand)
@click.argument("studies", metavar="STUDY.yaml...", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@click.pass_context
def validate(ctx: click.Context, studies: tuple[Path, ...], as_json: bool) -> None:
    """Check the definition, load its data and build its network; train nothing.

    Several studies are checked one after the other.
    """
    if len(studies) == 1:
        _validate(ctx, studies[0], as_json)
        return
    if as_json:
        raise click.UsageError("--json takes one study")
    # Each in a process of its own: their modules may have the same names.
    program = [sys.executable, "-P", "-m", "hpsearch.cli", "validate", "--"]
    ctx.exit(worst(subprocess.run([*program, str(study)], check=False).returncode for study in studies))  # noqa: S603


def worst(codes: Iterable[int]) -> int:
    """The exit code of several processes together; one that a signal has ended counts as a bug."""
    return max(code if code >= 0 else Exit.BUG for code in codes)


def _validate(ctx: click.Context, study: Path, as_json: bool) -> None:
    from hpsearch.cli.definition import study_in
    from hpsearch.cli.output import print_json
    from hpsearch.errors import DefinitionError
    from hpsearch.preflight.check import check_definition
    from hpsearch.report.problems import invalid_document, valid_document
    from hpsearch.report.words import distribution_words, task_words

    try:
        with standard_output_aside():
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
