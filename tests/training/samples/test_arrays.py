"""The data of cohorts on their device."""

import torch

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.training.cohort import train_cohort
from hpsearch.training.samples.arrays import Arrays, Shelf
from tests.training.test_together import varied
from tests.training.training_cases import classes


def test_cohorts_on_one_shelf_train_as_on_their_own_and_place_the_data_once() -> None:
    dataset, jobs = classes(), varied(3)
    for arrangement in (Arrangement(), Arrangement(3, stacked=True), Arrangement(3, memory_format="channels_last")):
        cohort = Cohort(tuple(jobs), arrangement)
        expected = list(train_cohort(cohort, dataset))
        shelf = Shelf(dataset, "cpu")
        assert list(train_cohort(cohort, dataset, shelf=shelf)) == expected
        placed = [shelf.arrays(channels_last=last).train.images.data_ptr() for last in (False, True)]
        assert list(train_cohort(cohort, dataset, shelf=shelf)) == expected
        assert [shelf.arrays(channels_last=last).train.images.data_ptr() for last in (False, True)] == placed


def test_batches_of_several_members_are_each_members_own() -> None:
    dataset = classes(shape=(3, 4, 5))
    indices = torch.tensor([[3, 1, 2, 0], [7, 7, 9, 8]])
    for last in (False, True):
        arrays = Arrays(dataset, torch.device("cpu"), channels_last=last)
        images, targets = arrays.batches(indices)
        assert torch.equal(images, dataset.train.images[indices])
        assert torch.equal(targets, dataset.train.targets[indices])
        for member, chosen in enumerate(indices):
            alone, _ = arrays.batch(chosen)
            assert torch.equal(images[member], alone)
