"""What a change of data has done."""

import torch

from hpsearch.data.dataset import Dataset


def assert_changed(sound: Dataset, broken: Dataset, name: str) -> None:
    """The data differ from sound ones somewhere, and their task counts their samples."""
    assert broken.task.train_samples == len(broken.train.targets) == len(broken.train.images), name
    same = [
        torch.equal(getattr(ours, what), getattr(theirs, what))
        for ours, theirs in ((sound.train, broken.train), (sound.validation, broken.validation))
        for what in ("images", "targets")
    ]
    assert not all(same), name
