"""How many images are measured, and what is said of splits that measure otherwise."""

import torch

from hpsearch.data.checks.check import check_data
from hpsearch.data.checks.facts import Facts
from hpsearch.data.checks.measures import AT_LEAST, chosen_of
from hpsearch.data.dataset import Dataset, Split
from hpsearch.task import Task
from tests.data.broken_data import generator


def divided(train: torch.Tensor, held: torch.Tensor) -> Dataset:
    splits = [Split(images, torch.arange(len(images)) % 2) for images in (train, held, held[:0])]
    shape = (int(train.shape[1]), int(train.shape[2]), int(train.shape[3]))
    task = Task("cross_entropy", shape, 2, len(train), len(held), 0, (len(held) // 2,) * 2)
    return Dataset(splits[0], splits[1], splits[2], task, None, None)


def test_of_large_images_enough_are_measured() -> None:
    images = torch.rand(AT_LEAST + 4, 3, 374, 374, generator=generator())
    facts = Facts(divided(images, images[:2]))
    assert len(chosen_of(facts, facts.train)[0]) == AT_LEAST


def test_splits_by_person_are_not_said_to_be_made_otherwise() -> None:
    """Each person has a curve of brightness of their own."""
    draw = generator()
    curves = 1 + 3 * torch.rand(8, generator=draw)
    pictures = torch.rand(400, 1, 8, 8, generator=draw) ** curves.repeat_interleave(50)[:, None, None, None]
    order = torch.argsort(curves.repeat_interleave(50))
    pictures = (pictures - pictures.mean((1, 2, 3), keepdim=True)) / pictures.std((1, 2, 3), keepdim=True)
    (finding,) = check_data(divided(pictures[order[:300]], pictures[order[300:]]), ["HD106"])
    assert "measure otherwise" in finding.message
    assert "or of other persons, places or times" in finding.message


def test_images_taken_from_training_were_not_made_otherwise() -> None:
    """All of them are smooth ones, of which there are few in training."""
    draw = generator()
    pictures = torch.rand(300, 1, 8, 8, generator=draw)
    pictures[::3] = torch.nn.functional.avg_pool2d(pictures[::3], 3, 1, 1)
    assert {one.code for one in check_data(divided(pictures, pictures[::3]), ["HD106", "HD302"])} == {"HD302"}
    assert {one.code for one in check_data(divided(pictures, 1 + pictures[::3]), ["HD106", "HD302"])} == {"HD106"}
