"""A check as GitHub-flavoured Markdown, for the summary of a CI job or a comment on a merge request."""

from collections.abc import Sequence

from hpsearch.report.check_documents import CheckDocument, PlacedFindingDocument
from hpsearch.report.check_words import (
    VERDICT_WORDS,
    comparison_lines,
    finding_lines,
    left_out_lines,
    short_summary,
    sorted_findings,
    took_words,
    verdict_words,
)
from hpsearch.report.documents import ProblemDocument
from hpsearch.report.markdown import escaped
from hpsearch.report.problems import problem_words
from hpsearch.report.words import printable


def check_markdown(check: CheckDocument) -> str:
    """The whole check; ends with a line break."""
    rows = ["| part | verdict | |", "|---|---|---|"]
    rows += [
        f"| {escaped(p.name)} | {VERDICT_WORDS[p.verdict]} | {escaped(printable(short_summary(p)))} |"
        for p in check.parts
    ]
    head = f"## hpsearch check of {escaped(check.name)}: {verdict_words(check)}"
    blocks = [head, "\n".join(rows)]
    if lines := comparison_lines(check):
        blocks += ["### Against the baseline", "\n".join(f"- {escaped(line)}" for line in lines)]
    if check.findings:
        blocks += ["### Findings", "\n".join(_finding(finding) for finding in sorted_findings(check))]
    if lines := left_out_lines(check):
        blocks += ["### What the verdicts rest on", "\n".join(f"- {escaped(line)}" for line in lines)]
    return "\n\n".join([*blocks, f"It took {took_words(check)}."]) + "\n"


def problems_markdown(problems: Sequence[ProblemDocument], subject: str) -> str:
    """Why nothing could be checked; ``subject`` is what cannot be used. Ends with a line break."""
    items = "\n".join(f"- {escaped(' '.join(problem_words(problem).split()))}" for problem in problems)
    return f"## hpsearch check: {subject} cannot be used\n\n{items}\n"


def _finding(finding: PlacedFindingDocument) -> str:
    head = f"- **{finding.severity}** {escaped(finding.part)}: {escaped(printable(finding.message))} (`{finding.code}`)"
    return "\n".join([head, *(f"  - {escaped(line)}" for line in finding_lines(finding))])
