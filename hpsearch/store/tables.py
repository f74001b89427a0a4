"""The tables: studies, their stages, the rounds of those, and the trials.

They lie in the schema ``hpsearch``. The migrations make them; here they are described for the statements of the
store. Documents are of the type ``json``, which keeps the text as it was written, the order of keys included.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON

from hpsearch.study import StudyState

SCHEMA = "hpsearch"

NAMES = {
    "pk": "%(table_name)s_pkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}
METADATA = MetaData(schema=SCHEMA, naming_convention=NAMES)

DOCUMENT = JSON(none_as_null=True)
NUMBERS = ARRAY(Double, dimensions=1)
TIME = DateTime(timezone=True)

METRIC = (
    "COALESCE(definition #>> '{objective,metric}', "
    "CASE WHEN task ->> 'loss' IN ('l1', 'l2') THEN 'val_loss' ELSE 'val_accuracy' END)"
)
"""What the trials are compared by: validation accuracy by default, validation loss for regression."""

studies = Table(
    "studies",
    METADATA,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("request", Uuid, nullable=False, unique=True),  # one per wish to create a study, however often it is sent
    Column("name", Text, nullable=False, unique=True),
    Column("identity", Text, nullable=False),
    Column("definition", DOCUMENT, nullable=False),
    Column("state", Text, nullable=False, server_default=StudyState.WAITING.value),
    Column("reason", Text),
    Column("task", DOCUMENT),
    Column("metric", Text, Computed(METRIC, persisted=True), nullable=False),
    Column("fence", BigInteger, nullable=False, server_default=text("0")),  # rises with every claim
    Column("holder", Text),  # whoever has claimed it and not released it
    Column("lease_until", TIME),
    Column("created_at", TIME, nullable=False, server_default=func.now()),
    Column("finished_at", TIME),
    CheckConstraint("state IN ('waiting', 'running', 'interrupted', 'complete', 'failed')", name="state"),
    Index(None, "identity", "id"),
)

stages = Table(
    "stages",
    METADATA,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("study_id", Integer, ForeignKey("studies.id", ondelete="CASCADE"), nullable=False),
    Column("stage", Text, nullable=False),
    Column("distributions", DOCUMENT, nullable=False),  # path to the hull of the rounds' spaces, in Optuna's words
    UniqueConstraint("study_id", "stage"),
)

rounds = Table(
    "rounds",
    METADATA,
    Column("stage_id", Integer, ForeignKey("stages.id", ondelete="CASCADE"), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("space", DOCUMENT, nullable=False),  # path to the distribution that its values were drawn from
    Column("verdict", DOCUMENT),
    Column("started_at", TIME, nullable=False, server_default=func.now()),
    Column("finished_at", TIME),
)

trials = Table(
    "trials",
    METADATA,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("stage_id", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("parameters", DOCUMENT, nullable=False),
    Column("weights_seed", BigInteger, nullable=False),
    Column("order_seed", BigInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("started_at", TIME),
    Column("finished_at", TIME),
    # What came of it: all null while it has no result.
    Column("value", Double),
    Column("best_epoch", Integer),
    Column("failure", Text),
    Column("reason", Text),
    Column("step_losses", NUMBERS),
    Column("step_accuracies", NUMBERS),
    Column("epochs", ARRAY(Integer, dimensions=1)),
    Column("train_losses", NUMBERS),  # this and the next three: one element for each of ``epochs``
    Column("train_accuracies", NUMBERS),
    Column("val_losses", NUMBERS),
    Column("val_accuracies", NUMBERS),
    Column("layers", DOCUMENT),
    Column("without_gradient", ARRAY(Text, dimensions=1)),
    Column("learned", Boolean),
    Column("test_loss", Double),
    Column("test_accuracy", Double),
    Column("duration_s", Double),
    ForeignKeyConstraint(["stage_id", "round"], ["rounds.stage_id", "rounds.round"], ondelete="CASCADE"),
    UniqueConstraint("stage_id", "number"),
    CheckConstraint("state IN ('waiting', 'running', 'complete', 'failed')", name="state"),
)
