"""What a definition may name: networks with their hyperparameters, and data sets."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Path
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from hpsearch.access import Scope
from hpsearch.api.caller import Parts, requires
from hpsearch.api.problems import refusals
from hpsearch.api.routes.descriptions import field_descriptions
from hpsearch.api.routes.refusing import COMMON
from hpsearch.cost.named import named_cost
from hpsearch.errors import NotFoundError, did_you_mean, shown
from hpsearch.networks.parameters import PARAMETERS
from hpsearch.preflight.offered import OFFERED
from hpsearch.report.inspection_documents import InspectionDocument
from hpsearch.report.network_documents import NetworkDocument
from hpsearch.report.service_documents import (
    DatasetOffer,
    DatasetsDocument,
    NetworkOffer,
    NetworksDocument,
    ParameterOffer,
)

router = APIRouter(prefix="/v1", tags=["what there is"], dependencies=[requires(Scope.READ)], responses=COMMON)

TYPES: dict[type, Any] = {bool: "boolean", int: "integer", float: "number"}


@router.get(
    "/networks",
    operation_id="listNetworks",
    summary="The networks",
    response_description="All of them.",
)
def networks(parts: Parts) -> NetworksDocument:
    """The named networks with the types, bounds and defaults of their hyperparameters."""
    return NetworksDocument(
        networks=tuple(_network(name) for name in PARAMETERS), factories=tuple(sorted(parts.factories))
    )


@router.get(
    "/networks/{name}",
    operation_id="readNetwork",
    summary="One network and what it costs",
    response_description="The network.",
    responses=refusals(404),
)
def network(
    name: Annotated[str, Path(description="The name of the network.", examples=["convnet"])],
) -> NetworkDocument:
    """One named network with its hyperparameters, and what it costs layer by layer.

    The costs are those of the default hyperparameters for the images that the network was published for, which
    `cost.input_shape` and `cost.outputs` say. For others, and for the networks of a study, there is `hpsearch inspect`.
    """
    if name not in PARAMETERS:
        hint = f"{did_you_mean(name, PARAMETERS)}Known: {', '.join(PARAMETERS)}."
        raise NotFoundError(f"there is no network called {shown(name)}. {hint}")
    told = _network(name)
    return NetworkDocument(**dict(told), cost=InspectionDocument.model_validate_json(named_cost(name)))


@router.get(
    "/datasets",
    operation_id="listDatasets",
    summary="The data sets",
    response_description="All of them.",
)
def datasets(parts: Parts) -> DatasetsDocument:
    """The named data sets and what they need."""
    return DatasetsDocument(
        datasets=tuple(
            DatasetOffer(
                name=name,
                description=offer.description,
                needs_path=offer.needs_path,
                available=not offer.needs_path or parts.data_folder is not None,
            )
            for name, offer in OFFERED.items()
        )
    )


def _network(name: str) -> NetworkOffer:
    model: type[BaseModel] = PARAMETERS[name]
    told = field_descriptions(model)
    return NetworkOffer(
        name=name,
        description=model.__doc__ or "",
        hyperparameters=tuple(_parameter(key, field, told.get(key, "")) for key, field in model.model_fields.items()),
    )


def _parameter(name: str, field: FieldInfo, description: str) -> ParameterOffer:
    bounds = {key: getattr(rule, key) for rule in field.metadata for key in ("ge", "le", "lt") if hasattr(rule, key)}
    kind = TYPES.get(field.annotation) if isinstance(field.annotation, type) else None
    return ParameterOffer(
        name=name,
        type=kind or "choice",
        default=field.default,
        minimum=bounds.get("ge"),
        maximum=bounds.get("le"),
        below=bounds.get("lt"),
        choices=() if kind else get_args(field.annotation),
        description=description,
    )
