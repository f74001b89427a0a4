"""Small networks, stacked."""

import pytest
import torch

from hpsearch.networks.table import NETWORKS
from hpsearch.training.stacked import stack


@pytest.mark.parametrize("name", ["lenet", "convnet"])
def test_members_are_what_they_are_alone(name: str) -> None:
    networks = [NETWORKS[name]((1, 8, 8), 4, dropout=rate).double() for rate in (0.0, 0.3, 0.5)]
    images = torch.randn(5, 1, 8, 8, dtype=torch.float64)
    generators = [torch.Generator().manual_seed(member) for member in range(3)]
    stacked = stack(networks, generators, memory_format=torch.contiguous_format)
    made = stacked(images)
    with torch.random.fork_rng(devices=[]):
        for member, network in enumerate(networks):
            torch.manual_seed(member)
            assert torch.allclose(network(images), made.logits[member], rtol=1e-12, atol=1e-12)
            assert list(stacked.state_dict(member)) == list(network.state_dict())
            network.load_state_dict(stacked.state_dict(member))
