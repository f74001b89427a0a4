"""How alike two sets of features of the same samples are."""

import math

import torch
from torch import Tensor


def similarity(first: Tensor, second: Tensor) -> float:
    """Linear centred kernel alignment of features (N, F) and (N, G), in [0, 1]; 0 where one of them is constant.

    Kornblith et al. (2019), equation 5, by the Gram matrices: the debiased estimate (Song et al., 2007) of four samples
    and more.
    """
    grams = [_without_bias(one.double() @ one.double().T) for one in (first, second)]
    norms = [float(gram.norm()) for gram in grams]
    if not all(math.isfinite(norm) and norm > 0 for norm in norms):
        return 0.0
    return float((grams[0] * grams[1]).sum() / (norms[0] * norms[1]))


def _without_bias(gram: Tensor) -> Tensor:
    """Centred so that the product of two has the expectation of the independence criterion; zero diagonal."""
    samples = len(gram)
    gram = gram - torch.diag(gram.diagonal())
    means = gram.sum(0) / (samples - 2)
    means = means - means.sum() / (2 * (samples - 1))
    centred = gram - means[:, None] - means[None, :]
    return centred - torch.diag(centred.diagonal())
