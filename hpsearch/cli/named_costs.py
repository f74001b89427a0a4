"""``python -m hpsearch.cli.named_costs FOLDER``: writes what the named networks cost at their usual inputs.

The files belong into ``hpsearch/cost/named``, where the service reads them: it never imports torch.
"""

import gzip
import sys
from pathlib import Path

from hpsearch.cli.inspection import inspection
from hpsearch.cli.network import Subject
from hpsearch.networks.parameters import PARAMETERS
from hpsearch.networks.parameters.usual import usual
from hpsearch.report.inspection_documents import InspectionDocument


def counted(name: str) -> InspectionDocument:
    """The cost of one named network with its default hyperparameters, for the images it was published for."""
    expected = usual(name)
    return inspection(Subject.named(name, expected.input_shape, expected.outputs, None, None), (), None)


def write_costs(folder: Path) -> None:
    """One file a network; what is there already is written over."""
    for name in PARAMETERS:
        text = counted(name).model_dump_json()
        (folder / f"{name}.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    write_costs(Path(sys.argv[1]))
