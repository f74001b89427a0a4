"""``hpsearch advise``: what is known to be unwise about the network of a study; nothing is trained."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpsearch.cli.guard import Exit, GuardedCommand
from hpsearch.cli.options import json_option, study_argument

if TYPE_CHECKING:
    from hpsearch.study import StudyDefinition


@click.command(cls=GuardedCommand)
@study_argument
@click.option("--select", metavar="CODES", multiple=True, help="Only these rules: HP101, HP2 for all that begin so.")
@click.option("--ignore", metavar="CODES", multiple=True, help="Leave these rules out. Both replace the definition's.")
@json_option
@click.pass_context
def advise(ctx: click.Context, study: Path, select: tuple[str, ...], ignore: tuple[str, ...], as_json: bool) -> None:
    """Look at the network over the whole search space, and say what is known to be unwise and why.

    Several CODES are separated by commas. Exit code 1 if a finding is an error; warnings and remarks are advice.
    """
    from hpsearch.advice.advise import advise as findings_about
    from hpsearch.cli.definition import study_in
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.finding import Severity
    from hpsearch.preflight.check import check_definition
    from hpsearch.report.advice import advice_document, advice_renderable

    definition = _choosing(study_in(study), _split(select), _split(ignore))
    findings = findings_about(definition, check_definition(definition).task)
    document = advice_document(definition, findings)
    if as_json:
        print_json(document)
    else:
        print_text(advice_renderable(document))
    if any(finding.severity is Severity.ERROR for finding in findings):
        ctx.exit(Exit.STAGE_FAILED)


def _choosing(definition: "StudyDefinition", select: tuple[str, ...], ignore: tuple[str, ...]) -> "StudyDefinition":
    """The definition with the rules chosen on the command line; raises DefinitionError for codes without a rule."""
    from hpsearch.errors import DefinitionError
    from hpsearch.preflight.settled import code_problems

    problems = [*code_problems("--select", select), *code_problems("--ignore", ignore)]
    if problems:
        raise DefinitionError(problems)
    chosen = {key: codes for key, codes in (("select", select), ("ignore", ignore)) if codes}
    return definition.model_copy(update={"advice": definition.advice.model_copy(update=chosen)})


def _split(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.strip() for text in given for code in text.split(",") if code.strip())
