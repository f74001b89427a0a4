"""What the named networks cost at their usual inputs, counted beforehand, for programs without torch.

``python -m hpsearch.cli.named_costs hpsearch/cost/named`` writes the files again after a change of a network or of how
costs are counted; ``tests/cost/test_named.py`` says when that was forgotten.
"""

import gzip
from importlib.resources import files


def named_cost(name: str) -> bytes:
    """What ``hpsearch inspect --network NAME --json`` prints, of one of ``hpsearch.networks.parameters.PARAMETERS``.

    Raises FileNotFoundError for any other name.
    """
    return gzip.decompress((files(__name__) / f"{name}.json.gz").read_bytes())
