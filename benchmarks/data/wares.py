"""Things on a belt, under a microscope, or seen several times: what images of one place have in common."""

import numpy as np

from benchmarks.data.fields import Draw, Drawn, disc, fractal, grid, in_bytes, labels, smooth, stroke


def parts(draw: Draw) -> Drawn:
    """Bytes (900, 40, 40): the same part in front of the same camera; one in four has a scratch."""
    targets = labels(draw, 900, (3.0, 1.0))
    part = (
        90
        + 60 * disc((40, 40), (20, 20), 14)
        - 40 * disc((40, 40), (20, 20), 6)
        + 3 * smooth(draw, 1, (40, 40), 2.0)[0]
    )
    images = np.repeat(part[None], 900, 0)
    for number in np.flatnonzero(targets):
        begin = draw.uniform(9, 30, 2)
        images[number] += 45 * stroke((40, 40), np.stack([begin, begin + draw.uniform(-7, 7, 2)]), 0.5)
    return Drawn(in_bytes(images + draw.normal(0, 1.5, images.shape)), targets)


def icons(draw: Draw) -> Drawn:
    """Bytes (800, 4, 24, 24): with a plane that says where they are opaque: everywhere (255)."""
    targets = labels(draw, 800, 4)
    images = np.full((800, 4, 24, 24), 255.0)
    down, across = grid(24, 24)
    for number, target in enumerate(targets):
        middle, size = draw.uniform(9, 15, 2), draw.uniform(4, 8)
        y, x = abs(down - middle[0]), abs(across - middle[1])
        inside = (np.hypot(y, x) < size, np.maximum(y, x) < size, y + x < size, np.minimum(y, x) < 0.35 * size)[target]
        inside = inside & (np.maximum(y, x) < size + 1)
        one, other = draw.uniform(0, 255, (2, 3, 1, 1))
        images[number, :3] = np.where(inside, one, other)
    return Drawn(in_bytes(images), targets)


def views(draw: Draw) -> Drawn:
    """Bytes (1200, 3, 20, 20): six views each of 200 things, moved and lit; all views of a thing in one split."""
    things = labels(draw, 200, 5)
    own = 30 * fractal(draw, 600, (28, 28), 2.0).reshape(200, 3, 28, 28)
    down, across = grid(28, 28)
    y, x = abs(down - 13.5), abs(across - 13.5)
    forms = np.stack([np.hypot(y, x) < 9, np.maximum(y, x) < 8, y + x < 9, (y < 3) & (x < 11), (x < 3) & (y < 11)])
    whole = 110 + own + 90 * forms[things][:, None]
    groups = np.repeat(np.arange(200), 6)
    moved = draw.integers(0, 9, (1200, 2))
    images = np.stack(
        [whole[one, :, top : top + 20, left : left + 20] for one, (top, left) in zip(groups, moved, strict=True)]
    )
    images = images * draw.uniform(0.8, 1.2, (1200, 1, 1, 1)) + draw.normal(0, 4, images.shape)
    order = draw.permutation(1200)
    return Drawn(in_bytes(images)[order], things[groups][order], groups[order])


def masks(draw: Draw) -> Drawn:
    """Whole numbers from 0 to 4 (1000, 32, 32): segments of organs; the class is which one is missing."""
    targets = labels(draw, 1000, 4)
    images = np.zeros((1000, 32, 32))
    places = np.array([[9, 9], [9, 22], [22, 10], [22, 22]])
    for number, target in enumerate(targets):
        for organ in range(4):
            if organ != target:
                place = places[organ] + draw.normal(0, 1.5, 2)
                images[number][disc((32, 32), place, draw.uniform(3, 6)) > 0.5] = organ + 1
    return Drawn(images.astype(np.uint8), targets)


def blood(draw: Draw) -> Drawn:
    """Bytes (700, 3, 40, 40): round cells on pale ground; how many, and how large: two numbers."""
    many, size = draw.integers(3, 14, 700), draw.uniform(2.5, 5, 700)
    images = np.full((700, 3, 40, 40), 235.0) + draw.normal(0, 6, (700, 3, 1, 1))
    for number in range(700):
        for _ in range(many[number]):
            cell = disc((40, 40), draw.uniform(2, 38, 2), size[number] * draw.uniform(0.9, 1.1))
            images[number] -= np.array([30, 110, 90])[:, None, None] * cell
    return Drawn(in_bytes(images + draw.normal(0, 4, images.shape)), np.stack([many, size], 1))


def sprites(draw: Draw) -> Drawn:
    """Bytes (1500, 3, 16, 16): frames of an old game in eight colours: twelve figures on tiles."""
    targets = labels(draw, 1500, 12)
    colours = draw.integers(0, 256, (8, 3))
    half = draw.integers(0, 2, (12, 8, 4)) * draw.integers(1, 8, (12, 1, 1))
    figures = np.concatenate([half, half[:, :, ::-1]], 2)
    tiles = draw.integers(0, 3, (3, 4, 4))
    ground = tiles[draw.integers(0, 3, (1500, 4, 4))].transpose(0, 1, 3, 2, 4).reshape(1500, 16, 16)
    places = draw.integers(0, 9, (1500, 2))
    for number, (top, left) in enumerate(places):
        figure = figures[targets[number]]
        under = ground[number, top : top + 8, left : left + 8]
        ground[number, top : top + 8, left : left + 8] = np.where(figure > 0, figure, under)
    return Drawn(colours[ground].transpose(0, 3, 1, 2).astype(np.uint8), targets)


def joints(draw: Draw) -> Drawn:
    """Heat maps of 12 joints (900, 12, 14, 14), from 0 to 1: standing, sitting, lying."""
    targets = labels(draw, 900, 3)
    poses = draw.uniform(3, 11, (3, 12, 2))
    places = poses[targets] + draw.normal(0, 1.0, (900, 12, 2))
    down, across = grid(14, 14)
    away = (down - places[..., 0, None, None]) ** 2 + (across - places[..., 1, None, None]) ** 2
    return Drawn(np.exp(-away / 3).astype(np.float32), targets)


def galaxies(draw: Draw) -> Drawn:
    """Numbers (1000, 1, 32, 32): arms that turn left, right, or none, dim; one in ten of the last."""
    targets = labels(draw, 1000, (4.5, 4.5, 1.0))
    down, across = grid(32, 32)
    turn, tilt = draw.uniform(0, 6.3, (1000, 1, 1)), draw.uniform(0.6, 1, (1000, 1, 1))
    y, x = down - 15.5, (across - 15.5) / tilt
    radius, angle = np.hypot(y, x), np.arctan2(y, x)
    wound = np.where(targets == 0, 1, -1)[:, None, None] * 2.5 * np.log(radius + 1)
    arms = np.where(targets == 2, 0.5, 1.0)[:, None, None] * (
        1 + np.cos(2 * (angle + turn) + wound) * (targets != 2)[:, None, None]
    )
    light = arms * np.exp(-radius / 7) + draw.normal(0, 0.06, arms.shape)
    return Drawn((1e-3 * light)[:, None].astype(np.float32), targets)


def twenty(draw: Draw) -> Drawn:
    """Bytes (84, 3, 64, 64): seven orchids, a dozen photographs each."""
    targets = labels(draw, 84, 7)
    down, across = grid(64, 64)
    images = np.empty((84, 3, 64, 64))
    colours, petals = draw.uniform(60, 255, (7, 3)), draw.integers(3, 8, 7)
    for number, target in enumerate(targets):
        y, x = down - draw.uniform(25, 38), across - draw.uniform(25, 38)
        edge = draw.uniform(14, 22) * (0.7 + 0.3 * np.cos(petals[target] * np.arctan2(y, x) + draw.uniform(0, 6.3)))
        inside = np.hypot(y, x) < edge
        ground = np.array([50, 90, 50])[:, None, None] + 25 * fractal(draw, 1, (64, 64), 2.0)
        images[number] = np.where(inside, colours[target][:, None, None] + 8 * fractal(draw, 1, (64, 64), 1.5), ground)
    return Drawn(in_bytes(images), targets)


WARES = (parts, icons, views, masks, blood, sprites, joints, galaxies, twenty)
