"""The order of the samples."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.training.samples.order import DataOrder, batch_sizes


@given(st.integers(1, 500), st.integers(1, 64))
def test_every_sample_is_in_one_batch(samples: int, batch_size: int) -> None:
    order = DataOrder(3, samples, None, batch_size)
    batches = order.one_pass()
    assert len(batches) == order.batches
    assert sorted(torch.cat(batches).tolist()) == list(range(samples))


@given(st.integers(2, 500), st.integers(2, 64))
def test_no_batch_has_a_single_sample_unless_all_have(samples: int, batch_size: int) -> None:
    assert min(batch_sizes(samples, batch_size)) > 1


@pytest.mark.parametrize(
    ("samples", "batch_size", "sizes"),
    [(16, 8, [8, 8]), (18, 8, [8, 8, 2]), (17, 8, [8, 9]), (1, 8, [1]), (3, 1, [1, 1, 1]), (5, 8, [5])],
)
def test_sizes(samples: int, batch_size: int, sizes: list[int]) -> None:
    assert batch_sizes(samples, batch_size) == sizes


def test_an_order_is_its_seed_alone() -> None:
    torch.manual_seed(1)
    one = DataOrder(5, 100, None, 10)
    first, second = torch.cat(one.one_pass()), torch.cat(one.one_pass())
    torch.manual_seed(2)
    assert torch.equal(torch.cat(DataOrder(5, 100, None, 10).one_pass()), first)
    assert not torch.equal(torch.cat(DataOrder(6, 100, None, 10).one_pass()), first)
    assert not torch.equal(first, second)


def test_an_order_is_the_same_on_every_machine() -> None:
    order = DataOrder(2**62 + 7, 10, 6, 3)
    assert [batch.tolist() for batch in (*order.one_pass(), *order.one_pass())] == GOLDEN


GOLDEN = [[7, 1, 5], [3, 4, 0], [3, 0, 1], [5, 7, 4]]


def test_a_sample_stays_the_same_and_is_shuffled() -> None:
    order = DataOrder(5, 100, 20, 10)
    first, second = torch.cat(order.one_pass()), torch.cat(order.one_pass())
    assert sorted(first.tolist()) == sorted(second.tolist())
    assert first.tolist() != second.tolist()
    assert len(set(first.tolist())) == 20
    assert DataOrder(5, 100, 1000, 10).samples == 100
