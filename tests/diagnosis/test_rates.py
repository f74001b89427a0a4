"""The learning rates that the rules assume are those that the trainer uses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.diagnosis.rates import rate_at
from hpsearch.job import OptimizerSettings
from hpsearch.training.schedule import learning_rate_at


@given(
    st.sampled_from(["constant", "cosine", "step", "cyclic", "exponential"]),
    st.floats(0.01, 0.99),
    st.floats(0.01, 0.99),
    st.floats(0, 0.9),
    st.integers(1, 300),
    st.data(),
)
def test_both_are_equal(name: str, factor: float, every: float, warmup: float, total: int, data: st.DataObject) -> None:
    settings = OptimizerSettings("sgd", 0.1, 0.0, 0.9, name, factor, every, warmup)  # type: ignore[arg-type]
    step = data.draw(st.integers(0, total - 1))
    assert rate_at(settings, step, total) == pytest.approx(learning_rate_at(settings, step, total), rel=1e-12)
