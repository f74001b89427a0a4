"""Workflow commands of GitHub Actions: annotations on lines of the repository.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Sequence

from hpsearch.checked import CheckVerdict
from hpsearch.finding import Severity
from hpsearch.report.check_documents import CheckDocument, PlacedFindingDocument
from hpsearch.report.check_words import finding_lines, sorted_findings

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github_commands(check: CheckDocument, file: str | None) -> list[str]:
    """One annotation for each finding, and one for each failing part without an error of its own.

    ``file``: the definition, for parts without a line. With a baseline only parts that got worse are errors.
    """
    worse = None if check.comparison is None else {line.split()[0] for line in check.comparison.worse}
    commands = [_of_finding(finding, worse) for finding in sorted_findings(check)]
    with_error = {finding.part for finding in check.findings if finding.severity is Severity.ERROR}
    for part in check.parts:
        if part.verdict in (CheckVerdict.FAIL, CheckVerdict.INCOMPLETE) and part.name not in with_error:
            level = "error" if worse is None or part.name in worse else "notice"
            commands.append(command(level, part.summary, file, 1 if file else None, f"hpsearch {part.name}"))
    return commands


def command(level: str, message: str, file: str | None, line: int | None, title: str) -> str:
    """One command; whatever a message or a property holds, it stays one line and one command."""
    given = (("file", file), ("line", line), ("title", title))
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in given if value is not None)
    return f"::{level} {properties}::{_data(message)}"


def _of_finding(finding: PlacedFindingDocument, worse: set[str] | None) -> str:
    level = LEVELS[finding.severity]
    if worse is not None and level == "error" and finding.part not in worse:
        level = "notice"
    lines: Sequence[str] = [line for line in finding_lines(finding) if not line.startswith(("at: ", "source: "))]
    message = "\n".join([finding.message, *lines])
    return command(level, message, finding.file, finding.line, f"hpsearch {finding.part}: {finding.code}")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
