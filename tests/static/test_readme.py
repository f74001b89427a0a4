"""The README's commands are the ones that CI and the tests run."""

import re
import subprocess
from pathlib import Path

from hpsearch.cli.main import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_ci_runs_the_test_command_of_the_readme_word_for_word() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    extraction = re.search(r"^command=\$\((.+)\)$", script, re.MULTILINE)
    assert extraction is not None
    found = subprocess.run(
        ["bash", "-c", extraction[1]], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert found == "pip install -e '.[test]' && pytest"
    assert 'eval "$command"' in script


def test_every_command_of_the_readme_exists() -> None:
    named = set(re.findall(r"`hpsearch ([a-z]+)", README)) | set(
        re.findall(r"^.*&& hpsearch ([a-z]+)", README, re.MULTILINE)
    )
    assert {"run", "check", "validate", "inspect", "list", "database"} <= named
    assert named <= set(main.commands)


def test_every_file_that_the_readme_names_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
