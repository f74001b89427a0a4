"""Data that are odd and meant so: they are told of in other words, or not at all."""

import math
import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest
import torch
from torch.nn.functional import interpolate

from hpsearch.data.checks import measures
from hpsearch.data.checks.check import check_data
from hpsearch.data.dataset import Dataset, Split
from hpsearch.finding import Severity
from tests.data.broken_data import generator, regression, shuffled
from tests.data.order_cases import split_in_two
from tests.data.prepared_cases import everywhere, waves

OBJECTS = 200


def told(dataset: Dataset, code: str) -> dict[str, Severity]:
    return {finding.message: finding.severity for finding in check_data(dataset, [code])}


def hands(labels: torch.Tensor) -> Dataset:
    """Each object once as it is and once mirrored, in any order."""
    draw = generator()
    objects = interpolate(torch.randn(OBJECTS, 1, 6, 6, generator=draw), size=16, mode="bilinear")
    order = torch.randperm(2 * OBJECTS, generator=draw)
    return split_in_two(torch.cat([objects, objects.flip(3)])[order], labels[order])


def of_numbers(dataset: Dataset) -> Dataset:
    """The labels as numbers to be learned."""
    parts = {name: getattr(dataset, name) for name in ("train", "validation", "test")}
    splits = {name: Split(part.images, part.targets.float()[:, None]) for name, part in parts.items()}
    task = replace(dataset.task, loss="l2", outputs=1, validation_class_counts=(), validation_guessing_loss=1.0)
    return replace(dataset, **splits, task=task)  # type: ignore[arg-type]


SIDE = torch.arange(2 * OBJECTS) // OBJECTS
KIND = torch.arange(2 * OBJECTS) % 2
ANGLE = OBJECTS + torch.cat([torch.arange(OBJECTS), -torch.arange(OBJECTS)])
OBJECT = torch.arange(2 * OBJECTS) % OBJECTS


@pytest.mark.parametrize(
    ("dataset", "severity"),
    [
        (lambda: hands(KIND), Severity.WARNING),
        (lambda: hands(SIDE), Severity.INFO),
        (lambda: of_numbers(hands(OBJECT)), Severity.WARNING),
        (lambda: of_numbers(hands(ANGLE)), Severity.INFO),
    ],
)
def test_mirrored_copies_leak_where_the_answer_can_be_remembered(
    dataset: Callable[[], Dataset], severity: Severity
) -> None:
    ((message, found),) = told(dataset(), "HD303").items()
    assert found is severity
    assert "mirrored left to right" in message
    assert ("no more than by chance" in message) == (severity is Severity.INFO)


def test_noise_of_any_loudness_has_no_order() -> None:
    draw = generator()
    noise = torch.randn(600, 1, 16, 16, generator=draw) * (1.2 * torch.randn(600, 1, 1, 1, generator=draw)).exp()
    found = told(split_in_two(noise, torch.randint(3, (600,), generator=draw)), "HD402")
    assert list(found.values()) == [Severity.INFO]


def test_the_channel_that_hardly_differs_is_named() -> None:
    images = torch.randn(300, 2, 8, 8, generator=generator())
    faint = torch.stack([images[:, 0], 1 + 0.001 * images[:, 1]], dim=1)
    beside = torch.stack([0.1 * images[:, 0], torch.ones(300, 8, 8)], dim=1)
    drawn = split_in_two(images, torch.arange(300) % 3)

    def trained_on(found: torch.Tensor) -> Dataset:
        return replace(drawn, train=Split(found, torch.arange(300) % 3))

    ((message, _),) = told(trained_on(faint), "HD104").items()
    assert "hardly differ in channel 1:" in message
    assert told(trained_on(beside), "HD104") == {}


def test_of_few_values_no_order_can_be_seen() -> None:
    assert any("are they classes? (of so few" in one for one in told(regression(4), "HD207"))
    assert not any("of so few" in one for one in told(regression(5), "HD207"))


@pytest.mark.parametrize(("step", "severity"), [(180 / 256, 2), (360 / 256, 2), (math.pi / 256, 2), (1.0, 1)])
def test_a_turn_or_half_of_one_is_an_angle(step: float, severity: int) -> None:
    raw = replace(waves(60, over=True), image_scale=None)
    found = everywhere(lambda images, targets: (images * step, targets), raw)
    wanted = {1: Severity.WARNING, 2: Severity.INFO}[severity]
    assert list(told(found, "HD110").values()) == [wanted]


def test_no_more_of_large_images_is_measured_than_for_all_checks_together(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []

    def count(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_name == "measures_of":
            counts.append(frame.f_locals["images"].numel())

    dataset = shuffled(1.0)
    monkeypatch.setattr(measures, "NUMBERS", 2**14)
    sys.setprofile(count)
    try:
        found = told(dataset, "HD401")
    finally:
        sys.setprofile(None)
    assert found
    assert dataset.train.images.numel() > 2**14
    assert 0 < sum(counts) <= 3 * 2**14
