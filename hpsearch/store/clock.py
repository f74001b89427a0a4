"""The database's clock, the only one that decides about studies.

``clock_timestamp()`` rather than ``now()``: a statement may have waited for a lock.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Double, cast, func
from sqlalchemy.sql.functions import Function

from hpsearch.store.tables import TIME


def now() -> Function[datetime]:
    """The database's clock at this very moment."""
    return func.clock_timestamp(type_=TIME)


def from_now(seconds: float | ColumnElement[float]) -> ColumnElement[datetime]:
    """The time in so many seconds."""
    if isinstance(seconds, ColumnElement):
        moment: ColumnElement[datetime] = now() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
        return moment
    return now() + timedelta(seconds=seconds)


def seconds_until(moment: ColumnElement[datetime]) -> ColumnElement[float]:
    """How long until a moment; negative once it has passed."""
    return cast(func.extract("epoch", moment - now()), Double)
