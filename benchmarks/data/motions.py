"""What moves: differences, flows, events, phases; numbers of both signs."""

import numpy as np

from benchmarks.data.fields import Array, Draw, Drawn, fractal, grid, in_bytes, labels, smooth


def flows(draw: Draw) -> Drawn:
    """Pixels per frame (1000, 2, 20, 20): a turn, a zoom, a slide."""
    targets = labels(draw, 1000, 3)
    down, across = grid(20, 20)
    middle, speed = (
        draw.uniform(6, 14, (2, 1000, 1, 1)),
        draw.choice((-1, 1), (1000, 1, 1)) * draw.uniform(0.1, 0.3, (1000, 1, 1)),
    )
    y, x = (down - middle[0]) * speed, (across - middle[1]) * speed
    slide = draw.normal(0, 2, (2, 1000, 1, 1)) * np.ones((20, 20))
    which = targets[:, None, None]
    flow = np.stack([np.choose(which, (x, y, slide[0])), np.choose(which, (-y, x, slide[1]))], 1)
    return Drawn((flow + 0.1 * fractal(draw, 2000, (20, 20), 2.0).reshape(1000, 2, 20, 20)).astype(np.float32), targets)


def events(draw: Draw) -> Drawn:
    """Counts (1200, 2, 24, 24): brighter and darker pixels as an edge goes by, in four directions."""
    targets = labels(draw, 1200, 4)
    down, across = grid(24, 24)
    turn = (targets * np.pi / 2)[:, None, None] + draw.normal(0, 0.2, (1200, 1, 1))
    along = (down - 11.5) * np.sin(turn) + (across - 11.5) * np.cos(turn) - draw.uniform(-6, 6, (1200, 1, 1))
    rates = np.stack([np.exp(-((along - 3) ** 2) / 4), np.exp(-((along + 3) ** 2) / 4)], 1)
    return Drawn(draw.poisson(1.5 * rates + 0.02).astype(np.uint8), targets)


def phases(draw: Draw) -> Drawn:
    """Angles from -pi to pi (900, 1, 28, 28): fringes over a hill, a valley, a slope; wrapped, as they are measured."""
    targets = labels(draw, 900, 3)
    down, across = grid(28, 28)
    middle = draw.uniform(9, 19, (2, 900, 1, 1))
    hill = draw.uniform(10, 20, (900, 1, 1)) * np.exp(-((down - middle[0]) ** 2 + (across - middle[1]) ** 2) / 90)
    slope = draw.uniform(-0.6, 0.6, (900, 1, 1)) * down + draw.uniform(-0.6, 0.6, (900, 1, 1)) * across
    angle = np.choose(targets[:, None, None], (hill, -hill, slope)) + draw.uniform(0, 6.3, (900, 1, 1))
    angle = angle + draw.normal(0, 0.25, angle.shape)
    return Drawn(((angle + np.pi) % (2 * np.pi) - np.pi)[:, None].astype(np.float32), targets)


def stereograms(draw: Draw) -> Drawn:
    """Bits (1500, 2, 18, 18): random dots for two eyes; the class is which half stands out, by its shift."""
    targets = labels(draw, 1500, 2)
    left = draw.integers(0, 2, (1500, 18, 18))
    moved, right = np.roll(left, 2, 2), left.copy()
    right[targets == 0, :9], right[targets == 1, 9:] = moved[targets == 0, :9], moved[targets == 1, 9:]
    return Drawn(np.stack([left, right], 1).astype(np.uint8), targets)


def interlaced(draw: Draw) -> Drawn:
    """Bytes (800, 24, 24): half of the lines are of a later moment; standing still or moving."""
    targets = labels(draw, 800, 2)
    field = fractal(draw, 800, (24, 30), 2.2)
    shift = np.where(targets == 1, draw.integers(2, 5, 800), 0)
    images = np.stack([one[:, 3:27] for one in field])
    for number in np.flatnonzero(targets):
        images[number, 1::2] = np.roll(field[number], shift[number], 1)[1::2, 3:27]
    return Drawn(in_bytes(128 + 45 * images), targets)


def differences(draw: Draw) -> Drawn:
    """Differences of two frames (1000, 1, 20, 20), nearly 0 everywhere: something came, went, or passed."""
    targets = labels(draw, 1000, 3)
    down, across = grid(20, 20)
    middle = draw.uniform(5, 14, (2, 1000, 1, 1))
    blob = np.exp(-((down - middle[0]) ** 2 + (across - middle[1]) ** 2) / 5)
    other = np.exp(-((down - middle[0] - 2) ** 2 + (across - middle[1] - 2) ** 2) / 5)
    found = np.choose(targets[:, None, None], (blob, -blob, other - blob))
    return Drawn((0.2 * found + draw.normal(0, 0.02, found.shape))[:, None].astype(np.float32), targets)


def velocities(draw: Draw) -> Drawn:
    """Metres a second (1000, 3, 16, 16) of a fluid and its pressure, and its mean spin and speed: two numbers."""
    potential = smooth(draw, 1000, (18, 18), 2.0) * draw.uniform(0.5, 2, (1000, 1, 1))
    potential = potential + draw.normal(0, 0.1, (1000, 1, 1)) * (grid(18, 18)[0] - 9) ** 2 / 4
    u, v = potential[:, 2:, 1:-1] - potential[:, :-2, 1:-1], potential[:, 1:-1, :-2] - potential[:, 1:-1, 2:]
    pressure = 101300 - 0.6 * (u**2 + v**2)
    spin = (v[:, :, 1:] - v[:, :, :-1]).mean((1, 2)) - (u[:, 1:] - u[:, :-1]).mean((1, 2))
    targets: Array = np.stack([spin, np.hypot(u, v).mean((1, 2))], 1)
    return Drawn(np.stack([u, v, pressure], 1).astype(np.float32), targets)


MOTIONS = (flows, events, phases, stereograms, interlaced, differences, velocities)
