"""The tables: studies, their stages, the rounds of those, the trials, what happened, and who may do what.

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
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON

from hpsearch.study import LOCAL, Origin, StudyState

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
NOW = text("clock_timestamp()")

OPEN = "state IN ('waiting', 'running', 'interrupted', 'paused')"
"""Of a study: it has not ended."""
CHECK_OPEN = "state IN ('waiting', 'running')"
"""Of a check: it has not ended."""
COMPLETE = "state = 'complete'"
"""Of a trial: it has a result that may have a value."""
OVER = "state IN ('complete', 'pruned', 'failed')"
"""Of a trial: it has a result."""

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
    Column("name", Text, nullable=False),
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
    Column("owner", Text, nullable=False, server_default=LOCAL),
    Column("key_id", Integer, ForeignKey("keys.id")),  # what it was submitted with
    Column("origin", Text, nullable=False, server_default=Origin.RUN.value),
    Column("wish", Text),
    Column("deadline", TIME),  # when it fails unless its state changes; null for those of the command line
    Column("time_left_s", Double),  # of running, as of the last time it stopped running
    Column("claimed_at", TIME),  # the last time
    Column("not_before", TIME),  # nobody takes it from the queue earlier
    Column("stalls", Integer, nullable=False, server_default=text("0")),  # claims in a row that ended by a death
    UniqueConstraint("owner", "name"),
    CheckConstraint(
        "state IN ('waiting', 'running', 'interrupted', 'paused', 'complete', 'failed', 'cancelled')", name="state"
    ),
    CheckConstraint("origin IN ('run', 'service')", name="origin"),
    CheckConstraint("wish IN ('pause', 'cancel')", name="wish"),
    Index(None, "identity", "id"),
    Index(None, "owner", "id"),
    Index(None, "owner", "claimed_at"),
    Index("studies_open_idx", "id", postgresql_where=text(OPEN)),
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
    # Counters, kept by whatever changes what they count: nobody has to count trials.
    Column("planned", Integer, nullable=False, server_default=text("0")),
    Column("complete", Integer, nullable=False, server_default=text("0")),
    Column("failed", Integer, nullable=False, server_default=text("0")),
    Column("duration_s", Double, nullable=False, server_default=text("0")),  # of its ended trials together
    Column("outcome", Text, Computed("verdict ->> 'outcome'", persisted=True)),
    Column("pruned", Integer, nullable=False, server_default=text("0")),
    Column("speed", DOCUMENT),  # null until a process has trained for it to the end of its work
)

arrangements = Table(
    "arrangements",
    METADATA,
    Column("study_id", Integer, ForeignKey("studies.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("stage", Text, primary_key=True),
    Column("shape", Text, primary_key=True),  # SHA-256 of what the jobs that it holds for have in common
    Column("members", Integer, nullable=False),
    Column("stacked", Boolean, nullable=False),
    Column("memory_format", Text, nullable=False),
    Column("measured_for", Integer, nullable=False),  # jobs that were there to choose a size for; 0: not measured
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
    Column("parameter_count", BigInteger),  # of the network, as is the next one
    Column("multiply_adds", BigInteger),
    Column("looks", DOCUMENT),  # null also for trials of before there were any
    Column("class_counts", DOCUMENT),  # the same
    ForeignKeyConstraint(["stage_id", "round"], ["rounds.stage_id", "rounds.round"], ondelete="CASCADE"),
    UniqueConstraint("stage_id", "number"),
    CheckConstraint("state IN ('waiting', 'running', 'complete', 'pruned', 'failed')", name="state"),
    CheckConstraint(
        "value IS NULL OR (state = 'complete' AND value > '-infinity' AND value < 'infinity')", name="value"
    ),
    # One for each order and filter of a page of trials, so that a page costs the same whatever the study's size.
    Index(None, "stage_id", "state", "number"),
    Index("trials_value_idx", "stage_id", "value", "number", postgresql_where=text(COMPLETE)),
    Index(
        "trials_value_desc_idx", "stage_id", text("value DESC NULLS LAST"), "number", postgresql_where=text(COMPLETE)
    ),
    Index("trials_duration_idx", "stage_id", "state", "duration_s", "number", postgresql_where=text(OVER)),
    Index(
        "trials_duration_desc_idx",
        "stage_id",
        "state",
        text("duration_s DESC NULLS LAST"),
        "number",
        postgresql_where=text(OVER),
    ),
    Index("trials_running_idx", "stage_id", "round", postgresql_where=text("state = 'running'")),
)

events = Table(  # each new row is told to whoever listens, by a trigger
    "events",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("study_id", Integer, ForeignKey("studies.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("stage", Text),
    Column("number", Integer),
    Column("detail", Text, nullable=False),
    Column("at", TIME, nullable=False, server_default=NOW),
    Index(None, "study_id", "id"),
)

keys = Table(
    "keys",
    METADATA,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("prefix", Text, nullable=False, unique=True),
    Column("hash", LargeBinary, nullable=False),  # SHA-256 of the whole key, which is kept nowhere
    Column("label", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("scopes", ARRAY(Text, dimensions=1), nullable=False),
    Column("limits", DOCUMENT, nullable=False),
    Column("created_at", TIME, nullable=False, server_default=NOW),
    Column("revoked_at", TIME),
    Column("used_at", TIME),  # to about a minute
)

sessions = Table(
    "sessions",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("key_id", Integer, ForeignKey("keys.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", TIME, nullable=False, server_default=NOW),
    Column("expires_at", TIME, nullable=False),
)

requests = Table(  # submissions that may be sent again and count once
    "requests",
    METADATA,
    Column("key_id", Integer, ForeignKey("keys.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("study_id", Integer, ForeignKey("studies.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", TIME, nullable=False, server_default=NOW),
)

checks = Table(  # a change of state is told to whoever listens, by a trigger
    "checks",
    METADATA,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("request", Uuid, nullable=False, unique=True),  # one per wish to have a check, however often it is sent
    Column("key_id", Integer, ForeignKey("keys.id"), nullable=False),
    Column("owner", Text, nullable=False),
    Column("request_name", Text),  # that the caller gave it, so that it may be sent again and counts once …
    Column("digest", LargeBinary, nullable=False),  # … of what was sent
    Column("name", Text, nullable=False),
    Column("definition", DOCUMENT, nullable=False),
    Column("written", Text, nullable=False),  # the definition as it was sent
    Column("budget_s", Double),
    Column("whole", Boolean, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("reason", Text),
    Column("problems", DOCUMENT),
    Column("report", Text),  # JSON, byte for byte as the check has written it
    Column("verdict", Text),  # the report's, for lists
    Column("fence", BigInteger, nullable=False, server_default=text("0")),  # rises with every claim
    Column("holder", Text),
    Column("lease_until", TIME),
    Column("stalls", Integer, nullable=False, server_default=text("0")),  # claims that ended by a death
    Column("created_at", TIME, nullable=False, server_default=NOW),
    Column("started_at", TIME),
    Column("finished_at", TIME),
    UniqueConstraint("key_id", "request_name"),
    CheckConstraint("state IN ('waiting', 'running', 'complete', 'rejected', 'failed')", name="state"),
    Index(None, "owner", "id"),
    Index("checks_open_idx", "id", postgresql_where=text(CHECK_OPEN)),
    Index("checks_finished_at_idx", "finished_at"),
)

audit = Table(  # outlives what it tells of, hence no foreign keys
    "audit",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", TIME, nullable=False, server_default=NOW),
    Column("key_id", Integer),
    Column("owner", Text),
    Column("action", Text, nullable=False),
    Column("study_id", BigInteger),
    Column("request_id", Text),
    Column("detail", DOCUMENT, nullable=False),
)
