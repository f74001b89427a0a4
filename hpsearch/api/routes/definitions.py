"""A study definition in the body of a request: which formats are taken, and what has to hold for it."""

import hashlib
import re
from dataclasses import dataclass
from email.message import Message
from typing import Annotated, Any

from fastapi import Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request

from hpsearch.access import Key
from hpsearch.api.parts import ServiceParts
from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.preflight.reading import read_definition
from hpsearch.preflight.remote import Allowance, admitted
from hpsearch.recipe.count import most_trials
from hpsearch.study import StudyDefinition

JSON_TYPE = "application/json"
YAML_TYPES = ("application/yaml", "application/x-yaml", "text/yaml")
EXAMPLE: dict[str, Any] = {
    "name": "digits",
    "data": {"dataset": "digits"},
    "network": {"name": "convnet", "width": {"choice": [16, 32]}},
    "recipe": {"coarse": {"trials": 16}, "fine": {"trials": 8}},
}
YAML_EXAMPLE = """\
name: digits
data: {dataset: digits}
network: {name: convnet, width: {choice: [16, 32]}}
recipe:
  coarse: {trials: 16}
  fine: {trials: 8}
"""
DEFINITION: dict[str, Any] = {"$ref": "#/components/schemas/StudyDefinition"}
ANY_SECTION: dict[str, Any] = {"anyOf": [DEFINITION, {"type": "object"}]}
SUBMITTED = "A study definition; everything but data and network has a default."
CHECKED = "A study definition, right or wrong."
FORMATS = "UTF-8, in JSON or in YAML without tags, anchors and aliases."


def request_body(described: str, schema: dict[str, Any]) -> dict[str, Any]:
    """What the OpenAPI document says of a body that holds a definition."""
    content = {
        JSON_TYPE: {"schema": schema, "example": EXAMPLE},
        **{kind: {"schema": schema, "example": YAML_EXAMPLE} for kind in YAML_TYPES},
    }
    return {"requestBody": {"required": True, "description": f"{described} {FORMATS}", "content": content}}


@dataclass(frozen=True)
class Body:
    """A definition as it came in."""

    text: str
    only_json: bool
    digest: bytes
    """SHA-256 of the content type and the body."""


async def body_of(request: Request) -> Body:
    """The body of a request as text; refuses other content types than JSON and YAML in UTF-8 (415)."""
    given = request.headers.get("content-type", "")
    header = Message()
    header["content-type"] = given
    kind, charset = header.get_content_type(), header.get_param("charset", "utf-8")
    known = given.partition(";")[0].strip().lower() in (JSON_TYPE, *YAML_TYPES)
    if not known or not re.fullmatch("utf-?8", str(charset), re.IGNORECASE):
        types = ", ".join((JSON_TYPE, *YAML_TYPES))
        raise HTTPException(415, f"the content type must be one of {types}, in UTF-8 (got {shown(given)})")
    content = await request.body()
    digest = hashlib.sha256(kind.encode() + b"\0" + content).digest()
    try:
        return Body(content.decode(), kind == JSON_TYPE, digest)
    except UnicodeDecodeError as error:
        place = f"byte {error.start}"
        rule = "the text cannot be read as UTF-8"
        raise DefinitionError([Problem("", place, rule, "Save it as plain UTF-8 text.")]) from None


DefinitionBody = Annotated[Body, Depends(body_of)]


def definition_of(body: Body, parts: ServiceParts, caller: Key) -> StudyDefinition:
    """The definition, with the whole path of its data.

    Raises DefinitionError with everything that is wrong with it or not allowed. Nothing that it names is imported.
    """
    definition = read_definition(body.text, None, only_json=body.only_json)
    problems = [*_too_many(definition, caller)]
    try:
        definition = admitted(definition, Allowance(parts.data_folder, parts.factories))
    except DefinitionError as error:
        problems = [*error.problems, *problems]
    if problems:
        raise DefinitionError(problems)
    return definition


def _too_many(definition: StudyDefinition, caller: Key) -> list[Problem]:
    trials, most = most_trials(definition), caller.limits.trials
    if trials <= most:
        return []
    rule = f"the study can come to {trials} trials over all stages and rounds, and this key may plan {most}"
    return [Problem("recipe", "", rule, "Lower trials, rounds or points_per_range, or ask for a higher limit.")]
