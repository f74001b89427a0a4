"""Looks whether what the service needs is there."""

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import BaseModel, Field
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from hpsearch.store.bell import Bell
from hpsearch.store.engine import CONDUCTOR
from hpsearch.store.schema import MIGRATIONS
from hpsearch.store.tables import SCHEMA


class Part(BaseModel):
    """One of the things that the service needs."""

    ready: bool
    detail: str = Field(description="What was found.", examples=["reachable"])


class Readiness(BaseModel):
    """Whether what is submitted now will be worked on."""

    ready: bool = Field(description="Whether all parts are ready.")
    database: Part
    migrations: Part
    conductor: Part
    bell: Part = Field(description="Whether this process hears of changes at once; streams say nothing without it.")


def readiness(engine: Engine, bell: Bell) -> Readiness:
    """Asks the database once, without repetition: whoever asks for readiness asks again."""
    try:
        with engine.connect() as connection:
            migrations, conductor = _migrations(connection), _conductor(connection)
    except SQLAlchemyError:
        unknown = Part(ready=False, detail="unknown while the database cannot be reached")
        database = Part(ready=False, detail="cannot be reached; the log of the database's server may say why")
        return Readiness(ready=False, database=database, migrations=unknown, conductor=unknown, bell=_bell(bell))
    database = Part(ready=True, detail="reachable")
    heard = _bell(bell)
    ready = migrations.ready and conductor.ready and heard.ready
    return Readiness(ready=ready, database=database, migrations=migrations, conductor=conductor, bell=heard)


def _bell(bell: Bell) -> Part:
    if bell.is_alive:
        return Part(ready=True, detail="listens")
    return Part(ready=False, detail="does not listen to the database; it tries again every few seconds")


def _migrations(connection: Connection) -> Part:
    context = MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA})
    current, head = context.get_current_revision(), ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if current == head:
        return Part(ready=True, detail=f"at {head}")
    return Part(ready=False, detail=f"at {current}, and this version of hpsearch needs {head}")


def _conductor(connection: Connection) -> Part:
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name"
    )
    count = connection.execute(query, {"name": CONDUCTOR}).scalar_one()
    if count:
        return Part(ready=True, detail=f"{count} connected")
    return Part(ready=False, detail="none is connected: studies wait until `hpsearch conductor` runs")
