"""The compose file and the image: valid, closed to the outside, unprivileged, and complete in itself."""

import subprocess
import sys
from typing import Any

import pytest

from tests.deploy.compose import FILE, ROOT, compose

SERVICES = ("postgres", "ray-head", "ray-worker", "ray-worker-gpu", "conductor", "api")


def test_it_follows_the_schema_of_compose_files() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_it_has_the_services_of_the_guide() -> None:
    assert set(compose()["services"]) == set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check_and_starts_again(name: str) -> None:
    service = compose()["services"][name]
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_names_is_there(name: str) -> None:
    content = compose()
    service = content["services"][name]
    assert set(service.get("depends_on", {})) <= set(content["services"])
    assert set(service["networks"]) <= set(content["networks"])
    assert set(service.get("secrets", ())) <= set(content["secrets"])
    assert {volume.split(":")[0] for volume in service.get("volumes", ())} <= set(content["volumes"])


def test_only_the_api_has_a_port_and_on_loopback_by_default() -> None:
    services = compose()["services"]
    assert [name for name in SERVICES if services[name].get("ports")] == ["api"]
    assert services["api"]["ports"] == ["${HPSEARCH_BIND:-127.0.0.1}:8000:8000"]
    assert not any(service.get("network_mode") for service in services.values())


def test_ray_and_postgres_are_on_inner_networks() -> None:
    content = compose()
    outer = {name for name, network in content["networks"].items() if not network.get("internal")}
    assert [name for name in SERVICES if outer & set(content["services"][name]["networks"])] == ["api"]


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "postgres"])
def test_our_containers_may_nothing_that_they_do_not_need(name: str) -> None:
    service = compose()["services"][name]
    assert service["init"] is True  # somebody has to wait for Ray's daemons
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")


def test_secrets_come_from_files() -> None:
    content = compose()
    assert all(list(secret) == ["file"] for secret in content["secrets"].values())
    environment: list[tuple[str, Any]] = [
        item for service in content["services"].values() for item in service.get("environment", {}).items()
    ]
    secret = [(name, value) for name, value in environment if "PASSWORD" in name or "TOKEN" in name or "URL" in name]
    assert secret
    assert all(str(value).startswith("/run/secrets/") for _, value in secret)


def test_the_gpu_is_reserved_in_a_profile_only() -> None:
    services = compose()["services"]
    reserving = {name for name in SERVICES if "deploy" in services[name]}
    assert reserving == {name for name in SERVICES if services[name].get("profiles")} == {"ray-worker-gpu"}


def test_the_image_runs_as_an_unprivileged_user() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["hpsearch"]
    assert all(not line.startswith("RUN") for line in lines[lines.index("USER hpsearch") :])
