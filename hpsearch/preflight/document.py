"""YAML and JSON text as plain values: nothing but words, numbers, true, false, null, lists and sections."""

import json
import math
import re
from typing import Any, NoReturn

import yaml

from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.preflight.problems import Location, dotted

LARGEST_TEXT = 100_000
"""Characters. A definition has hundreds."""
DEEPEST = 20
"""Sections within sections. A definition has four."""
LONGEST_NUMBER = 400
"""Characters of a number."""

WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
"""The core schema of YAML 1.2 (section 10.3.2), in which ``no``, ``on`` and 12:30 are words …"""
INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
"""… and 1e-4 is a number."""


def parse_document(text: str, *, only_json: bool = False) -> dict[str, Any]:
    """The text's one section as plain values; ``only_json``: text that is YAML and no JSON is refused.

    Raises DefinitionError for text that is neither YAML nor JSON, keys given twice, aliases, tags, more than
    ``DEEPEST`` levels, numbers that are not finite, characters that a database cannot hold, and anything but a
    section on top.
    """
    if len(text) > LARGEST_TEXT:
        _reject((), f"{len(text)} characters", "the definition is too long", f"Stay below {LARGEST_TEXT} characters.")
    text = text.removeprefix("\ufeff")
    as_json = only_json or text.lstrip().startswith("{")
    value = _from_json(text, or_yaml=not only_json) if as_json else _from_yaml(text)
    if value is None:
        _reject((), "", "the definition is empty", "Begin with data: and network:.")
    if not isinstance(value, dict):
        _reject((), shown(value), "a definition is a section with keys", "Begin with data: and network:.")
    _check(value, ())
    return value


def _from_json(text: str, *, or_yaml: bool) -> Any:
    def section(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                _reject((), shown(key), "the same key is given twice in one section", "Leave one of the two out.")
            found[key] = value
        return found

    try:
        return json.loads(text, object_pairs_hook=section)
    except json.JSONDecodeError as error:
        if or_yaml:
            return _from_yaml(text)  # {name: digits} is YAML
        place = f"line {error.lineno}, column {error.colno}"
        _reject((), place, f"the text cannot be read as JSON: {error.msg}", "Correct it there.")
    except ValueError:
        _reject((), "", "a number has too many digits", "Shorten it.")
    except RecursionError:
        _reject((), "", "sections are nested too deeply", f"Stay below {DEEPEST} levels.")


class _Loader(yaml.SafeLoader):
    """Leaves every scalar as text, and refuses what a definition has no use for."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  (PyYAML's name)
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        refusal = None
        if isinstance(event, yaml.AliasEvent):
            refusal = "aliases are not read, write the value out"
        elif getattr(event, "tag", None) is not None:
            refusal = f"tags are not read, leave {event.tag} out"
        elif self.depth >= DEEPEST:
            refusal = f"there are more than {DEEPEST} levels of sections"
        if refusal is not None:
            raise yaml.MarkedYAMLError(problem=refusal, problem_mark=event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _from_yaml(text: str) -> Any:
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        _reject((), place, f"the text cannot be read as YAML: {error.problem or error.context}", "Correct it there.")
    except yaml.YAMLError as error:
        _reject((), "", f"the text cannot be read as YAML: {shown(str(error), 200)}", "Save it as plain UTF-8 text.")
    return None if node is None else _value(node, ())


def _value(node: yaml.Node, location: Location) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*location, index)) for index, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _section(node, location)
    quoted = isinstance(node, yaml.ScalarNode) and node.style is not None
    return node.value if quoted else _plain(node.value, location)


def _section(node: yaml.MappingNode, location: Location) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = _value(key_node, location)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            _reject(location, f"{shown(key)} in line {line}", "keys are words", "Put the key in quotes.")
        _check_text(key, location)
        if key in found:
            rule = "the same key is given twice in one section"
            _reject((*location, key), f"again in line {line}", rule, "Leave one of the two out.")
        found[key] = _value(value_node, (*location, key))
    return found


def _plain(text: str, location: Location) -> bool | int | float | str | None:
    """What text without quotes stands for."""
    if text in WORDS:
        return WORDS[text]
    if len(text) > LONGEST_NUMBER and FLOAT.fullmatch(text):
        _reject(location, shown(text, 40), "a number has too many digits", "Shorten it.")
    if INTEGER.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    return float(text) if FLOAT.fullmatch(text) else text


def _check(value: object, location: Location) -> None:
    """What a definition holds must be storable as JSON."""
    if len(location) > DEEPEST:
        _reject((), dotted(location[:3]), "sections are nested too deeply", f"Stay below {DEEPEST} levels.")
    if isinstance(value, dict):
        for key, part in value.items():
            _check_text(key, location)
            _check(part, (*location, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            _check(part, (*location, index))
    elif isinstance(value, str):
        _check_text(value, location)
    elif isinstance(value, float) and not math.isfinite(value):
        _reject(location, shown(value), "numbers must be finite", "Write a finite number.")


def _check_text(text: str, location: Location) -> None:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        _reject(location, shown(text), "the text holds a character that cannot be stored", "Leave it out.")


def _reject(location: Location, value: str, rule: str, next_step: str) -> NoReturn:
    raise DefinitionError([Problem(dotted(location), value, rule, next_step)])
