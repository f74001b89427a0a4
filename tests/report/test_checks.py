"""A check in every form: terminal, Markdown, JUnit, workflow commands, and against a baseline."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from hpsearch.checked import Checked, CheckVerdict, Part, Place, Placed
from hpsearch.errors import DefinitionError, Problem
from hpsearch.finding import Finding, Severity
from hpsearch.report.check_baseline import baseline_of, compared
from hpsearch.report.check_compose import check_document
from hpsearch.report.check_documents import BaselineDocument, CheckDocument
from hpsearch.report.check_markdown import check_markdown
from hpsearch.report.check_text import check_renderable
from hpsearch.report.check_words import fails, verdict_words
from hpsearch.report.github import command, github_commands
from hpsearch.report.junit import junit_of_problems, junit_xml
from hpsearch.report.problems import error_document
from hpsearch.report.schemas import SCHEMAS, schema_text
from hpsearch.report.text import plain_text
from hpsearch.results import StageRecord
from hpsearch.stage import StageName
from hpsearch.task import Task
from hpsearch.verdict import Outcome, Verdict

TASK = Task("cross_entropy", (1, 8, 8), 10, 1079, 359, 359, (36,) * 9 + (35,))
PASS, FAIL, INCOMPLETE = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.INCOMPLETE
NASTY = "50% of it\nis <wrong> & \x1b[31mred, ::error::"
MIXED = Finding(
    "HP403",
    Severity.ERROR,
    NASTY,
    {"layers": [{"layer": "fc", "gradient": 0.25}]},
    "Look for reshapes.",
    "a paper",
)
REMARK = Finding("HP302", Severity.INFO, "12 filters", {}, "Take 16.", "")


def check(*parts: Part) -> CheckDocument:
    return check_document(Checked("digits", TASK, parts, (), ()))


def failed(name: str, *findings: Finding, file: str | None = "model.py") -> Part:
    place = Place(file, 12) if file else None
    return Part(name, FAIL, NASTY, tuple(Placed(finding, place) for finding in findings), (), 1.25)


SOUND = (Part("data", PASS, "nothing found", duration_s=0.5), Part("overfit", PASS, "learned", left_out=("1 of 5",)))
BROKEN = check(SOUND[0], failed("advice", MIXED, REMARK), Part("overfit", CheckVerdict.NOT_RUN, "not run"))


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ((PASS, CheckVerdict.SKIPPED), PASS),
        ((PASS, INCOMPLETE, FAIL), FAIL),
        ((CheckVerdict.OVERRIDDEN, INCOMPLETE), INCOMPLETE),
        ((PASS, CheckVerdict.OVERRIDDEN), CheckVerdict.OVERRIDDEN),
        ((PASS, CheckVerdict.NOT_RUN), INCOMPLETE),
    ],
)
def test_what_was_not_judged_never_passes(verdicts: tuple[CheckVerdict, ...], expected: CheckVerdict) -> None:
    found = check(*(Part(f"part{number}", verdict, "") for number, verdict in enumerate(verdicts)))
    assert found.verdict is expected
    assert fails(found) is (expected in (FAIL, INCOMPLETE))


def test_an_overridden_failure_has_passed() -> None:
    found = check(*SOUND, Part("lr_sweep", CheckVerdict.OVERRIDDEN, "no"))
    assert verdict_words(found) == "passed, one failure overridden"


def test_the_document_fits_its_schema() -> None:
    jsonschema.validate(json.loads(BROKEN.model_dump_json()), json.loads(schema_text(SCHEMAS["check"])))
    baseline = json.loads(baseline_of(BROKEN).model_dump_json())
    jsonschema.validate(baseline, json.loads(schema_text(SCHEMAS["baseline"])))


def test_text_that_cannot_be_encoded_is_written_out() -> None:
    odd = replace(MIXED, message="bad \udc80", evidence={"raised": ["\udc80"], "of": {"\udc81": 1}})
    verdict = Verdict(StageName.OVERFIT, Outcome.FAIL, "bad \udc80", findings=(odd,))
    now = datetime.now(UTC)
    parts = (failed("advice", odd), Part("overfit", FAIL, "bad \udc80"))
    stages = (StageRecord(StageName.OVERFIT, 0, 1, verdict, now, now),)
    found = check_document(Checked("digits", TASK, parts, stages, ()))
    assert "\\udc80" in json.loads(found.model_dump_json())["findings"][0]["message"]
    assert json.loads(found.model_dump_json())["stages"][0]["summary"] == "bad \\udc80"
    assert json.loads(found.model_dump_json())["parts"][1]["summary"] == "bad \\udc80"


def test_the_terminal_gets_one_screen_without_control_characters() -> None:
    many = [replace(MIXED, code=f"HP{number}", message=f"wrong in way {number}") for number in range(40)]
    text = plain_text(check_renderable(check(*SOUND, failed("advice", *many))))
    assert len(text.splitlines()) <= 36
    assert "31 more (--json has all)" in text
    assert "\x1b" not in text
    assert "overfit: 1 of 5" in text
    assert "at: model.py:12" in text


def test_a_row_says_its_verdict_once_and_names_the_code_below_that_it_rests_on() -> None:
    wrong = Finding("HP405", Severity.ERROR, "it changes images", {}, "Copy.", "a paper")
    rest = Part("overfit", CheckVerdict.NOT_RUN, "not run: advice failed")
    found = check(Part("advice", FAIL, "1 error; it changes images", (Placed(wrong, None),)), rest)
    lines = [" ".join(line.split()) for line in plain_text(check_renderable(found)).splitlines()]
    assert "advice failed 1 error; see HP405" in lines
    assert "overfit not run advice failed" in lines
    assert "| overfit | not run | advice failed |" in check_markdown(found)


def test_markdown_holds_any_text_in_its_cell() -> None:
    text = check_markdown(BROKEN)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 4
    assert "\\<wrong\\>" in text or "&lt;wrong&gt;" in text
    assert "failed" in text.splitlines()[0]


CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "skipped", "system-out"},
    "failure": set(),
    "skipped": set(),
    "system-out": set(),
}
ATTRIBUTES = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "time", "skipped"},
    "testcase": {"name", "time", "classname"},
    "failure": {"type", "message"},
    "skipped": {"type", "message"},
    "system-out": set(),
}


def keeps_to_the_schema(text: str) -> ET.Element:
    """What junit-10.xsd of Jenkins' xUnit plug-in allows of the elements in use, and what it requires."""
    root = ET.fromstring(text)  # noqa: S314  (our own)
    for element in root.iter():
        assert {child.tag for child in element} <= CHILDREN[element.tag]
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
        assert re.fullmatch(r"[0-9]{0,3}\.[0-9]{3}", element.get("time", "0.000"))
    for suite in root.iter("testsuite"):
        cases = suite.findall("testcase")
        counted = [len(cases), sum(case.find("failure") is not None for case in cases), 0]
        assert [int(suite.attrib[key]) for key in ("tests", "failures", "errors")] == counted
        assert all(case.get("name") and case.get("classname") for case in cases)
    return root


def test_junit_has_a_case_for_each_part_and_holds_any_text() -> None:
    root = keeps_to_the_schema(junit_xml(BROKEN))
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.get("type") == "HP403"
    assert "model.py:12" in (failure.text or "")
    assert "[31mred" in (failure.text or "")
    assert root.find(".//skipped") is not None


def test_junit_tells_a_definition_that_cannot_be_used() -> None:
    error = DefinitionError([Problem("data", "'x'", "there is none", "Correct it.")])
    root = keeps_to_the_schema(junit_of_problems("study", error_document(error)))
    assert "Correct it." in (root.findtext(".//failure") or "")


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """As the runner reads a workflow command."""
    found = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line)
    assert found is not None, line

    def plain(text: str) -> str:
        for written, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            text = text.replace(written, meant)
        return text

    properties = dict(pair.split("=", 1) for pair in found[2].split(","))
    return found[1], {key: plain(value) for key, value in properties.items()}, plain(found[3])


def test_workflow_commands_are_read_back_as_they_were_meant() -> None:
    level, properties, message = parsed(command("error", NASTY, "a,b:c%2C.py", 3, "100%: x, y"))
    assert (level, message) == ("error", NASTY)
    assert properties == {"file": "a,b:c%2C.py", "line": "3", "title": "100%: x, y"}


def test_every_finding_becomes_an_annotation_on_its_line() -> None:
    lines = [parsed(line) for line in github_commands(BROKEN, "study.yaml")]
    assert [(level, properties["file"], properties["line"]) for level, properties, _ in lines] == [
        ("error", "model.py", "12"),
        ("notice", "model.py", "12"),
    ]
    incomplete = check(Part("overfit", INCOMPLETE, "the time was up"))
    assert [parsed(line)[0] for line in github_commands(incomplete, "study.yaml")] == ["error"]


def against(before: CheckDocument, now: CheckDocument) -> CheckDocument:
    baseline = BaselineDocument.model_validate_json(baseline_of(before).model_dump_json())
    return now.model_copy(update={"comparison": compared(now, baseline)})


def test_a_baseline_fails_on_what_got_worse_only() -> None:
    sound = check(*SOUND, Part("advice", PASS, ""))
    broken = check(*SOUND, failed("advice", MIXED))
    other = replace(MIXED, evidence={"layers": [{"layer": "conv"}]})
    assert not fails(against(broken, broken))
    assert not fails(against(broken, sound))
    assert fails(against(sound, broken))
    assert fails(against(broken, check(*SOUND, failed("advice", MIXED, other))))
    assert not fails(against(check(*SOUND, failed("advice", MIXED, other)), broken))
    assert fails(against(broken, check(SOUND[0], failed("overfit"), failed("advice", MIXED))))
    assert fails(against(sound, check(*SOUND, Part("advice", INCOMPLETE, "late"))))
    hidden = check(SOUND[0], Part("overfit", CheckVerdict.NOT_RUN, ""), failed("advice", MIXED))
    assert not fails(against(hidden, check(SOUND[0], failed("overfit"), failed("advice", MIXED))))
    assert not fails(against(hidden, check(SOUND[0], Part("overfit", INCOMPLETE, "late"), failed("advice", MIXED))))
    skipped = check(SOUND[0], Part("overfit", CheckVerdict.SKIPPED, ""))
    assert fails(against(skipped, check(SOUND[0], failed("overfit"))))
    assert fails(against(skipped, check(SOUND[0], Part("overfit", INCOMPLETE, "late"))))
    late = check(SOUND[0], Part("overfit", INCOMPLETE, "late"), Part("lr_sweep", CheckVerdict.NOT_RUN, ""))
    assert fails(against(late, check(SOUND[0], failed("overfit"))))
    assert fails(against(late, check(*SOUND, failed("lr_sweep"))))
    assert fails(against(late, late))


def test_what_is_known_is_no_failure_in_any_form() -> None:
    known = against(BROKEN, BROKEN)
    assert verdict_words(known) == "no worse than the baseline"
    assert keeps_to_the_schema(junit_xml(known)).find(".//failure") is None
    assert all(parsed(line)[0] == "notice" for line in github_commands(known, "study.yaml"))
    worse = against(check(*SOUND), BROKEN)
    assert keeps_to_the_schema(junit_xml(worse)).find(".//failure") is not None
    assert parsed(github_commands(worse, "study.yaml")[0])[0] == "error"
    assert "worse: advice failed" in plain_text(check_renderable(worse))


def test_equal_checks_give_equal_baselines_whatever_they_took() -> None:
    slow = check(*(replace(part, duration_s=99.0, summary="0.1 slower") for part in SOUND))
    assert baseline_of(slow) == baseline_of(check(*SOUND))


def test_a_terminal_tells_the_sentence_of_a_failure_and_its_source_once() -> None:
    first = Finding("HP405", Severity.ERROR, "it changes images", {}, "Copy.", "a paper")
    second = Finding("HP601", Severity.WARNING, "decay is strong", {}, "Less.", "a second paper")
    placed = tuple(Placed(one, None) for one in (first, second))
    told = plain_text(check_renderable(check(Part("advice", FAIL, "1 error; it changes images", placed))))
    assert (told.count("it changes images"), told.count("a paper"), told.count("a second paper")) == (1, 1, 0)
