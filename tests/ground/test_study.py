"""The definition: short forms, defaults, what is searched, what decides its identity."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hpsearch.space import Choice, Int, LogUniform, Uniform
from hpsearch.study import NEXT_STATES, StudyDefinition, StudyState

SHORT: dict[str, Any] = {"data": {"dataset": "digits"}, "network": "convnet"}


def read(**more: Any) -> StudyDefinition:
    return StudyDefinition.model_validate({**SHORT, **more})


def complaint(**more: Any) -> dict[str, Any]:
    """The one complaint about a definition, by its type."""
    with pytest.raises(ValidationError) as caught:
        read(**more)
    (details,) = caught.value.errors()
    return {**details, "path": ".".join(str(part) for part in details["loc"])}


def test_data_and_network_are_all_that_is_needed() -> None:
    definition = read()
    assert definition.network.name == "convnet"
    assert definition.space == {
        "optimizer.learning_rate": LogUniform(1e-5, 1.0),
        "optimizer.weight_decay": LogUniform(1e-6, 1e-3),
    }
    assert not any(stage.skip or stage.override for stage in (definition.recipe.overfit, definition.recipe.fine))


def test_short_forms_mean_their_long_ones() -> None:
    short = read(optimizer={"schedule": "cosine"}, loss="l1", recipe={"coarse": None})
    long = read(
        network={"name": "convnet"},
        optimizer={"schedule": {"name": "cosine"}},
        loss={"name": "l1"},
        recipe={"coarse": {}},
    )
    assert short == long


def test_every_searchable_path_is_in_the_space_or_fixed() -> None:
    definition = read(
        data={"dataset": "digits", "batch_size": {"choice": [16, 64]}},
        network={"name": "convnet", "width": {"int": [8, 32]}, "activation": {"choice": ["relu", "tanh"]}, "depth": 3},
        optimizer={"name": {"choice": ["sgd", "adam"]}, "learning_rate": 0.1, "momentum": {"uniform": [0, 0.99]}},
        loss={"label_smoothing": {"uniform": [0, 0.2]}},
    )
    assert definition.space == {
        "data.batch_size": Choice((16, 64)),
        "loss.label_smoothing": Uniform(0.0, 0.2),
        "network.activation": Choice(("relu", "tanh")),
        "network.width": Int(8, 32),
        "optimizer.momentum": Uniform(0.0, 0.99),
        "optimizer.name": Choice(("sgd", "adam")),
        "optimizer.weight_decay": LogUniform(1e-6, 1e-3),
    }
    assert list(definition.space) == sorted(definition.space)
    assert definition.fixed() == {
        "network.depth": 3,
        "optimizer.clip_norm": None,
        "optimizer.l1": 0.0,
        "optimizer.learning_rate": 0.1,
        "optimizer.max_norm": None,
        "optimizer.schedule.factor": 0.1,
        "optimizer.schedule.name": "constant",
        "optimizer.schedule.warmup": 0.0,
    }


def test_the_space_does_not_depend_on_the_order_of_the_keys() -> None:
    one = read(network={"name": "convnet", "width": {"int": [8, 32]}, "depth": {"int": [1, 4]}})
    other = read(network={"depth": {"int": [1, 4]}, "width": {"int": [8, 32]}, "name": "convnet"})
    assert list(one.space) == list(other.space)
    assert one.identity == other.identity


@given(
    width=st.one_of(
        st.integers(1, 64), st.lists(st.integers(1, 64), min_size=1, unique=True).map(lambda v: {"choice": v})
    ),
    rate=st.one_of(
        st.floats(1e-9, 10),
        st.lists(st.floats(1e-9, 10), min_size=2, max_size=2, unique=True).map(lambda v: {"log_uniform": sorted(v)}),
    ),
    seed=st.integers(0, 2**63 - 1),
    trials=st.integers(1, 10**6),
)
def test_a_definition_survives_being_stored_as_json(width: Any, rate: Any, seed: int, trials: int) -> None:
    definition = read(
        seed=seed,
        network={"name": "convnet", "width": width},
        optimizer={"learning_rate": rate},
        recipe={"fine": {"trials": trials}},
    )
    again = StudyDefinition.model_validate(json.loads(definition.model_dump_json()))
    assert again == definition
    assert again.identity == definition.identity
    assert again.space == definition.space


def test_resources_are_no_part_of_the_identity_and_everything_else_is() -> None:
    same = {read().identity, read(resources={"workers": 8, "gpus_per_worker": 0.5}).identity}
    same.add(read(data={"dataset": "digits", "checks": {}}).identity)
    assert len(same) == 1
    others = [
        read(seed=1),
        read(name="other"),
        read(loss="l2"),
        read(network={"name": "convnet", "depth": 4}),
        read(optimizer={"learning_rate": {"log_uniform": [1e-5, 0.9]}}),
        read(recipe={"coarse": {"epochs": 4}}),
        read(data={"dataset": "digits", "validation": 0.25}),
        read(data={"dataset": "digits", "checks": {"ignore": ["HD302"]}}),
    ]
    assert len(same | {one.identity for one in others}) == 1 + len(others)


@pytest.mark.parametrize(
    ("optimizer", "identity"),
    [
        ({}, "53c298220ff7f4aaf44f5c3bfe6285508ea1b5405638182b3fcdfed9fabf9788"),
        (
            {"name": "adam", "momentum": 0.8, "schedule": {"name": "step", "every": 0.25}},
            "92fe1fdb3ee1e0db8dfacbcf1cda747dc055c845228d15ead1ba87ed69c59b40",
        ),
    ],
)
def test_a_study_from_before_there_were_more_options_is_the_same_study(
    optimizer: dict[str, Any], identity: str
) -> None:
    """The hashes are those of the version that had neither warm-up nor limits, nor networks of other packages."""
    assert read(optimizer=optimizer).identity == identity
    assert read(optimizer={**optimizer, "l1": 0, "clip_norm": None}).identity == identity


@pytest.mark.parametrize(
    "optimizer",
    [{"l1": 0.1}, {"clip_norm": 1.0}, {"max_norm": 3}, {"nesterov": True}, {"schedule": {"warmup": 0.1}}],
)
def test_an_option_that_is_used_makes_another_study(optimizer: dict[str, Any]) -> None:
    assert read(optimizer=optimizer).identity != read().identity


def test_limits_can_be_searched_and_switched_off_by_a_choice() -> None:
    definition = read(
        optimizer={
            "clip_norm": {"choice": [None, 1.0]},
            "max_norm": {"uniform": [1, 4]},
            "l1": {"log_uniform": [1e-6, 1e-3]},
            "schedule": {"warmup": {"uniform": [0, 0.2]}},
        }
    )
    assert {"optimizer.clip_norm", "optimizer.max_norm", "optimizer.l1", "optimizer.schedule.warmup"} <= set(
        definition.space
    )
    assert StudyDefinition.model_validate(json.loads(definition.model_dump_json())) == definition


@pytest.mark.parametrize(
    ("more", "path", "kind"),
    [
        ({"recipe": {"coarse": {"trails": 3}}}, "recipe.coarse.trails", "extra_forbidden"),
        ({"colour": 3}, "colour", "extra_forbidden"),
        ({"data": {"dataset": "digits", "bach_size": 3}}, "data.bach_size", "extra_forbidden"),
        ({"name": "a/b"}, "name", "string_pattern_mismatch"),
        ({"name": "a\n"}, "name", "string_pattern_mismatch"),
        ({"name": "x" * 101}, "name", "string_pattern_mismatch"),
        ({"seed": -1}, "seed", "greater_than_equal"),
        ({"optimizer": {"learning_rate": 0}}, "optimizer.learning_rate", "greater_than"),
        ({"optimizer": {"learning_rate": "0.1"}}, "optimizer.learning_rate", "float_type"),
        ({"optimizer": {"momentum": {"uniform": [0.5, 1.0]}}}, "optimizer.momentum", "less_than"),
        ({"optimizer": {"momentum": Uniform(0.5, 1.0)}}, "optimizer.momentum", "less_than"),
        ({"optimizer": {"clip_norm": 0}}, "optimizer.clip_norm", "greater_than"),
        ({"optimizer": {"max_norm": {"choice": [1.0, -1.0]}}}, "optimizer.max_norm", "greater_than"),
        ({"optimizer": {"schedule": {"warmup": 1.0}}}, "optimizer.schedule.warmup", "less_than"),
        ({"optimizer": {"name": {"choice": ["sgd", "lion"]}}}, "optimizer.name", "literal_error"),
        ({"data": {"dataset": "digits", "batch_size": 0}}, "data.batch_size", "greater_than_equal"),
        ({"data": {"dataset": "digits", "batch_size": {"uniform": [16, 64]}}}, "data.batch_size", "int_type"),
        ({"data": {"dataset": "digits", "batch_size": Uniform(16, 64)}}, "data.batch_size", "int_type"),
        ({"data": {"dataset": "digits", "validation": 0}}, "data.validation", "greater_than"),
        ({"data": {"dataset": "digits", "validation": 0.5, "test": 0.5}}, "data", "value_error"),
        ({"data": {"dataset": "digits", "factory": "a:b"}}, "data", "value_error"),
        ({"network": {"depth": 3}}, "network", "value_error"),
        ({"network": {"name": "convnet", "width": {"int": [3, 1]}}}, "network.width", "value_error"),
        ({"objective": {"metric": "val_loss", "direction": "maximize"}}, "objective", "value_error"),
        ({"recipe": {"fine": {"rounds": 0}}}, "recipe.fine.rounds", "greater_than_equal"),
        ({"recipe": {"lr_sweep": {"learning_rates": [0.1]}}}, "recipe.lr_sweep.learning_rates", "too_short"),
    ],
)
def test_what_breaks_a_rule_is_refused_at_its_place(more: dict[str, Any], path: str, kind: str) -> None:
    found = complaint(**more)
    assert (found["path"], found["type"]) == (path, kind)


def test_a_complaint_about_a_distribution_names_the_end_that_is_wrong() -> None:
    found = complaint(optimizer={"name": {"choice": ["sgd", "lion"]}})
    assert found["ctx"]["found"] == "lion"


def test_an_objective_knows_its_direction() -> None:
    accuracy, loss = read(objective={}).objective, read(objective={"metric": "val_loss"}).objective
    assert accuracy is not None
    assert loss is not None
    assert (accuracy.sense, loss.sense) == ("maximize", "minimize")
    assert accuracy.better(0.9, than=0.8)
    assert not accuracy.better(0.9, than=0.9)
    assert loss.better(0.1, than=0.2)


def test_a_study_that_has_ended_stays_so() -> None:
    assert set(NEXT_STATES) == set(StudyState)
    assert not NEXT_STATES[StudyState.COMPLETE]
    assert not NEXT_STATES[StudyState.FAILED]
    assert StudyState.RUNNING in NEXT_STATES[StudyState.INTERRUPTED]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"bytes"])
def test_what_json_cannot_hold_is_refused_where_it_stands(value: object) -> None:
    sections = {"data": {"factory": "a:b", "options": {"key": value}}, "network": {"name": "convnet", "key": value}}
    with pytest.raises(ValidationError) as caught:
        StudyDefinition.model_validate(sections)
    assert {error["loc"] for error in caught.value.errors()} == {("data", "options"), ("network", "key")}
