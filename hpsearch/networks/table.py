"""The builders of the named networks."""

from collections.abc import Callable

from torch import nn

from hpsearch.networks.convnet import build_convnet

NETWORKS: dict[str, Callable[..., nn.Module]] = {"convnet": build_convnet}
"""Each is called as ``build(input_shape=(C, H, W), outputs=K, **hyperparameters)`` and gives logits (N, K)."""
