"""A check as JUnit XML, as GitLab and Jenkins read it: one test case for each part.

It keeps to what the schema of Jenkins' xUnit plug-in allows (junit-10.xsd): a part that is incomplete or that the
definition overrides is no ``error``, which that schema spells in its own way, but a failure, or passes with an output.
"""

import re
from xml.etree import ElementTree as ET

from hpsearch.checked import CheckVerdict
from hpsearch.finding import Severity
from hpsearch.report.check_documents import CheckDocument, PartDocument
from hpsearch.report.check_words import VERDICT_WORDS, finding_lines
from hpsearch.report.documents import ErrorDocument

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, escaped or not."""
FAILED = frozenset({CheckVerdict.FAIL, CheckVerdict.INCOMPLETE})
LEFT_OUT = frozenset({CheckVerdict.SKIPPED, CheckVerdict.NOT_RUN})


def junit_xml(check: CheckDocument) -> str:
    """The whole check. With a baseline only parts that got worse fail; known failures pass, with an output."""
    worse = None if check.comparison is None else {line.split()[0] for line in check.comparison.worse}
    cases = [_case(check, part, worse) for part in check.parts]
    return _written(check.name, cases)


def junit_of_problems(name: str, error: ErrorDocument) -> str:
    """A check that could not begin: the definition or its data are wrong."""
    case = ET.Element("testcase", name="definition", classname=_clean(f"hpsearch.{name}"), time="0.000")
    first = error.problems[0].message if error.problems else error.error
    failure = ET.SubElement(case, "failure", message=_clean(first), type="definition")
    failure.text = _clean(error.error)
    return _written(name, [case])


def _case(check: CheckDocument, part: PartDocument, worse: set[str] | None) -> ET.Element:
    seconds = f"{part.duration_s or 0.0:.3f}"
    case = ET.Element("testcase", name=_clean(part.name), classname=_clean(f"hpsearch.{check.name}"), time=seconds)
    text = _text(check, part)
    if part.verdict in LEFT_OUT:
        ET.SubElement(case, "skipped", message=_clean(part.summary))
    elif part.verdict in FAILED and (worse is None or part.name in worse):
        codes = [f.code for f in check.findings if f.part == part.name and f.severity is Severity.ERROR]
        kind = codes[0] if codes else str(part.verdict)
        ET.SubElement(case, "failure", message=_clean(part.summary), type=kind).text = text
    elif text:
        ET.SubElement(case, "system-out").text = text
    return case


def _text(check: CheckDocument, part: PartDocument) -> str:
    lines = [f"{VERDICT_WORDS[part.verdict]}: {part.summary}"]
    lines += [f"done for the verdict: {sentence}" for sentence in part.left_out]
    for finding in check.findings:
        if finding.part == part.name:
            lines += [f"{finding.severity}: {finding.message} [{finding.code}]"]
            lines += [f"  {line}" for line in finding_lines(finding)]
    return _clean("\n".join(lines))


def _written(name: str, cases: list[ET.Element]) -> str:
    failures = sum(case.find("failure") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    seconds = f"{sum(float(case.get('time') or 0) for case in cases):.3f}"
    counts = {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "time": seconds}
    suites = ET.Element("testsuites", {"name": "hpsearch", **counts})
    suite = ET.SubElement(suites, "testsuite", {"name": _clean(name), "skipped": str(skipped), **counts})
    suite.extend(cases)
    ET.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    return ILLEGAL.sub("�", text)
