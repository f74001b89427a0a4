"""The action, the GitLab job, the hook, the calls of a service and the pytest example of docs/ci.md: all are run."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from sqlalchemy import Engine

from hpsearch.access import Limits, Scope
from hpsearch.api.app import create_app
from hpsearch.api.parts import open_parts
from hpsearch.conductor.check_service import CheckService
from hpsearch.conductor.checking import Checker
from hpsearch.store.check_queue import CheckQueue
from tests.api.live import live
from tests.cli.cli_cases import ROOT, environment

GUIDE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
MODEL = """from torch import nn


class Network(nn.Module):
    def __init__(self, features=64, outputs=10):
        super().__init__()
        self.fc = nn.Linear(features, outputs)

    def forward(self, images):
        return self.fc(images.flatten(1))


def build(input_shape, outputs):
    return Network(input_shape[0] * input_shape[1] * input_shape[2], outputs)
"""
DATA = """import torch
from torch.utils.data import TensorDataset

torch.manual_seed(0)
train_set = TensorDataset(torch.randn(200, 1, 8, 8), torch.arange(200) % 10)
"""
STUDY = """name: own
data: {dataset: digits}
network: {factory: "model:build"}
optimizer: {learning_rate: 0.05, weight_decay: 0.0}
recipe: {initial_loss: {seeds: 2}, overfit: {batches: 1}, lr_sweep: {steps: 20}}
"""
NAMED = """name: named
data: {dataset: digits, batch_size: 64}
network: {name: convnet, depth: 1, width: 4}
optimizer: {learning_rate: 0.05, weight_decay: 0.0}
recipe: {initial_loss: {seeds: 2}, overfit: {samples: 32}, lr_sweep: {skip: true}}
"""
TIMES = {"duration_s", "started_at", "finished_at", "speed"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Somebody's plain project in a folder of a repository, with ``hpsearch`` on the path of its commands."""
    folder = tmp_path / "project"
    (folder / "bin").mkdir(parents=True)
    program = folder / "bin" / "hpsearch"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m hpsearch.cli "$@"\n')
    program.chmod(0o755)
    for name, content in (("model.py", MODEL), ("data.py", DATA), ("study.yaml", STUDY)):
        (folder / name).write_text(content)
    return folder


def example(language: str, name: str) -> str:
    """The block of the guide behind a mark."""
    found = re.search(rf"<!-- {name} -->\n```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    return found[1]


def run(command: str, project: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{project / 'bin'}:{Path(sys.executable).parent}:/usr/bin:/bin"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
        env=environment(project / "home", PATH=path, **variables),
        cwd=project,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return found


def test_the_actions_command_checks_annotates_and_summarises(project: Path) -> None:
    step = action()["runs"]["steps"][-1]
    given = {"STUDY": "study.yaml", "BUDGET": "60s", "BASELINE": "", "JUNIT": "out/junit.xml"}
    assert set(step["env"]) == set(given)
    done = run(step["run"], project, GITHUB_STEP_SUMMARY="summary.md", **given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in (project / "summary.md").read_text()
    assert ET.parse(project / "out" / "junit.xml").find(".//testcase") is not None  # noqa: S314
    faulty = MODEL.replace("return self.fc(images.flatten(1))", "return self.fc(images.flatten(1)).softmax(1)")
    (project / "model.py").write_text(faulty)
    (project / "study.yaml").write_text(STUDY.replace("overfit: {batches: 1}", "overfit: {samples: 32, steps: 60}"))
    done = run(step["run"], project, GITHUB_STEP_SUMMARY="summary.md", **given | {"JUNIT": "", "BUDGET": ""})
    assert done.returncode == 1, done.stdout + done.stderr
    model = re.escape(str(project / "model.py"))  # of a relative path, the runner looks below the repository's root
    assert re.search(rf"^::error file={model},line=\d+,title=hpsearch initial_loss%3A", done.stdout, re.MULTILINE)


def test_no_input_of_the_action_becomes_part_of_a_script() -> None:
    """What a fork can write must not be run."""
    found = action()
    for step in found["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"
    named = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text(encoding="utf-8")))
    assert named == set(found["inputs"])
    asked = yaml.safe_load(example("yaml", "github"))["jobs"]["check"]["steps"][-1]["with"]
    assert set(asked) <= set(found["inputs"])


def test_the_gitlab_jobs_command_writes_what_its_artifacts_name(project: Path) -> None:
    job = yaml.safe_load(example("yaml", "gitlab"))["check"]
    install, command = job["script"]
    assert install.startswith("pip install")
    done = run(command, project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ET.parse(project / job["artifacts"]["reports"]["junit"]).find(".//testcase") is not None  # noqa: S314
    assert all((project / path).exists() for path in job["artifacts"]["paths"])


@contextmanager
def serving(database_url: str, engine: Engine) -> Iterator[dict[str, str]]:
    """A service that checks; gives what the commands of its users have in their environment."""
    with open_parts(database_url, "a database for tests") as parts, live(create_app(parts)) as server:
        secret = parts.keyring.create("ann", "ci", (Scope.READ, Scope.SUBMIT), Limits())[1]
        told = {"HPSEARCH_KEY": secret, "HPSEARCH_SERVER": f"http://127.0.0.1:{server.port}"}
        checker = Checker()
        with CheckService(CheckQueue(engine), parts.bell, checker, holder="ci"):
            yield told
        for examiner in checker._idle:
            examiner.kill()


def test_a_service_checks_for_curl_and_for_the_command_line(project: Path, database_url: str, engine: Engine) -> None:
    (project / "study.yaml").write_text(NAMED)
    with serving(database_url, engine) as told:
        curl = run(example("sh", "curl"), project, **told)
        assert curl.returncode == 0, curl.stdout + curl.stderr
        cases = ET.parse(project / "junit.xml").findall(".//testcase")  # noqa: S314
        assert [case.get("name") for case in cases][:2] == ["data", "advice"]
        (project / "study.yaml").write_text(NAMED.replace("batch_size: 64", "batch_size: 4000"))
        there = run(example("sh", "server"), project, **told)
        assert there.returncode == 2, there.stdout + there.stderr
        assert "data.batch_size" in there.stderr
        (project / "study.yaml").write_text(STUDY)  # refused before anything is checked
        curl = run(example("sh", "curl"), project, **told)
        assert curl.returncode == 2, curl.stdout + curl.stderr
        assert "network.factory" in (project / "junit.xml").read_text()
        there = run(example("sh", "server"), project, **told)
        assert there.returncode == 2
        assert "leave out --server" in there.stderr


@pytest.mark.slow
def test_a_service_reports_what_is_reported_here(project: Path, database_url: str, engine: Engine) -> None:
    (project / "study.yaml").write_text(NAMED)
    with serving(database_url, engine) as told:
        there = run(f"{example('sh', 'server').strip()} --format json", project, **told)
        assert there.returncode == 0, there.stdout + there.stderr
        here = run("hpsearch check study.yaml --json", project)
        assert without_times(there.stdout) == without_times(here.stdout)
        (project / "study.yaml").write_text(NAMED.replace("batch_size: 64", "batch_size: 4000"))
        done = run(example("sh", "curl"), project, **told)
        assert done.returncode == 2, done.stdout + done.stderr


def without_times(written: str) -> Any:
    """A document without what differs from run to run."""
    found = json.loads(written)
    for part in found["parts"]:
        part["duration_s"] = 0
    for stage in found["stages"]:
        stage["duration_s"] = 0
        for each in (*stage["rounds"], *stage["trials"]):
            each.update(dict.fromkeys(each.keys() & TIMES))
    return found


def test_the_pytest_example_runs(project: Path) -> None:
    (project / "test_network.py").write_text(example("python", "pytest"))
    command = (
        "python -m pytest -q -p hpsearch.plugin.fixtures -p no:cacheprovider -c /dev/null --rootdir . test_network.py"
    )
    done = run(command, project, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_the_hook_validates_every_file_that_it_is_given(project: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    asked = yaml.safe_load(example("yaml", "pre-commit"))["repos"][0]["hooks"][0]
    assert asked["id"] == hook["id"]
    assert re.search(asked["files"], "study.yaml")
    assert re.search(hook["files"], "studies/digits.yaml")
    (project / "wrong.yaml").write_text(STUDY.replace("0.05", "-1"))
    done = run(f"{hook['entry']} study.yaml wrong.yaml", project)
    assert done.returncode == 2
    assert "study.yaml is valid" in done.stdout
    assert "optimizer.learning_rate" in done.stderr
