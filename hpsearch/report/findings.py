"""Which findings a person is told, and their evidence cut to a few short rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from hpsearch.finding import Severity
from hpsearch.report.data_story import is_of_data, is_of_definition
from hpsearch.report.documents import FindingDocument, StageDocument
from hpsearch.report.ranking import Ranking
from hpsearch.report.remaining import MORE_STEPS, NO_RATE, NOTHING
from hpsearch.report.words import facts_words, printable, value_words
from hpsearch.rule import OF_CURVES
from hpsearch.stage import SEARCHES
from hpsearch.verdict import Outcome

BEGINNING = 50
"""Letters of a message that the report has already, and half of it at most: enough to find it again (heuristic)."""
MOST_ROWS = 6
"""Of a longer list so many elements are shown, evenly spread: the document has all."""


def listed_findings(
    stages: tuple[StageDocument, ...], story: Sequence[str] = ()
) -> list[tuple[StageDocument, FindingDocument]]:
    """The findings worth a place of their own.

    A mere remark that the summary of its stage has told already is none of them, where it has no advice or ``story``
    has that too; nor is one on a hyperparameter, or on curves, that a later round repeats with other numbers, nor
    one on curves that a later search repeats.
    """
    return [
        (stage, finding)
        for number, stage in enumerate(stages)
        for place, finding in enumerate(stage.findings)
        if not _told(stage, finding, story)
        and not any(_repeats(later, finding) for later in stage.findings[place + 1 :])
        and not (finding.code.startswith(OF_CURVES) and _is_in_search(stages[number + 1 :], stage, finding))
    ]


def origin(stage: StageDocument, finding: FindingDocument) -> str:
    """What a finding is about: the data or the definition, where it was made before any training, or else its stage."""
    if is_of_definition(finding):
        return "definition"
    return "data" if is_of_data(finding) else stage.name


def is_told(finding: FindingDocument, stage: StageDocument | None, story: Sequence[str]) -> bool:
    """Whether the paragraphs of a report, or the row of its stage, say the finding's message."""
    above = [*story, *([entry.summary for entry in stage.rounds] if stage else [])]
    message = finding.message[1:]  # the first letter may be a capital
    return bool(message) and any(message in part for part in above)


def message_words(finding: FindingDocument, stage: StageDocument | None, story: Sequence[str]) -> str:
    """The message, or how it begins where the report has it above."""
    words = printable(finding.message)
    if not is_told(finding, stage, story):
        return words
    begins = words[: min(BEGINNING, len(words) // 2)].rpartition(" ")[0].rstrip(",;:")
    return f"{begins} … (as told above)"


def is_cause_told(stage: StageDocument, story: Sequence[str]) -> bool:
    """Whether the paragraphs of a report say why the stage failed."""
    failed = stage.verdict is Outcome.FAIL and len(stage.rounds) == 1
    return failed and any(is_told(finding, None, story) for finding in stage.findings)


def untold(line: str, stage: StageDocument, story: Sequence[str]) -> str:
    """A line of a stage's summary without what a story always tells of it: that its only round brought nothing."""
    told = [one.message for one in stage.findings if one.code == NOTHING] if story and len(stage.rounds) == 1 else []
    for message in told:
        line = line.replace(f"; {printable(message)}", "")
    return line


def is_advised(finding: FindingDocument, story: Sequence[str]) -> bool:
    """Whether the paragraphs of a report give the finding's advice, or a better one in its place."""
    better = finding.code == NO_RATE and any(MORE_STEPS in paragraph for paragraph in story)
    return better or any(finding.advice in paragraph for paragraph in story)


def evidence_words(finding: FindingDocument) -> str:
    """The evidence that fits on a line, without empty lists; empty if there is none."""
    facts = finding.evidence.items()
    return facts_words({key: value for key, value in facts if value not in ([], {}) and not _is_table(value)})


def evidence_tables(stage: StageDocument, finding: FindingDocument) -> list[Ranking]:
    """One short table for each list of mappings in the evidence; none for a stage that passed.

    Values that are lists or mappings themselves are left to the document.
    """
    if stage.verdict is Outcome.PASS:
        return []
    return [_table(key, value) for key, value in finding.evidence.items() if _is_table(value)]


def left_out_words(stage: StageDocument, finding: FindingDocument) -> str:
    """Where the evidence is that ``evidence_tables`` leaves out altogether; empty if it leaves out none."""
    if stage.verdict is not Outcome.PASS:
        return ""
    names = [key.replace("_", " ") for key, value in finding.evidence.items() if _is_table(value)]
    return f"{', '.join(names)} (see --json)" if names else ""


def named_lines(finding: FindingDocument, stage: StageDocument | None, story: Sequence[str]) -> list[tuple[str, str]]:
    """What stands below the message of a finding, each line with its name; ``story`` stands above it."""
    lines = (
        ("evidence", evidence_words(finding)),
        ("more evidence", "" if stage is None else left_out_words(stage, finding)),
        ("try", "" if is_advised(finding, story) else finding.advice),
        ("source", finding.source),
    )
    return [(name, content) for name, content in lines if content]


def _told(stage: StageDocument, finding: FindingDocument, story: Sequence[str]) -> bool:
    in_summary = any(finding.message in entry.summary for entry in stage.rounds)
    advised = not finding.advice or is_advised(finding, story)
    return in_summary and finding.severity is Severity.INFO and advised


def _repeats(later: FindingDocument, finding: FindingDocument) -> bool:
    """Whether both say the same of one hyperparameter or of curves; what changes one says more than that."""
    if later.code != finding.code or "after" in finding.evidence:
        return False
    path = finding.evidence.get("path")
    return finding.code.startswith(OF_CURVES) or (path is not None and later.evidence.get("path") == path)


def _is_in_search(later: Sequence[StageDocument], stage: StageDocument, finding: FindingDocument) -> bool:
    """Whether the curves of a later search have shown the same as those of this one."""
    searches = [one for one in later if one.name in SEARCHES] if stage.name in SEARCHES else []
    return any(_repeats(one, finding) for search in searches for one in search.findings)


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _table(name: str, items: Any) -> Ranking:
    shown = items if len(items) <= MOST_ROWS else [items[index] for index in _spread(len(items))]
    keys = [
        key
        for key in dict.fromkeys(key for item in shown for key in item)
        if not any(isinstance(item.get(key), list | Mapping) for item in shown)
    ]
    title = name.replace("_", " ")
    if len(shown) < len(items):
        title += f", {len(shown)} of {len(items)} (all: see --json)"
    rows = tuple(tuple(value_words(item[key]) if key in item else "" for key in keys) for item in shown)
    return Ranking(title, tuple(key.replace("_", " ") for key in keys), rows)


def _spread(count: int) -> list[int]:
    """``MOST_ROWS`` indices from the first to the last of ``count``."""
    return [round(number * (count - 1) / (MOST_ROWS - 1)) for number in range(MOST_ROWS)]
