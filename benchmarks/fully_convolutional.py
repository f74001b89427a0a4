"""Scoring every 224×224 window at stride 32 of a 384×384 image: one pass of the converted network against 36 crops.

Prints the time of both, in rounds in which they take turns, and how far the logits lie apart: relative to the standard
deviation of the logits over windows and classes, for all windows and for the 16 that have all borders inside the image.
AlexNet and VGG pad their maps; the first network is AlexNet's chain of layers with every padding left out. The weights
are initial ones and the image is smooth noise: what padding changes depends on both, and trained networks may differ.

    pip install -e . && python benchmarks/fully_convolutional.py
"""

import argparse
import platform
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from hpsearch.networks.fully_convolutional import fully_convolutional
from hpsearch.networks.initialization import initialise
from hpsearch.networks.parameters import NetworkParameters
from hpsearch.networks.table import NETWORKS

WINDOW, IMAGE, STRIDE = 224, 384, 32
PLAIN = ((64, 11, 4, True), (192, 5, 1, True), (384, 3, 1, False), (256, 3, 1, False), (256, 3, 1, True))
"""Filters, kernel, stride and whether a pooling follows, of AlexNet's convolutions."""


def unpadded(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    """AlexNet without padding: of 224×224 pixels maps of 1×1 are left, at a stride of 32."""
    layers: list[nn.Module] = []
    channels = input_shape[0]
    for filters, kernel, stride, pooled in PLAIN:
        layers += [nn.Conv2d(channels, filters, kernel, stride), nn.ReLU()]
        layers += [nn.MaxPool2d(3, 2)] if pooled else []
        channels = filters
    layers += [nn.Flatten(), nn.Linear(channels, 4096), nn.ReLU(), nn.Linear(4096, outputs)]
    network = nn.Sequential(*layers)
    initialise(network, input_shape, NetworkParameters())
    return network


CONTENDERS: dict[str, Callable[..., nn.Module]] = {
    "unpadded": unpadded,
    **{name: NETWORKS[name] for name in ("alexnet", "zfnet", "vgg11", "vgg16", "vgg19")},
}


def smooth_image(seed: int) -> Tensor:
    """(1, 3, 384, 384) with mean 0 and variance 1, whose neighbouring pixels are alike as in photographs."""
    generator = torch.Generator().manual_seed(seed)
    image = torch.zeros(1, 3, IMAGE, IMAGE)
    for side in (6, 24, 96, IMAGE):
        noise = torch.randn(1, 3, side, side, generator=generator) / (IMAGE / side) ** -0.5
        image += nn.functional.interpolate(noise, size=IMAGE, mode="bilinear")
    return (image - image.mean()) / image.std()


def in_crops(network: nn.Module, image: Tensor, batch: int) -> Tensor:
    """Logits (1, K, 6, 6), the crops in batches."""
    cut = image[0].unfold(1, WINDOW, STRIDE).unfold(2, WINDOW, STRIDE)
    rows, columns = cut.shape[1:3]
    crops = cut.permute(1, 2, 0, 3, 4).flatten(0, 1)
    logits = torch.cat([network(part) for part in torch.split(crops, batch)])
    return logits.view(rows, columns, -1).permute(2, 0, 1)[None]


def timed(work: Callable[[], Tensor]) -> tuple[Tensor, float]:
    """What it gives, and how long it took in seconds."""
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


@torch.no_grad()
def compare(name: str, rounds: int, batch: int) -> None:
    """Prints one line."""
    torch.default_generator.manual_seed(0)
    network = CONTENDERS[name]((3, WINDOW, WINDOW), 1000).eval()
    converted = fully_convolutional(network, (3, WINDOW, WINDOW))
    image = smooth_image(0)
    one_pass, crops = [], []
    for _ in range(rounds):
        found, seconds = timed(lambda: converted(image))
        one_pass.append(seconds)
        expected, seconds = timed(lambda: in_crops(network, image, batch))
        crops.append(seconds)
    apart = (found - expected) / expected.std()
    rms = float(apart.square().mean().sqrt())
    inner = float(apart[:, :, 1:-1, 1:-1].square().mean().sqrt())
    worst = float(apart.abs().max())
    same = float((found.argmax(1) == expected.argmax(1)).float().mean())
    ratio = [many / one for one, many in zip(one_pass, crops, strict=True)]
    print(
        f"{name:8} one pass {statistics.median(one_pass):7.2f} s, 36 crops {statistics.median(crops):7.2f} s, "
        f"ratio {statistics.median(ratio):5.1f} ({min(ratio):.1f} to {max(ratio):.1f}, n = {rounds}); logits apart "
        f"by {rms:.2g} of their standard deviation (inner windows {inner:.2g}, at most {worst:.2g}), "
        f"same class in {same:.0%} of the windows"
    )


def main() -> None:
    """Compares the networks that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("networks", nargs="*", metavar="network")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=12, help="crops at once")
    options = parser.parse_args()
    print(f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}, n = {options.rounds}")
    for name in options.networks or ("unpadded", "alexnet", "vgg16"):
        compare(name, options.rounds, options.batch)


if __name__ == "__main__":
    main()
