"""Lattices, rings and rasters: patterns that follow a law, or a device."""

import numpy as np

from benchmarks.data.fields import Draw, Drawn, fractal, grid, in_bytes, labels, smooth


def magnets(draw: Draw) -> Drawn:
    """Spins of -1 and 1 (900, 1, 20, 20) of an Ising lattice at three temperatures."""
    targets = labels(draw, 900, 3)
    spins = draw.choice((-1, 1), (900, 20, 20))
    beta = np.array([0.15, 0.35, 0.5])[targets][:, None, None]
    board = grid(20, 20)[0] + grid(20, 20)[1]
    for step in range(40):
        around = sum(np.roll(spins, by, axis) for by in (-1, 1) for axis in (1, 2))
        up = draw.random(spins.shape) < 1 / (1 + np.exp(-2 * beta * around))
        spins = np.where(board % 2 == step % 2, np.where(up, 1, -1), spins)
    return Drawn(spins[:, None].astype(np.float32), targets)


def automata(draw: Draw) -> Drawn:
    """Bits (1000, 24, 24): rows that follow from the row above by one of four rules, of which some look like noise."""
    targets = labels(draw, 1000, 4)
    images = np.zeros((1000, 24, 24), np.uint8)
    images[:, 0] = draw.integers(0, 2, (1000, 24))
    rules = np.array([[rule >> bit & 1 for bit in range(8)] for rule in (30, 90, 110, 184)])[targets]
    for row in range(1, 24):
        before = images[:, row - 1].astype(int)
        seen = 4 * np.roll(before, 1, 1) + 2 * before + np.roll(before, -1, 1)
        images[:, row] = np.take_along_axis(rules, seen, 1)
    return Drawn(images, targets)


def rings(draw: Draw) -> Drawn:
    """Counts (800, 1, 32, 32) behind a crystal: rings whose distances are the class; bright in the middle."""
    targets = labels(draw, 800, 4)
    down, across = grid(32, 32)
    middle = 15.5 + draw.normal(0, 0.7, (2, 800, 1, 1))
    radius = np.hypot(down - middle[0], across - middle[1])
    steps = np.array([[4, 8, 12], [5, 8, 13], [4, 10, 13], [6, 9, 12]])[targets]
    light = 2000 * np.exp(-(radius**2) / 3) + sum(
        60 * np.exp(-((radius - steps[:, at, None, None]) ** 2)) for at in range(3)
    )
    return Drawn(draw.poisson(light * draw.uniform(0.5, 1.5, (800, 1, 1)) + 3)[:, None].astype(np.float32), targets)


def screens(draw: Draw) -> Drawn:
    """Bits (900, 32, 32): grey pictures as a printer's dots on a screen; round, long or no thing in them."""
    targets = labels(draw, 900, 3)
    down, across = grid(32, 32)
    middle, size = draw.uniform(11, 21, (2, 900, 1, 1)), draw.uniform(4, 7, (900, 1, 1))
    wide = np.where(targets == 1, 2.2, 1.0)[:, None, None]
    away = np.hypot((down - middle[0]) * wide, (across - middle[1]) / wide)
    grey = 0.3 + 0.4 * (away < size) * (targets != 2)[:, None, None] + 0.05 * smooth(draw, 900, (32, 32), 6.0)
    screen = 0.5 + 0.25 * (np.cos(np.pi * (down + across) / 2) + np.cos(np.pi * (down - across) / 2))
    return Drawn((grey > screen).astype(np.uint8), targets)


def mosaics(draw: Draw) -> Drawn:
    """12 bits (900, 24, 24) of a sensor whose pixels see red, green or blue in turn; four colours of a thing."""
    targets = labels(draw, 900, 4)
    down, across = (one.astype(int) for one in grid(24, 24))
    place = np.where((down + across) % 2 == 1, 1, np.where(down % 2 == 0, 0, 2))
    colour = np.array([[900, 300, 200], [250, 800, 250], [200, 300, 900], [700, 700, 200]])[targets]
    field = 1 + 0.3 * smooth(draw, 900, (24, 24), 2.0)
    ground = draw.uniform(200, 600, (900, 1, 1))
    thing = smooth(draw, 900, (24, 24), 4.0) > 0
    light = np.where(thing, colour[np.arange(900)[:, None, None], place], ground) * field
    return Drawn(np.clip(draw.poisson(np.maximum(light, 1)), 0, 4095).astype(np.uint16), targets)


def julia(draw: Draw) -> Drawn:
    """Steps until a number runs away (700, 1, 24, 24), for numbers about two places: real, from 0 to 1."""
    targets = labels(draw, 700, 2)
    down, across = grid(24, 24)
    z = ((across - 11.5) + 1j * (down - 11.5)) / 8 * np.exp(1j * draw.uniform(0, 6.3, (700, 1, 1)))
    c = (np.array([-0.8 + 0.16j, 0.28 + 0.53j])[targets] + 0.04 * draw.normal(size=700))[:, None, None]
    steps = np.zeros(z.shape)
    for _ in range(24):
        z = np.where(abs(z) < 4, z**2 + c, 8)
        steps += abs(z) < 4
    return Drawn((steps / 24)[:, None].astype(np.float32), targets)


def waves(draw: Draw) -> Drawn:
    """Amplitudes (800, 1, 48, 24) of a seismic section: layers with a fault, a dome, or neither."""
    targets = labels(draw, 800, 3)
    down, across = grid(48, 24)
    layers = draw.normal(size=(800, 120))
    bend = 0.4 * smooth(draw, 800, (48, 24), 8.0)
    at, by = draw.uniform(8, 16, (800, 1, 1)), draw.uniform(3, 7, (800, 1, 1))
    move = np.choose(targets[:, None, None], (by * (across > at), -by * np.exp(-((across - at) ** 2) / 20), 0.0 * by))
    depth = np.clip(down + 20 + move + bend, 0, 118)
    low = depth.astype(int)
    rows = np.arange(800)[:, None, None]
    field = layers[rows, low] * (1 - depth + low) + layers[rows, low + 1] * (depth - low)
    return Drawn((field + 0.2 * draw.normal(size=field.shape))[:, None].astype(np.float32), targets)


def skies(draw: Draw) -> Drawn:
    """Light with a huge range (1000, 3, 16, 16), as cameras of high range have it: sun, lamp, or neither."""
    targets = labels(draw, 1000, 3)
    down, across = grid(16, 16)
    middle = draw.uniform(3, 12, (2, 1000, 1, 1))
    spot = np.exp(
        -((down - middle[0]) ** 2 + (across - middle[1]) ** 2) / np.array([1.5, 6, 6])[targets][:, None, None]
    )
    light = np.exp(0.8 * fractal(draw, 1000, (16, 16), 2.0)) + np.array([5000, 60, 0])[targets][:, None, None] * spot
    tint = draw.uniform(0.6, 1.4, (1000, 3, 1, 1))
    return Drawn((light[:, None] * tint).astype(np.float32), targets)


def ratings(draw: Draw) -> Drawn:
    """Bytes (1500, 3, 16, 16) of skin, and how red it is on a scale of 1 to 5, by an observer: a number to learn."""
    red = draw.uniform(0, 1, 1500)
    skin = np.array([200, 150, 130.0])[:, None, None] + 10 * fractal(draw, 1500, (16, 16), 1.5)[:, None]
    rash = (smooth(draw, 1500, (16, 16), 2.0) > 0.3)[:, None] * red[:, None, None, None]
    images = skin + rash * np.array([30, -60, -50.0])[:, None, None]
    return Drawn(in_bytes(images), np.clip(np.round(1 + 4 * red + draw.normal(0, 0.4, 1500)), 1, 5), loss="l2")


PHYSICS = (magnets, automata, rings, screens, mosaics, julia, waves, skies, ratings)
