"""Images that are alike by their nature are no leak; the same data with copies are."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch.nn.functional import avg_pool2d, interpolate, pad

from hpsearch.data.checks.check import check_data
from hpsearch.data.dataset import Dataset, Split
from hpsearch.finding import Severity
from hpsearch.task import Task
from tests.data.broken_data import changed, digits, generator

TRAINED, HELD = 900, 300


def divided(images: torch.Tensor, labels: torch.Tensor) -> Dataset:
    images = (images - images.mean()) / images.std()
    train, held = Split(images[:TRAINED], labels[:TRAINED]), Split(images[TRAINED:], labels[TRAINED:])
    counts = tuple(torch.bincount(held.targets).tolist())
    shape = (1, int(images.shape[2]), int(images.shape[3]))
    task = Task("cross_entropy", shape, len(counts), TRAINED, HELD, 0, counts)
    return Dataset(train, held, Split(images[:0], labels[:0]), task, None, None)


def textures(noise: float) -> Dataset:
    """Lines both ways, of any phase and almost one width, squares, dots, and clouds."""
    draw = generator()
    labels = torch.randint(5, (TRAINED + HELD,), generator=draw)
    rows, columns = torch.meshgrid(torch.arange(16.0), torch.arange(16.0), indexing="ij")
    turn, other = 6.2832 * torch.rand(2, TRAINED + HELD, 1, 1, generator=draw)
    speed = 1.05 + 0.5 * torch.rand(TRAINED + HELD, 1, 1, generator=draw)
    down, right = torch.sin(speed * rows + turn), torch.sin(speed * columns + other)
    clouds = interpolate(torch.rand(TRAINED + HELD, 1, 4, 4, generator=draw) - 0.5, size=16, mode="bilinear")[:, 0]
    kinds = torch.stack([down, right, down * right, down + right - 1, clouds])  # (K, N, H, W)
    images = (kinds[labels, torch.arange(len(labels))] > 0).float()[:, None]
    return divided(images + noise * torch.randn(images.shape, generator=draw), labels)


def sprites(size: int = 16) -> Dataset:
    """Ten sprites of 5×5 pixels in any place."""
    draw = generator()
    known = (torch.rand(10, 5, 5, generator=draw) > 0.5).float()
    labels = torch.randint(10, (TRAINED + HELD,), generator=draw)
    images = torch.zeros(TRAINED + HELD, 1, size, size)
    for image, label in zip(images, labels.tolist(), strict=True):
        row, column = torch.randint(size - 4, (2,), generator=draw).tolist()
        image[0, row : row + 5, column : column + 5] = known[label]
    return divided(images, labels)


def copied(dataset: Dataset, noise: float, share: float = 0.1) -> Dataset:
    """Some validation images are training images, with noise."""
    count = int(share * HELD)
    images, targets = dataset.validation.images.clone(), dataset.validation.targets.clone()
    images[:count] = dataset.train.images[:count]
    images[:count] += noise * torch.randn(images[:count].shape, generator=generator(1))
    targets[:count] = dataset.train.targets[:count]
    return replace(dataset, validation=Split(images, targets))


def severities(dataset: Dataset) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in check_data(dataset, ["HD3"])}


@pytest.mark.parametrize("noise", [0.02, 0.05])
def test_textures_have_near_neighbours_by_nature(noise: float) -> None:
    assert severities(textures(noise)) == {}
    assert severities(copied(textures(noise), 0.05, 0.3)) == {"HD303": Severity.WARNING}


def test_copies_that_were_made_before_the_division_are_told() -> None:
    draw = generator()
    images = interpolate(torch.randn(TRAINED + HELD, 1, 6, 6, generator=draw), size=16, mode="bilinear")
    images[100:400] = images[400:700]
    images = images[torch.randperm(len(images), generator=draw)] + 0.05 * torch.randn(images.shape, generator=draw)
    found = divided(images, torch.arange(len(images)) % 2)
    assert severities(found) == {"HD303": Severity.WARNING}


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_copies_of_every_image_are_told(times: int, noise: float) -> None:
    whole, draw = digits(), generator()
    split = (whole.train.images[: 1200 // times], whole.train.targets[: 1200 // times])
    order = torch.randperm(1200 // times * times, generator=draw)
    images, labels = split[0].repeat(times, 1, 1, 1)[order], split[1].repeat(times)[order]
    images = images * (0.9 + 0.2 * torch.rand(len(images), 1, 1, 1, generator=draw))
    found = divided(images + noise * images.std() * torch.randn(images.shape, generator=draw), labels)
    assert severities(found) == {"HD303": Severity.WARNING}


@pytest.mark.parametrize("size", [8, 16, 32])
def test_sprites_are_equal_by_coincidence(size: int) -> None:
    assert severities(sprites(size)) == {"HD302": Severity.INFO, "HD304": Severity.INFO}


def twice(dataset: Dataset) -> Dataset:
    """All training images are there twice."""
    half = TRAINED // 2
    train = Split(dataset.train.images[:half].repeat(2, 1, 1, 1), dataset.train.targets[:half].repeat(2))
    return replace(dataset, train=train)


@pytest.mark.parametrize("change", [lambda found: copied(found, 0.0, 0.3), twice])
def test_copies_of_sprites_are_none(change: Callable[[Dataset], Dataset]) -> None:
    assert severities(change(sprites(32)))["HD302"] is not Severity.INFO


def test_plain_borders_that_a_blur_takes_away_are_no_padding() -> None:
    def blurred(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return interpolate(avg_pool2d(images, 2), size=images.shape[2:], mode="bilinear"), targets

    def padded(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return pad(images[:, :, :, 1:-1], (1, 1)), targets

    assert check_data(changed(digits(), validation=blurred), ["HD108"]) == ()
    whole = Split(torch.rand(TRAINED, 1, 8, 8, generator=generator()), torch.arange(TRAINED) % 10)
    grey = replace(digits(), train=whole, validation=whole, test=whole)
    assert check_data(changed(grey, validation=padded), ["HD108"])
    assert check_data(changed(replace(grey, test=digits().test), train=padded), ["HD108"])


def test_a_turned_split_is_called_so_and_nothing_else() -> None:
    def turned(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return images.rot90(1, (2, 3)), targets

    found = {finding.code for finding in check_data(changed(digits(), validation=turned))}
    assert "HD107" in found
    assert not found & {"HD108", "HD403"}


def test_a_white_mark_is_seen_among_bright_colours() -> None:
    images = torch.rand(TRAINED, 3, 16, 16, generator=generator())
    labels = torch.arange(TRAINED) % 6
    for image, label in zip(images, labels.tolist(), strict=True):
        image[:, :2, 2 * label : 2 * label + 2] = 1.0
    task = Task("cross_entropy", (3, 16, 16), 6, TRAINED, TRAINED, 0, (TRAINED // 6,) * 6)
    plain = Split(torch.rand(images.shape, generator=generator(1)), labels)
    found = Dataset(Split(images, labels), plain, Split(images[:0], labels[:0]), task, None, None)
    assert [one.code for one in check_data(found, ["HD404"])] == ["HD404"]
    assert check_data(replace(found, train=plain), ["HD404"]) == ()


@pytest.mark.parametrize(("leaked", "severity"), [(20, Severity.INFO), (6, Severity.WARNING)])
def test_few_possible_images_meet_as_often_as_both_draws_allow(leaked: int, severity: Severity) -> None:
    times = torch.tensor([6] * 4 + [5] * 2 + [4] * 6 + [3] * 9 + [2] * 13)  # 111 of 900 training images
    usual = torch.arange(len(times)).repeat_interleave(times)
    rare = torch.arange(len(times), len(times) + TRAINED + HELD - len(usual) - leaked)
    count = TRAINED - len(usual)
    which = torch.cat([usual, rare[:count], torch.arange(leaked), rare[count:]])
    drawings = (torch.rand(len(times) + len(rare), 1, 6, 6, generator=generator()) > 0.5).float()
    assert severities(divided(drawings[which], torch.zeros(len(which), dtype=torch.int64)))["HD302"] is severity


def test_copies_varied_before_the_division_are_no_other_preparation() -> None:
    draw = generator()
    images = interpolate(torch.randn(TRAINED + HELD, 1, 6, 6, generator=draw), size=16, mode="bilinear").clamp_min(0)
    images[: HELD - 60] = images[TRAINED + 60 :] + 0.05 * torch.randn(HELD - 60, 1, 16, 16, generator=draw)
    found = divided(images, torch.arange(len(images)) % 2)
    assert {one.code for one in check_data(found, ["HD106", "HD303"])} == {"HD303"}
    blurred = replace(found, validation=Split(avg_pool2d(found.validation.images, 3, 1, 1), found.validation.targets))
    assert "HD106" in {one.code for one in check_data(blurred, ["HD106", "HD303"])}


def test_rounding_is_no_other_brightness() -> None:
    def standardised(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return images - images.mean((1, 2, 3), keepdim=True), targets

    whole = changed(digits(), train=standardised, validation=standardised)
    moved = changed(whole, validation=lambda images, targets: (images + 3e-5, targets))
    assert not check_data(replace(moved, test=Split(whole.test.images[:0], whole.test.targets[:0])), ["HD106"])


def test_letters_on_a_grid_under_noise_are_draws_from_few_images() -> None:
    draw = generator()
    known = (torch.rand(24, 1, 4, 4, generator=draw) < 0.5).float().repeat_interleave(2, 2).repeat_interleave(2, 3)
    labels = torch.randint(24, (TRAINED + HELD,), generator=draw)
    places = torch.randint(4, (TRAINED + HELD, 2), generator=draw).tolist()
    light = 0.6 + 0.4 * torch.rand(len(labels), 1, 1, 1, generator=draw)
    images = torch.zeros(len(labels), 1, 12, 12)
    for image, letter, (down, right) in zip(images, known[labels] * light, places, strict=True):
        image[:, down : down + 8, right : right + 8] = letter
    noise = 0.1 * torch.randn(images.shape, generator=draw)
    assert severities(divided((images + noise).clamp(0, 1), labels)) == {}
