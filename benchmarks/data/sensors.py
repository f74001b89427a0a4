"""What instruments see: counts, units, ranges and noise of other kinds than a camera's."""

import numpy as np

from benchmarks.data.fields import Array, Draw, Drawn, disc, fractal, grid, in_bytes, labels, smooth


def radar(draw: Draw) -> Drawn:
    """Numbers (1200, 1, 24, 24): speckle times a scene (water, field, town), with a long tail."""
    targets = labels(draw, 1200, 3)
    scene = np.exp(np.array([0.1, 0.5, 1.3])[targets][:, None, None] * fractal(draw, 1200, (24, 24), 1.5))
    return Drawn((scene * draw.exponential(0.02, scene.shape))[:, None].astype(np.float32), targets)


def stars(draw: Draw) -> Drawn:
    """16 bits (800, 32, 32): a dark sky with few stars: scattered, in a cluster, or in a disc."""
    targets = labels(draw, 800, 3)
    images = draw.poisson(90, (800, 32, 32)).astype(float)
    for number, target in enumerate(targets):
        middle, turn = draw.uniform(10, 22, 2), draw.uniform(0, 6.3)
        for _ in range(draw.integers(8, 16)):
            away = draw.normal(0, (1, 3, 5)[target], 2) * ((1, 1), (1, 1), (1, 0.15))[target]
            place = draw.uniform(0, 32, 2)
            if target:
                place = middle + np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ away
            images[number] += draw.pareto(1.5) * 300 * np.exp(-(disc_distance(place) ** 2) / 1.6)
    return Drawn(np.clip(images, 0, 65535).astype(np.uint16), targets)


def disc_distance(place: Array) -> Array:
    """Of all pixels of 32×32 from a place."""
    down, across = grid(32, 32)
    found: Array = np.hypot(down - place[0], across - place[1])
    return found


def scans(draw: Draw) -> Drawn:
    """12 bits in 16 (1050, 48, 48): soft tissue of low contrast; one in 21 has a spot."""
    targets = labels(draw, 1050, (20.0, 1.0))
    body = np.exp(-(((grid(48, 48)[0] - 23.5) / 22) ** 4 + ((grid(48, 48)[1] - 23.5) / 18) ** 4))
    images = 1000 + body * (300 + 40 * smooth(draw, 1050, (48, 48), 5.0)) + draw.normal(0, 12, (1050, 48, 48))
    for number in np.flatnonzero(targets):
        images[number] += 130 * disc((48, 48), draw.uniform(14, 33, 2), draw.uniform(2.5, 4))
    return Drawn(np.clip(images, 0, 4095).astype(np.uint16), targets)


def bands(draw: Draw) -> Drawn:
    """Numbers (1500, 7, 12, 12): seven bands in units of their own (reflectance, kelvin, metres), five covers."""
    targets = labels(draw, 1500, 5)
    spectrum = draw.uniform(0.1, 0.6, (5, 7))
    common, own = fractal(draw, 1500, (12, 12), 2.0), fractal(draw, 1500 * 7, (12, 12), 1.2).reshape(1500, 7, 12, 12)
    images = spectrum[targets][..., None, None] + 0.06 * common[:, None] + 0.03 * own
    images += draw.normal(0, 0.08, (1500, 7, 1, 1))
    units = np.array([1, 1, 1, 1, 60, 1500, 1e-4])[:, None, None]
    return Drawn((images * units + np.array([0, 0, 0, 0, 270, 0, 0.0])[:, None, None]).astype(np.float32), targets)


def depths(draw: Draw) -> Drawn:
    """Millimetres (1000, 40, 40): a ball, a box or nothing on a floor; 0 where nothing came back, as declared."""
    targets = labels(draw, 1000, 3)
    down, across = grid(40, 40)
    images = draw.uniform(1500, 2500, (1000, 1, 1)) - 15 * down
    for number, target in enumerate(targets):
        middle, size = draw.uniform(13, 27, 2), draw.uniform(5, 9)
        away = np.hypot(down - middle[0], across - middle[1]) / size
        ball = 500 * np.sqrt(np.clip(1 - away**2, 0, 1))
        box = 350.0 * (np.maximum(abs(down - middle[0]), abs(across - middle[1])) < 0.85 * size)
        images[number] -= (ball, box, 0.0)[target]
    images += draw.normal(0, 6, images.shape)
    missing = smooth(draw, 1000, (40, 40), 1.5) > 1.6
    return Drawn(np.where(missing, 0, images).astype(np.uint16), targets)


def thermal(draw: Draw) -> Drawn:
    """Kelvin (700, 1, 24, 32): a warm thing in a cool room, and how warm it is at its warmest: one number."""
    images = 293 + 1.5 * smooth(draw, 700, (24, 32), 6.0)
    warm = draw.uniform(4, 30, 700)
    for number in range(700):
        images[number] += warm[number] * disc((24, 32), draw.uniform((6, 7), (18, 25)), draw.uniform(2, 5))
    images += draw.normal(0, 0.15, images.shape)
    return Drawn(images[:, None].astype(np.float32), images.max((1, 2)))


def spots(draw: Draw) -> Drawn:
    """Bytes (120, 128, 128): few large images of a spot, and where it is: two numbers."""
    places = draw.uniform(30, 98, (120, 2))
    images = 90 + 12 * smooth(draw, 120, (128, 128), 12.0) + draw.normal(0, 5, (120, 128, 128))
    for number, place in enumerate(places):
        images[number] += 110 * disc((128, 128), place, draw.uniform(6, 12))
    return Drawn(in_bytes(images), places)


def crowd(draw: Draw) -> Drawn:
    """Bytes (20000, 3, 16, 16): a hundred kinds of coloured blobs on clouds."""
    targets = labels(draw, 20000, 100)
    colours, sizes = draw.uniform(0, 255, (100, 3)), draw.uniform(1.5, 5, 100)
    down, across = grid(16, 16)
    middle = draw.uniform(5, 11, (2, 20000, 1, 1))
    blob = np.clip(sizes[targets][:, None, None] + 0.5 - np.hypot(down - middle[0], across - middle[1]), 0, 1)
    ground = 128 + 35 * fractal(draw, 20000, (16, 16), 1.6)[:, None] + draw.normal(0, 20, (20000, 3, 1, 1))
    colour = colours[targets][..., None, None] + draw.normal(0, 10, (20000, 3, 1, 1))
    return Drawn(in_bytes(ground + (colour - ground) * blob[:, None]), targets)


def hot_plates(draw: Draw) -> Drawn:
    """Bytes (1000, 3, 20, 20): heat maps in false colours; the class is the quarter with the peak."""
    targets = labels(draw, 1000, 4)
    down, across = grid(20, 20)
    low, high = np.array([0, 10]), np.array([9, 19])
    rows = draw.uniform(low[targets // 2], high[targets // 2])[:, None, None]
    columns = draw.uniform(low[targets % 2], high[targets % 2])[:, None, None]
    heat = np.exp(-((down - rows) ** 2 + (across - columns) ** 2) / 40) + 0.08 * smooth(draw, 1000, (20, 20), 2.0)
    heat = np.clip(heat, 0, 1)
    colours = np.stack([np.clip(1.5 - abs(4 * heat - at), 0, 1) for at in (3, 2, 1)], 1)
    return Drawn(in_bytes(255 * colours), targets)


SENSORS = (radar, stars, scans, bands, depths, thermal, spots, crowd, hot_plates)
