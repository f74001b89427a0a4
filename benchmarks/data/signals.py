"""Series and sounds that somebody made images of."""

import numpy as np

from benchmarks.data.fields import Array, Draw, Drawn, in_bytes, labels


def _series(draw: Draw, targets: Array, length: int) -> Array:
    """A wave, a saw, a walk, or bursts, by class (N, T)."""
    count, time = len(targets), np.arange(length) / length
    rate, phase = draw.uniform(2, 5, (count, 1)), draw.uniform(0, 1, (count, 1))
    wave, saw = np.sin(2 * np.pi * (rate * time + phase)), 2 * ((rate * time + phase) % 1) - 1
    walk = draw.normal(0, 4 / np.sqrt(length), (count, length)).cumsum(1)
    bursts = wave * (np.sin(2 * np.pi * (time + phase)) > 0.3)
    found: Array = np.choose(targets[:, None], (wave, saw, walk, bursts)) + draw.normal(0, 0.1, (count, length))
    return found


def spectrograms(draw: Draw) -> Drawn:
    """Decibels (900, 1, 32, 28): chirps up and down, tones, clicks."""
    targets = labels(draw, 900, 4)
    time = np.arange(960) / 960
    start, change, at = (
        draw.uniform(60, 150, (900, 1)),
        draw.uniform(60, 120, (900, 1)),
        draw.uniform(0.2, 0.8, (900, 1)),
    )
    sweep = np.select([targets[:, None] == 0, targets[:, None] == 1], [change, -0.5 * change], 0.0)
    sound = np.sin(2 * np.pi * (start * time + sweep * time**2 / 2))
    click = 8 * np.exp(-(((time - at) * 300) ** 2))
    sound = np.where(targets[:, None] == 3, click, sound) + draw.normal(0, 0.3, (900, 960))
    windows = np.stack([sound[:, at : at + 64] for at in range(0, 28 * 32, 32)], 2) * np.hanning(64)[:, None]
    power = abs(np.fft.rfft(windows, axis=1))[:, :32] ** 2
    return Drawn((10 * np.log10(power + 1e-6))[:, None].astype(np.float32), targets)


def gramian(draw: Draw) -> Drawn:
    """Numbers from -1 to 1 (800, 1, 24, 24): angular sums of series, symmetric by nature."""
    targets = labels(draw, 800, 4)
    series = _series(draw, targets, 24)
    low, high = series.min(1, keepdims=True), series.max(1, keepdims=True)
    angle = np.arccos(2 * (series - low) / (high - low) - 1)
    return Drawn(np.cos(angle[:, :, None] + angle[:, None])[:, None].astype(np.float32), targets)


def recurrences(draw: Draw) -> Drawn:
    """Bits (800, 30, 30): where a series comes back to where it was."""
    targets = labels(draw, 800, 3)
    series = _series(draw, targets, 30)
    return Drawn((abs(series[:, :, None] - series[:, None]) < 0.3).astype(np.uint8), targets)


def rolls(draw: Draw) -> Drawn:
    """Bits (1000, 1, 36, 32): pieces of music, in major, minor or neither."""
    targets = labels(draw, 1000, 3)
    images = np.zeros((1000, 1, 36, 32), np.float32)
    for number, target in enumerate(targets):
        scale = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), tuple(range(12)))[target]
        key, time = draw.integers(0, 12), 0
        while time < 32:
            length = int(draw.integers(1, 5))
            pitch = (key + scale[draw.integers(len(scale))]) % 12 + 12 * draw.integers(0, 3)
            images[number, 0, pitch, time : time + length] = 1
            time += int(draw.integers(1, 4))
    return Drawn(images, targets)


def folded(draw: Draw) -> Drawn:
    """Numbers (1000, 1, 16, 16): a series written line by line; neighbours down are 16 steps apart."""
    targets = labels(draw, 1000, 4)
    return Drawn(_series(draw, targets, 256).reshape(1000, 1, 16, 16).astype(np.float32), targets)


def hearts(draw: Draw) -> Drawn:
    """Bytes (700, 40, 60): curves of a heart on paper with a grid; regular, early, fast."""
    targets = labels(draw, 700, 3)
    time = np.arange(60)
    images = np.full((700, 40, 60), 250.0)
    images[:, ::8] = images[:, :, ::8] = 215
    for number, target in enumerate(targets):
        gap = draw.uniform(9, 11) if target == 2 else draw.uniform(15, 20)
        beats = np.arange(draw.uniform(0, gap), 60, gap)
        if target == 1:
            beats[len(beats) // 2] -= gap / 2.5
        curve = sum(14 * np.exp(-((time - one) ** 2) / 1.2) - 4 * np.exp(-((time - one - 2) ** 2) / 2) for one in beats)
        rows = np.clip(28 - curve + draw.normal(0, 0.4, 60), 1, 38)
        for column in range(59):
            low, high = sorted((rows[column], rows[column + 1]))
            images[number, int(low) : int(high) + 2, column] = 20
    return Drawn(in_bytes(images), targets)


def falls(draw: Draw) -> Drawn:
    """Numbers (600, 1, 64, 16): radio bands over time, and how many senders there are: one number."""
    many = draw.integers(1, 7, 600)
    images = draw.gamma(2.0, 0.5, (600, 1, 64, 16))
    for number, count in enumerate(many):
        for column in draw.permutation(16)[:count]:
            begin, length = draw.integers(0, 40), draw.integers(12, 64)
            images[number, 0, begin : begin + length, column] += draw.uniform(2, 5)
    return Drawn(np.log(images).astype(np.float32), many + 0.0, loss="l2")


def bases(draw: Draw) -> Drawn:
    """Letters of genes, one-hot (2000, 4, 1, 60): whether a motif is in them."""
    targets = labels(draw, 2000, 2)
    letters = draw.integers(0, 4, (2000, 60))
    for number in np.flatnonzero(targets):
        at = draw.integers(0, 52)
        letters[number, at : at + 8] = (0, 2, 2, 1, 3, 0, 1, 1)
    return Drawn((letters[:, None, None] == np.arange(4)[:, None, None]).astype(np.float32), targets)


SIGNALS = (spectrograms, gramian, recurrences, rolls, folded, hearts, falls, bases)
