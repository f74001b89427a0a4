"""Surfaces: sets whose classes are statistics of a texture and no place in the image."""

import numpy as np

from benchmarks.data.fields import Draw, Drawn, fractal, grid, in_bytes, labels, scaled, smooth


def clouds(draw: Draw) -> Drawn:
    """Bytes (1500, 32, 32): fields of 1 / f^a, the class is one of four exponents."""
    targets = labels(draw, 1500, 4)
    return Drawn(in_bytes(128 + 40 * fractal(draw, 1500, (32, 32), 0.6 + 0.8 * targets)), targets)


def grains(draw: Draw) -> Drawn:
    """Numbers (1200, 1, 16, 16): white noise, the class is its variance."""
    targets = labels(draw, 1200, 3)
    noise = draw.normal(size=(1200, 1, 16, 16)) * (1 + 0.5 * targets)[:, None, None, None]
    return Drawn(noise.astype(np.float32), targets)


def felts(draw: Draw) -> Drawn:
    """Bytes (1000, 3, 24, 24): noise in a random colour, the class is over how many pixels it is alike."""
    targets = labels(draw, 1000, 5)
    field = smooth(draw, 1000, (24, 24), 0.3 + 0.5 * targets)[:, None]
    colours = draw.uniform(40, 210, (1000, 3, 1, 1))
    return Drawn(in_bytes(colours + draw.uniform(-45, 45, (1000, 3, 1, 1)) * field), targets)


def stripes(draw: Draw) -> Drawn:
    """Numbers (1000, 1, 20, 20): waves of any phase and length, the class is one of six directions."""
    targets = labels(draw, 1000, 6)
    down, across = grid(20, 20)
    turn = (np.pi * targets / 6)[:, None, None]
    length, phase = draw.uniform(3, 8, (1000, 1, 1)), draw.uniform(0, 6.3, (1000, 1, 1))
    waves = np.sin(2 * np.pi * (down * np.sin(turn) + across * np.cos(turn)) / length + phase)
    return Drawn((waves + draw.normal(0, 0.5, waves.shape))[:, None].astype(np.float32), targets)


def checkers(draw: Draw) -> Drawn:
    """Bytes (800, 12, 12): patterns that change from pixel to pixel, in both phases: boards, rows, columns."""
    targets = labels(draw, 800, 3)
    down, across = grid(12, 12)
    patterns = np.stack([(down + across) % 2, down % 2, across % 2])[targets]
    signs = draw.choice((-1, 1), (800, 1, 1))
    return Drawn(in_bytes(128 + 50 * signs * (2 * patterns - 1) + draw.normal(0, 25, patterns.shape)), targets)


def cells(draw: Draw) -> Drawn:
    """Bytes (900, 3, 32, 32): tissue of Voronoi cells, the class is how many there are."""
    targets = labels(draw, 900, 3)
    down, across = grid(32, 32)
    images = np.empty((900, 3, 32, 32))
    for number, target in enumerate(targets):
        seeds = draw.uniform(0, 32, ((8, 20, 45)[target], 2))
        away = (down[..., None] - seeds[:, 0]) ** 2 + (across[..., None] - seeds[:, 1]) ** 2
        images[number] = draw.uniform(30, 225, (len(seeds), 3))[away.argmin(-1)].transpose(2, 0, 1)
    return Drawn(in_bytes(images + draw.normal(0, 4, images.shape)), targets)


def woods(draw: Draw) -> Drawn:
    """Bytes (700, 3, 48, 48): rings about a middle outside, bent by a field; five sorts of different width."""
    targets = labels(draw, 700, 5)
    down, across = grid(48, 48)
    bent = smooth(draw, 700, (48, 48), 8.0)
    middle = draw.uniform(-40, -10, (2, 700, 1, 1))
    radius = np.hypot(down - middle[0], across - middle[1]) + 2 * bent
    rings = np.sin(2 * np.pi * radius / (3 + 2 * targets)[:, None, None])
    brown = np.array([150, 100, 60.0])[:, None, None] * draw.uniform(0.7, 1.3, (700, 1, 1, 1))
    return Drawn(in_bytes(brown * (1 + 0.25 * rings[:, None]) + draw.normal(0, 5, (700, 3, 48, 48))), targets)


def even(draw: Draw) -> Drawn:
    """Bits (1200, 16, 16): coin tosses, and textures in which each square of four has an even number of ones, which
    differ from them in no pair of pixels (Julesz)."""
    targets = labels(draw, 1200, 2)
    tossed = draw.integers(0, 2, (1200, 16, 16))
    rows, columns = draw.integers(0, 2, (1200, 16, 1)), draw.integers(0, 2, (1200, 1, 16))
    return Drawn(np.where(targets[:, None, None] == 1, rows ^ columns, tossed).astype(np.uint8), targets)


def springs(draw: Draw) -> Drawn:
    """Numbers (1500, 1, 14, 14): noise whose neighbours are alike in one class and unlike in the other, as much."""
    targets = labels(draw, 1500, 2)
    noise = draw.normal(size=(1500, 15, 15))
    sign = np.where(targets == 1, 0.6, -0.6)[:, None, None]
    field = noise[:, 1:, 1:] + sign * noise[:, :-1, 1:] + sign * noise[:, 1:, :-1]
    return Drawn(scaled(field)[:, None].astype(np.float32), targets)


def dots(draw: Draw) -> Drawn:
    """Bytes (2000, 4, 6, 6): a red, blue, … spot among four bands of tiny images, the class is its band."""
    targets = labels(draw, 2000, 4)
    images = 60 + draw.normal(0, 12, (2000, 4, 6, 6))
    down, across = grid(6, 6)
    middle = draw.uniform(1, 4, (2, 2000, 1, 1))
    spot = np.exp(-((down - middle[0]) ** 2 + (across - middle[1]) ** 2) / 2)
    images[np.arange(2000), targets] += 120 * spot
    return Drawn(in_bytes(images), targets)


TEXTURES = (clouds, grains, felts, stripes, checkers, cells, woods, even, springs, dots)
