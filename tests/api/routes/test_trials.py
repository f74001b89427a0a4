"""The trials of a study, page by page and one by one."""

import pytest

from hpsearch.access import Scope
from hpsearch.stage import StageName
from tests.api.routes.working import EVERYTHING, Worked, worked
from tests.api.service import Service


@pytest.fixture
def secret(service: Service) -> str:
    return service.secret(*EVERYTHING)


@pytest.fixture
def study(service: Service, secret: str) -> Worked:
    """Seven coarse trials and two of the sweep: complete, failed, running and waiting ones."""
    made = worked(service, secret)
    made.end(made.plan(StageName.LR_SWEEP, 2), 0.1, 0.2)
    made.judge(StageName.LR_SWEEP)
    planned = made.plan(StageName.COARSE, 7)
    made.end(planned, 0.5, 0.9, None, 0.5, 0.7)
    made.store.start_trials(made.lease, StageName.COARSE, [5])
    return made


def pages(service: Service, secret: str, path: str) -> list[list[tuple[str, int]]]:
    """Stage and number of every trial, page by page."""
    found, at = [], path
    while at is not None:
        answer = service.ask("GET", at, secret)
        assert answer.status_code == 200, answer.text
        found.append([(trial["stage"], trial["number"]) for trial in answer.json()["trials"]])
        at = answer.json()["next"]
    return found


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("stage=coarse", [0, 1, 2, 3, 4, 5, 6]),
        ("stage=coarse&state=complete", [0, 1, 3, 4]),
        ("stage=coarse&state=failed", [2]),
        ("stage=coarse&state=running", [5]),
        ("stage=coarse&state=waiting", [6]),
        ("stage=coarse&sort=value", [0, 3, 4, 1, 2, 5, 6]),
        ("stage=coarse&sort=value&descending=true", [1, 4, 0, 3, 2, 5, 6]),
        ("stage=fine", []),
    ],
)
def test_trials_are_filtered_sorted_and_paged(
    service: Service, secret: str, study: Worked, query: str, numbers: list[int]
) -> None:
    path = f"/v1/studies/{study.id}/trials?{query}"
    for limit in (2, 3, 100):
        found = pages(service, secret, f"{path}&limit={limit}")
        assert [number for page in found for _, number in page] == numbers
        assert all(len(page) == limit for page in found[:-1])


def test_without_a_question_all_trials_come_in_the_order_of_the_recipe(
    service: Service, secret: str, study: Worked
) -> None:
    (page,) = pages(service, secret, f"/v1/studies/{study.id}/trials")
    assert page == [("lr_sweep", 0), ("lr_sweep", 1), *(("coarse", number) for number in range(7))]


def test_a_line_tells_all_but_the_curves(service: Service, secret: str, study: Worked) -> None:
    trials = service.ask("GET", f"/v1/studies/{study.id}/trials?stage=coarse", secret).json()["trials"]
    complete, failed, waiting = trials[0], trials[2], trials[6]
    assert (complete["state"], complete["value"], complete["best_epoch"], complete["duration_s"]) == (
        "complete",
        0.5,
        2,
        1.5,
    )
    assert "network.width" in complete["parameters"]
    assert complete["finished_at"] is not None
    assert (failed["state"], failed["failure"], failed["reason"], failed["value"]) == (
        "failed",
        "diverged",
        "the loss became NaN in iteration 3",
        None,
    )
    assert (waiting["state"], waiting["started_at"], waiting["duration_s"]) == ("waiting", None, None)
    assert "step_losses" not in complete


def test_one_trial_has_its_curves(service: Service, secret: str, study: Worked) -> None:
    path = f"/v1/studies/{study.id}/trials/coarse"
    found = service.ask("GET", f"{path}/1", secret).json()
    assert (found["value"], found["step_losses"], found["without_gradient"]) == (0.9, [2.5, 2.0, 1.0], ["fc.bias"])
    assert [epoch["val_accuracy"] for epoch in found["epochs"]] == [0.45, 0.9]
    assert found["layers"][0]["kind"] == "Conv2d"
    failed = service.ask("GET", f"{path}/2", secret).json()
    assert (failed["state"], failed["step_losses"]) == ("failed", [2.5, None, None])
    waiting = service.ask("GET", f"{path}/6", secret).json()
    assert (waiting["state"], waiting["epochs"], waiting["value"]) == ("planned", [], None)


@pytest.mark.parametrize(
    "below", ["coarse/7", "coarse/-1", f"coarse/{2**31}", f"coarse/{2**63}", "coarse/x", "fine/0", "no/0", "Coarse/0"]
)
def test_a_trial_that_is_not_there_is_not_found(service: Service, secret: str, study: Worked, below: str) -> None:
    answer = service.ask("GET", f"/v1/studies/{study.id}/trials/{below}", secret)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "state=done",
        "stage=x",
        "sort=name",
        "descending=maybe",
        "cursor=x",
        "cursor=" + "x" * 501,
        "order=1",
    ],
)
def test_a_question_that_cannot_be_read_is_refused(service: Service, secret: str, study: Worked, query: str) -> None:
    answer = service.ask("GET", f"/v1/studies/{study.id}/trials?{query}", secret)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["problems"][0]["path"] == f"query.{query.partition('=')[0]}"


def test_the_cursor_of_another_question_is_refused(service: Service, secret: str, study: Worked) -> None:
    path = f"/v1/studies/{study.id}/trials"
    cursor = service.ask("GET", f"{path}?limit=1&sort=value", secret).json()["next"].partition("cursor=")[2]
    answer = service.ask("GET", f"{path}?limit=1&sort=duration&cursor={cursor}", secret)
    assert (answer.status_code, answer.json()["problems"][0]["path"]) == (422, "query.cursor")


def test_trials_of_others_are_not_found(service: Service, study: Worked) -> None:
    stranger = service.secret(Scope.READ, owner="bob")
    for below in ("trials", "trials/coarse/0"):
        assert service.ask("GET", f"/v1/studies/{study.id}/{below}", stranger).status_code == 404
