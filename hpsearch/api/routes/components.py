"""Schemas of the OpenAPI document that no route names as its own: what bodies and other forms of answers hold."""

import copy
from typing import Any, get_args

from pydantic.json_schema import models_json_schema

from hpsearch.api.routes.descriptions import field_descriptions
from hpsearch.optimization import OptimizerName
from hpsearch.report.documents import ReportDocument
from hpsearch.report.service_checks import ServiceCheckDocument
from hpsearch.report.service_documents import EventDocument
from hpsearch.space import KINDS, RANGES, is_distribution
from hpsearch.stage import Coarse, Fine, InitialLoss, LrSweep, Overfit
from hpsearch.study import (
    DataChecks,
    DataDefinition,
    LossDefinition,
    NetworkDefinition,
    Objective,
    OptimizerDefinition,
    Resources,
    ScheduleDefinition,
    StudyDefinition,
)

PLACE = "#/components/schemas/{model}"
NUMBER_OR_WORD: dict[str, Any] = {"type": ["number", "string", "boolean", "null"]}
ANYTHING_ELSE: dict[str, Any] = {"type": ["number", "string", "boolean", "null", "array"]}
FACTORY = "Or ``module:callable`` that the operator of the server allows, instead of a name."
DISTRIBUTION: dict[str, Any] = {
    "description": "Exactly one kind. A range takes its two ends, a choice or a grid its values.",
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
    "properties": {
        kind: {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
        if kind in RANGES
        else {"type": "array", "items": NUMBER_OR_WORD, "minItems": 1}
        for kind in KINDS
    },
    "examples": [{"log_uniform": [0.0001, 1.0]}, {"choice": [16, 32]}],
}
LIMIT: dict[str, Any] = {"type": ["number", "null"], "exclusiveMinimum": 0}
SEARCHABLE: dict[str, dict[str, dict[str, Any]]] = {
    "DataDefinition": {"batch_size": {"type": "integer", "minimum": 1}},
    "OptimizerDefinition": {
        "name": {"enum": list(get_args(OptimizerName))},
        "learning_rate": {"type": "number", "exclusiveMinimum": 0},
        "weight_decay": {"type": "number", "minimum": 0},
        "momentum": {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
        "clip_norm": LIMIT,
        "l1": {"type": "number", "minimum": 0},
        "max_norm": LIMIT,
    },
    "ScheduleDefinition": {
        "factor": {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
        "warmup": {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
    },
    "LossDefinition": {"label_smoothing": {"type": "number", "minimum": 0, "exclusiveMaximum": 1}},
}
"""The fixed values of what may be a distribution as well; its validators are functions, which no schema shows."""
NAMED = {"StudyDefinition": ("network", "loss"), "OptimizerDefinition": ("schedule",)}
"""Sections that may be a word, which is their name."""

DESCRIBED = (
    StudyDefinition,
    DataDefinition,
    DataChecks,
    NetworkDefinition,
    OptimizerDefinition,
    ScheduleDefinition,
    LossDefinition,
    Objective,
    Resources,
    InitialLoss,
    Overfit,
    LrSweep,
    Coarse,
    Fine,
)
"""What a definition consists of; the sentences about its fields stand in the source."""


def components() -> dict[str, dict[str, Any]]:
    """The schemas by name."""
    _, written = models_json_schema([(StudyDefinition, "validation")], ref_template=PLACE)
    _, answered = models_json_schema(
        [(one, "serialization") for one in (ReportDocument, EventDocument, ServiceCheckDocument)], ref_template=PLACE
    )
    found: dict[str, dict[str, Any]] = {**copy.deepcopy(answered["$defs"]), **copy.deepcopy(written["$defs"])}
    either = {"$ref": PLACE.format(model="Distribution")}
    for model, fields in SEARCHABLE.items():
        for name, fixed in fields.items():
            found[model]["properties"][name]["anyOf"] = [fixed, either]
    for model, names in NAMED.items():
        for name in names:
            section = found[model]["properties"][name]
            section["anyOf"] = [{"type": "string"}, {"$ref": section.pop("$ref")}]
    for model_type in DESCRIBED:
        properties = found[model_type.__name__]["properties"]
        for name, sentence in field_descriptions(model_type).items():
            if name in properties:
                properties[name]["description"] = sentence
        for name, field in model_type.model_fields.items():
            if is_distribution(field.default):
                properties[name]["default"] = field.default.as_dict()
    found["NetworkDefinition"]["additionalProperties"] = {"anyOf": [either, ANYTHING_ELSE]}
    for name in ("NetworkDefinition", "DataDefinition"):
        found[name]["properties"]["factory"]["description"] = FACTORY
    del found["StudyDefinition"]["properties"]["sources"]  # the server fills it in
    return {**found, "Distribution": DISTRIBUTION}
