"""The audit trail keeps what it is given, newest first."""

from dataclasses import replace

from sqlalchemy import Engine

from hpsearch.store.audit import AuditEntry, AuditTrail


def test_entries_are_read_as_they_were_written(engine: Engine) -> None:
    trail = AuditTrail(engine)
    first = AuditEntry("study.submit", 7, "ada", 2**40, "r-1", {"name": "digits", "nan": float("inf")})
    second = AuditEntry("key.refused\0")
    trail.write(first)
    trail.write(second)
    found = trail.entries()
    assert [replace(entry, id=None, at=None) for entry in found] == [replace(second, action="key.refused�"), first]
    assert trail.entries(1) == found[:1]
