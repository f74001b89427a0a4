"""``hpsearch check`` as a CI job uses it: files, annotations, a baseline, and exit codes."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from click.testing import Result

from hpsearch.report.schemas import SCHEMAS, schema_text
from tests.cli.cli_cases import ROOT, environment
from tests.cli.conftest import Cli

MODEL = '''"""A network of one's own that ends with a soft-max."""

from torch import nn


class Network(nn.Module):
    def __init__(self, features, outputs):
        super().__init__()
        self.fc = nn.Linear(features, outputs)
        self.last = nn.Softmax(dim=1)

    def forward(self, images):
        return self.last(self.fc(images.flatten(1)))


def build(input_shape, outputs):
    return Network(input_shape[0] * input_shape[1] * input_shape[2], outputs)
'''
STUDY = """name: own
data: {dataset: digits}
network: {factory: "%s:build"}
optimizer:
  learning_rate: 0.05
  weight_decay: 0.0
recipe:
  initial_loss: {seeds: 2}
  overfit: {batches: 1}
  lr_sweep: {steps: 20}
"""


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study whose network has a fault, beside its module, in the folder that the command is called in."""
    module = f"model_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{module}.py").write_text(MODEL)
    study = tmp_path / "study.yaml"
    study.write_text(STUDY % module)
    monkeypatch.chdir(tmp_path)
    return Path("study.yaml")


def mended(study: Path) -> Path:
    """The same study without the fault."""
    (module,) = Path().glob("model_*.py")
    text = module.read_text().replace("self.last(self.fc(images.flatten(1)))", "self.fc(images.flatten(1))")
    Path("mended.py").write_text(text)
    found = Path("mended.yaml")
    found.write_text(STUDY % "mended")
    return found


def document(result: Result) -> dict[str, object]:
    found: dict[str, object] = json.loads(result.stdout)
    jsonschema.validate(found, json.loads(schema_text(SCHEMAS["check"])))
    return found


def test_a_fault_is_told_in_every_form_on_the_users_own_line(cli: Cli, broken: Path) -> None:
    done = cli("check", broken, "--format", "github", "--junit", "out/junit.xml", "--markdown", "out/check.md")
    assert done.exit_code == 1, done.output
    line = next(number for number, text in enumerate(MODEL.splitlines(), 1) if "self.last = " in text)
    (module,) = Path().glob("model_*.py")
    expected = f"::error file={module.absolute()},line={line},title=hpsearch initial_loss%3A activation-on-output::"
    assert any(text.startswith(expected) for text in done.stdout.splitlines()), done.stdout
    assert ET.parse("out/junit.xml").find(".//failure[@type='activation-on-output']") is not None  # noqa: S314
    assert f"{module}:{line}" in Path("out/check.md").read_text().replace("\\", "")


def test_a_finding_about_no_layer_is_told_on_the_line_of_forward(cli: Cli, broken: Path) -> None:
    (module,) = Path().glob("model_*.py")
    mixing = "self.fc((images - images.mean(0)).flatten(1))"
    text = module.read_text().replace("self.last(self.fc(images.flatten(1)))", mixing)
    Path("mixing.py").write_text(text)
    Path("mixing.yaml").write_text(STUDY % "mixing")
    done = cli("check", "mixing.yaml", "--format", "github")
    assert done.exit_code == 1, done.output
    line = next(number for number, text in enumerate(MODEL.splitlines(), 1) if "def forward" in text)
    assert f"::error file={Path('mixing.py').absolute()},line={line},title=hpsearch advice%3A HP403::" in done.stdout


def test_a_baseline_lets_the_known_pass_and_the_new_fail(cli: Cli, broken: Path) -> None:
    assert cli("check", broken, "--write-baseline", "baseline.json").exit_code == 0
    again = cli("check", broken, "--baseline", "baseline.json", "--json")
    assert again.exit_code == 0, again.output
    assert document(again)["verdict"] == "fail"
    sound = mended(broken)
    assert cli("check", sound, "--write-baseline", "sound.json").exit_code == 0
    assert cli("check", sound, "--baseline", "sound.json").exit_code == 0
    worse = cli("check", broken, "--baseline", "sound.json")
    assert worse.exit_code == 1
    assert "worse: initial_loss failed" in worse.stdout


def test_what_does_not_fit_the_budget_fails_and_is_no_baseline(cli: Cli, broken: Path) -> None:
    done = cli("check", mended(broken), "--budget", "0.001s", "--write-baseline", "late.json")
    assert done.exit_code == 2
    assert "incomplete" in done.stdout
    assert not Path("late.json").exists()
    assert cli("check", mended(broken), "--budget", "0.001s").exit_code == 1


@pytest.mark.parametrize("budget", ["0", "-3s", "nan", "soon", "1d"])
def test_a_budget_is_a_positive_time(cli: Cli, broken: Path, budget: str) -> None:
    done = cli("check", broken, f"--budget={budget}")
    assert done.exit_code == 2
    assert "no time" in done.output


def test_a_wrong_definition_is_annotated_on_its_line(cli: Cli, broken: Path) -> None:
    wrong = Path("wrong.yaml")
    wrong.write_text(broken.read_text().replace("learning_rate: 0.05", "learning_rate: -1"))
    done = cli("check", wrong, "--format", "github", "--junit", "junit.xml")
    assert done.exit_code == 2
    assert done.stdout.startswith(f"::error file={wrong.absolute()},line=5,title=hpsearch definition::")
    assert ET.parse("junit.xml").find(".//failure[@type='definition']") is not None  # noqa: S314


@pytest.mark.parametrize("content", [None, "{}", '{"version": 2, "name": "x", "parts": {}, "errors": []}', "\x00"])
def test_a_file_that_is_no_baseline_is_refused(cli: Cli, broken: Path, content: str | None) -> None:
    if content is not None:
        Path("other.json").write_text(content)
    done = cli("check", broken, "--baseline", "other.json", "--format", "github", "--junit", "junit.xml")
    assert done.exit_code == 2
    assert "--write-baseline" in done.output
    assert f"::error file={broken.absolute()},line=1,title=hpsearch option::--baseline" in done.stdout
    assert ET.parse("junit.xml").find(".//failure[@type='definition']") is not None  # noqa: S314


def test_the_baseline_of_another_study_is_refused_at_once(cli: Cli, broken: Path) -> None:
    Path("other.json").write_text('{"version": 1, "name": "another", "parts": {}, "errors": []}')
    done = cli("check", broken, "--baseline", "other.json", "--markdown", "out.md")
    assert done.exit_code == 2
    assert "that of another study" in done.stderr
    assert Path("out.md").read_text().startswith("## hpsearch check: an option cannot be used")


def test_problems_in_markdown_are_text(cli: Cli, broken: Path) -> None:
    wrong = Path("wrong.yaml")
    wrong.write_text(broken.read_text() + "'<b>x</b>|*y*': 1\n")
    assert cli("check", wrong, "--markdown", "out.md").exit_code == 2
    assert "\\<b\\>x\\</b\\>\\|\\*y\\*" in Path("out.md").read_text()


def test_a_file_that_cannot_be_written_is_told_in_the_others(cli: Cli, broken: Path) -> None:
    Path("file").touch()
    late = ("--budget", "0.001s", "--format", "github")
    done = cli("check", broken, *late, "--junit", "file/junit.xml", "--markdown", "out.md")
    assert done.exit_code == 2
    assert "title=hpsearch option::--junit" in done.stdout
    assert "not judged" in done.stdout  # a check takes up to a minute, and what came of it is not lost
    assert "an option cannot be used" in Path("out.md").read_text()


def test_http_is_allowed_to_a_service_alone(cli: Cli, broken: Path) -> None:
    done = cli("check", broken, "--allow-http")
    assert (done.exit_code, "--allow-http goes with --server" in done.stderr) == (2, True)


def test_json_is_one_document_whatever_a_module_prints(
    cli: Cli, broken: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (module,) = Path().glob("model_*.py")
    module.write_text("import os\nprint('loud')\nos.write(1, b'deep\\n')\n" + module.read_text())
    done = cli("check", broken, "--json", "--budget", "0.001s", "--write-baseline", "late.json")
    assert done.exit_code == 2
    assert "--write-baseline" in json.loads(done.stdout)["error"]
    assert "loud" in done.stderr
    told = capfd.readouterr()
    assert "deep" in told.err
    assert "deep" not in told.out


def test_a_check_imports_nothing_heavy_but_torch(tmp_path: Path) -> None:
    """Each of them costs as much as a check of a small network: the whole is to take eight seconds at most."""
    program = (
        "import sys; from hpsearch.cli.main import main\n"
        f"try: main(['check', {str(ROOT / 'studies' / 'digits.yaml')!r}, '--budget', '0.001'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'sklearn', 'scipy.stats', 'ray', 'sqlalchemy', 'optuna', 'fastapi', 'httpx'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(tmp_path / "h"),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.stderr.splitlines()[-1] == "[]"
