"""A check in words: what every form of it says alike."""

from hpsearch.checked import CheckVerdict
from hpsearch.finding import Severity
from hpsearch.report.check_documents import CheckDocument, PartDocument, PlacedFindingDocument
from hpsearch.report.check_order import in_order
from hpsearch.report.findings import evidence_words
from hpsearch.report.words import printable, seconds_words

VERDICT_WORDS = {
    CheckVerdict.PASS: "passed",
    CheckVerdict.FAIL: "failed",
    CheckVerdict.INCOMPLETE: "incomplete",
    CheckVerdict.OVERRIDDEN: "failed, overridden",
    CheckVerdict.SKIPPED: "skipped",
    CheckVerdict.NOT_RUN: "not run",
}
FAILING = frozenset({CheckVerdict.FAIL, CheckVerdict.INCOMPLETE})


def fails(check: CheckDocument) -> bool:
    """Whether a check fails its job: by what got worse where there is a baseline, else unless it passed."""
    if check.comparison is not None:
        return bool(check.comparison.worse)
    return check.verdict in FAILING


def verdict_words(check: CheckDocument) -> str:
    """The verdict: what was overridden has passed, as the exit code says."""
    if check.comparison is not None:
        if check.comparison.worse:
            return "worse than the baseline"
        return "no worse than the baseline" if check.comparison.known else "passed"
    if check.verdict is not CheckVerdict.OVERRIDDEN:
        return VERDICT_WORDS[check.verdict]
    failures = sum(part.verdict is CheckVerdict.OVERRIDDEN for part in check.parts)
    return f"passed, {'one failure' if failures == 1 else f'{failures} failures'} overridden"


def short_summary(part: PartDocument) -> str:
    """Its summary beside the words of its verdict."""
    return part.summary.removeprefix(f"{VERDICT_WORDS[part.verdict]}: ")


def took_words(check: CheckDocument) -> str:
    """How long it took."""
    return seconds_words(sum(part.duration_s or 0.0 for part in check.parts))


def left_out_lines(check: CheckDocument) -> list[str]:
    """What every verdict rests on, where that is less than the definition's own recipe; one line a part."""
    return [f"{part.name}: {'; '.join(part.left_out)}" for part in check.parts if part.left_out]


def sorted_findings(check: CheckDocument) -> list[PlacedFindingDocument]:
    """The severest first, else in the order of the parts, and causes before what follows from them."""
    return in_order(check.findings)


def finding_lines(finding: PlacedFindingDocument) -> list[str]:
    """What belongs below the sentence of a finding: where, evidence, what to try, source."""
    where = f"{finding.file}:{finding.line}" if finding.file else ""
    source = finding.source if finding.severity is not Severity.INFO else ""
    named = (("at", where), ("evidence", evidence_words(finding)), ("try", finding.advice), ("source", source))
    return [f"{title}: {printable(content)}" for title, content in named if content]


def comparison_lines(check: CheckDocument) -> list[str]:
    """What the baseline makes of it."""
    found = check.comparison
    if found is None:
        return []
    return [
        f"{title}: {printable(line)}"
        for title, lines in (("worse", found.worse), ("known", found.known), ("better", found.better))
        for line in lines
    ]
