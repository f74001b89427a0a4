"""The JSON document of one named network with what it costs. Its field names are fixed."""

from pydantic import Field

from hpsearch.report.inspection_documents import InspectionDocument
from hpsearch.report.service_documents import NetworkOffer


class NetworkDocument(NetworkOffer):
    """One named network, and what it costs with its default hyperparameters at its usual input."""

    cost: InspectionDocument = Field(
        description="as `hpsearch inspect --network NAME --json` prints it for the images and outputs named in it"
    )
