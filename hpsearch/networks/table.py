"""The builders of the named networks.

How to add a family:

1. ``parameters/<family>.py``: a record derived from ``NetworkParameters`` (``ResidualParameters`` with residual
   branches), one sentence below each field, since users read them. Only ``bool``, ``int``, ``float`` and ``Literal``
   fields with bounds, no ``None``. A numbered name is a class derived from it with another default, for example
   ``class Vgg11Parameters(VggParameters): depth: Depth = 11``. Add its line to ``PARAMETERS``.
2. ``<family>.py``, opening with its paper: ``build_<family>(input_shape, outputs, **parameters)`` makes the record,
   composes blocks (``blocks/``: Unit, Chain for networks without branches, pooling, stem, classifier) and ends with
   ``initialise(network, input_shape, settings)``; residual families pass ``branches=`` and networks with auxiliary
   classifiers ``heads=``. The network takes (N, C, H, W) of any sensible size and gives logits (N, K).
3. Auxiliary classifiers: return ``outputs.Outputs`` in training mode and the logits alone in evaluation mode.
4. Its lines in ``NETWORKS`` below, sorted; a numbered name is ``partial(build_<family>, depth=…)``.
5. ``tests/networks/zoo_<family>.py`` with the entries of the conformance test (see ``tests/networks/zoo.py``), added
   to the tuple there; facts of the family's own in ``tests/networks/test_<family>.py``.

Nothing may be drawn but from torch's default generator, and building must work on the meta device.
"""

from collections.abc import Callable
from functools import partial

from torch import nn

from hpsearch.networks.alexnet import build_alexnet
from hpsearch.networks.convnet import build_convnet
from hpsearch.networks.densenet import build_densenet
from hpsearch.networks.googlenet import build_googlenet
from hpsearch.networks.inception_resnet_v2 import build_inception_resnet_v2
from hpsearch.networks.inception_v2 import build_inception_v2
from hpsearch.networks.inception_v3 import build_inception_v3
from hpsearch.networks.inception_v4 import build_inception_v4
from hpsearch.networks.lenet import build_lenet
from hpsearch.networks.mobilenet import build_mobilenet
from hpsearch.networks.resnet import build_resnet
from hpsearch.networks.resnet_cifar import build_resnet_cifar
from hpsearch.networks.shufflenet import build_shufflenet
from hpsearch.networks.vgg import build_vgg
from hpsearch.networks.zfnet import build_zfnet

NETWORKS: dict[str, Callable[..., nn.Module]] = {
    "alexnet": build_alexnet,
    "convnet": build_convnet,
    "densenet": build_densenet,
    "densenet121": partial(build_densenet, depth=121),
    "densenet161": partial(build_densenet, depth=161, growth_rate=48),
    "densenet169": partial(build_densenet, depth=169),
    "densenet201": partial(build_densenet, depth=201),
    "googlenet": build_googlenet,
    "inception_resnet_v2": build_inception_resnet_v2,
    "inception_v2": build_inception_v2,
    "inception_v3": build_inception_v3,
    "inception_v4": build_inception_v4,
    "lenet": build_lenet,
    "mobilenet": build_mobilenet,
    "resnet": build_resnet,
    "resnet18": partial(build_resnet, depth=18),
    "resnet20": partial(build_resnet_cifar, depth=20),
    "resnet32": partial(build_resnet_cifar, depth=32),
    "resnet34": partial(build_resnet, depth=34),
    "resnet44": partial(build_resnet_cifar, depth=44),
    "resnet50": partial(build_resnet, depth=50),
    "resnet56": partial(build_resnet_cifar, depth=56),
    "resnet101": partial(build_resnet, depth=101),
    "resnet110": partial(build_resnet_cifar, depth=110),
    "resnet152": partial(build_resnet, depth=152),
    "resnet_cifar": build_resnet_cifar,
    "shufflenet": build_shufflenet,
    "vgg": build_vgg,
    "vgg11": partial(build_vgg, depth=11),
    "vgg13": partial(build_vgg, depth=13),
    "vgg16": partial(build_vgg, depth=16),
    "vgg19": partial(build_vgg, depth=19),
    "zfnet": build_zfnet,
}
"""Each is called as ``build(input_shape=(C, H, W), outputs=K, **hyperparameters)`` and gives logits (N, K)."""
