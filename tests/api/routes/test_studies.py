"""Looking at studies and steering them."""

import re
from typing import Any

import pytest

from hpsearch.access import Scope
from hpsearch.stage import StageName
from hpsearch.study import StudyState, Wish
from tests.api.routes.working import EVERYTHING, rows, worked
from tests.api.service import Service

IDS = [
    "0",
    "-1",
    str(2**31),
    str(2**63),
    str(-(2**63)),
    "1" * 400,
    "abc",
    "1.5",
    "1e3",
    "%00",
    "%2e%2e",
    "0x1",
    "1%20",
    "٣",
]
BELOW = ["", "/stages", "/trials", "/trials/coarse/0", "/report", "/events"]


def test_studies_come_page_by_page_newest_first(service: Service) -> None:
    secret = service.secret(*EVERYTHING)
    made = [service.study(secret) for _ in range(5)]
    service.study(service.secret(*EVERYTHING, owner="bob"))
    service.ask("POST", f"/v1/studies/{made[1]}/cancel", secret)
    seen, path = [], "/v1/studies?limit=2"
    while path is not None:
        page = service.ask("GET", path, secret).json()
        seen.append([study["id"] for study in page["studies"]])
        path = page["next"]
    assert seen == [[made[4], made[3]], [made[2], made[1]], [made[0]]]
    exact = service.ask("GET", "/v1/studies?limit=5", secret).json()
    assert (len(exact["studies"]), exact["next"]) == (5, None)
    page = service.ask("GET", "/v1/studies?state=waiting&limit=3", secret).json()
    assert "state=waiting" in page["next"]
    assert [study["id"] for study in service.ask("GET", page["next"], secret).json()["studies"]] == [made[0]]
    (cancelled,) = service.ask("GET", "/v1/studies?state=cancelled", secret).json()["studies"]
    assert (cancelled["id"], cancelled["state"]) == (made[1], "cancelled")
    everybody = service.ask("GET", "/v1/studies", service.secret(Scope.READ, Scope.ADMIN)).json()["studies"]
    assert {study["owner"] for study in everybody} == {"ada", "bob"}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "limit=x",
        "state=done",
        "cursor=0",
        "cursor=-1",
        f"cursor={2**63}",
        "cursor=x",
        "stat=waiting",
    ],
)
def test_a_question_that_cannot_be_read_is_refused(service: Service, query: str) -> None:
    answer = service.ask("GET", f"/v1/studies?{query}", service.secret(*EVERYTHING))
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["problems"][0]["path"] == f"query.{query.partition('=')[0]}"


def test_a_status_tells_stage_by_stage(service: Service) -> None:
    secret = service.secret(*EVERYTHING)
    study = worked(service, secret)
    study.end(study.plan(StageName.LR_SWEEP, 2), 0.1, 0.2)
    study.judge(StageName.LR_SWEEP)
    planned = study.plan(StageName.COARSE, 5)
    study.end(planned, 0.7, None, 0.9)
    study.store.start_trials(study.lease, StageName.COARSE, [3])
    found = service.ask("GET", f"/v1/studies/{study.id}", secret).json()
    assert (found["study"]["state"], found["study"]["metric"]) == ("running", "val_accuracy")
    assert found["study"]["task"]["outputs"] == 10
    sweep, coarse = found["stages"]
    assert (sweep["name"], sweep["verdict"], sweep["summary"]) == ("lr_sweep", "pass", "Trial 1 is the best with 0.9.")
    assert sweep["findings"][0]["evidence"] == {"rates": [0.1, None]}
    counts = {key: coarse[key] for key in ("planned", "waiting", "running", "complete", "failed")}
    assert counts == {"planned": 5, "waiting": 1, "running": 1, "complete": 2, "failed": 1}
    assert (coarse["verdict"], coarse["rounds"][0]["finished_at"]) == (None, None)
    assert (found["best"]["stage"], found["best"]["trial"], found["best"]["val_accuracy"]) == ("coarse", 2, 0.9)
    assert found["best"]["parameters"] == dict(planned[2].parameters)
    assert found["time_left_s"] >= 0
    stages = service.ask("GET", f"/v1/studies/{study.id}/stages", secret).json()
    assert stages["stages"] == found["stages"]


@pytest.mark.parametrize(("action", "state"), [("cancel", "cancelled"), ("pause", "paused")])
def test_nobody_holds_it_and_it_is_done_at_once(service: Service, action: str, state: str) -> None:
    secret = service.secret(*EVERYTHING)
    study_id = service.study(secret)
    for _ in range(2):
        answer = service.ask("POST", f"/v1/studies/{study_id}/{action}", secret)
        assert (answer.status_code, answer.json()["study"]["state"]) == (200, state)


@pytest.mark.parametrize("action", ["cancel", "pause"])
def test_somebody_works_on_it_and_the_wish_is_noted(service: Service, action: str) -> None:
    secret = service.secret(*EVERYTHING)
    study = worked(service, secret)
    for _ in range(2):
        answer = service.ask("POST", f"/v1/studies/{study.id}/{action}", secret)
        assert (answer.status_code, answer.json()["study"]["wish"]) == (202, action)
        assert answer.json()["study"]["state"] == "running"
    assert study.store.renew(study.lease, 60).wish == action
    study.release(Wish(action).state)
    answer = service.ask("POST", f"/v1/studies/{study.id}/{action}", secret)
    assert (answer.status_code, answer.json()["study"]["wish"]) == (200, None)


def test_a_paused_study_waits_again_and_a_wish_is_taken_back(service: Service) -> None:
    secret = service.secret(*EVERYTHING)
    study_id = service.study(secret)
    service.ask("POST", f"/v1/studies/{study_id}/pause", secret)
    for _ in range(2):
        answer = service.ask("POST", f"/v1/studies/{study_id}/resume", secret)
        assert (answer.status_code, answer.json()["study"]["state"]) == (200, "waiting")
    study = worked(service, secret)
    service.ask("POST", f"/v1/studies/{study.id}/pause", secret)
    answer = service.ask("POST", f"/v1/studies/{study.id}/resume", secret)
    assert (answer.status_code, answer.json()["study"]["wish"]) == (200, None)


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        (StudyState.COMPLETE, {"cancel", "pause", "resume"}),
        (StudyState.FAILED, {"cancel", "pause", "resume"}),
        (StudyState.CANCELLED, {"pause", "resume"}),
        (StudyState.PAUSED, {"delete"}),
        (StudyState.INTERRUPTED, {"delete"}),
    ],
)
def test_what_the_state_does_not_allow_is_a_conflict(service: Service, state: StudyState, refused: set[str]) -> None:
    for action in sorted(refused):
        secret = service.secret(*EVERYTHING)
        study = worked(service, secret)
        if state in (StudyState.PAUSED, StudyState.CANCELLED):
            service.ask("POST", f"/v1/studies/{study.id}/{'pause' if state is StudyState.PAUSED else 'cancel'}", secret)
        study.release(state, "because" if state is StudyState.FAILED else None)
        path = f"/v1/studies/{study.id}"
        before = service.ask("GET", path, secret).json()["study"]
        method = ("DELETE", path) if action == "delete" else ("POST", f"{path}/{action}")
        answer = service.ask(*method, secret)
        assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json"), action
        assert state in answer.json()["detail"]
        assert service.ask("GET", path, secret).json()["study"] == before


def test_what_has_ended_is_deleted_with_all_there_is_of_it(service: Service) -> None:
    secret = service.secret(*EVERYTHING)
    study = worked(service, secret)
    study.end(study.plan(), 0.5, 0.6, None)
    study.judge()
    study.release()
    answer = service.ask("DELETE", f"/v1/studies/{study.id}", secret)
    assert (answer.status_code, answer.content) == (204, b"")
    assert not any(rows(service.parts).values())
    assert service.ask("DELETE", f"/v1/studies/{study.id}", secret).status_code == 404


@pytest.mark.parametrize("number", IDS)
def test_what_cannot_be_a_number_of_a_study_is_not_found(service: Service, number: str) -> None:
    secret = service.secret(*EVERYTHING)
    calls = [("GET", below) for below in BELOW]
    calls += [("DELETE", ""), ("POST", "/cancel"), ("POST", "/pause"), ("POST", "/resume")]
    for method, below in calls:
        answer = service.ask(method, f"/v1/studies/{number}{below}", secret)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), (
            method,
            below,
        )


def test_another_owners_study_answers_as_a_missing_one(service: Service) -> None:
    study_id = service.study(service.secret(*EVERYTHING, owner="bob"))
    secret = service.secret(*EVERYTHING)
    calls = [("GET", below) for below in BELOW]
    calls += [("DELETE", ""), ("POST", "/cancel"), ("POST", "/pause"), ("POST", "/resume")]
    for method, below in calls:
        theirs = service.ask(method, f"/v1/studies/{study_id}{below}", secret)
        missing = service.ask(method, f"/v1/studies/{study_id + 1}{below}", secret)
        assert theirs.status_code == missing.status_code == 404
        told = [
            re.sub(rf"\b{number}\b", "N", one.text) for one, number in ((theirs, study_id), (missing, study_id + 1))
        ]
        assert told[0] == told[1]


@pytest.mark.parametrize(("scope", "status"), [(Scope.READ, 200), (Scope.SUBMIT, 403), (Scope.ADMIN, 200)])
def test_reading_needs_its_scope(service: Service, scope: Scope, status: int) -> None:
    study_id = service.study(service.secret(*EVERYTHING))
    secret = service.secret(scope)
    for path in ("/v1/studies", f"/v1/studies/{study_id}", f"/v1/studies/{study_id}/report", "/v1/networks"):
        assert service.ask("GET", path, secret).status_code == status, path


def test_steering_needs_its_scope(service: Service) -> None:
    study_id = service.study(service.secret(*EVERYTHING))
    secret = service.secret(Scope.READ)
    calls: list[tuple[str, Any]] = [("POST", "/cancel"), ("POST", "/pause"), ("POST", "/resume"), ("DELETE", "")]
    for method, below in calls:
        assert service.ask(method, f"/v1/studies/{study_id}{below}", secret).status_code == 403
