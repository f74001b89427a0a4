"""A page on each rule, made from its docstring: ``python -m hpsearch.advice.pages docs/advice``."""

import sys
from pathlib import Path

from hpsearch.advice.remark import Rule
from hpsearch.advice.table import ADVICE

INDEX = "README"
GROUPS = {
    "HP1": "Windows: kernels, strides, paddings, and what they see",
    "HP2": "The signal: activations, biases, norms, dropout",
    "HP3": "Widths and parameters",
    "HP4": "How the forward pass behaves",
}
HEAD = """# Advice on networks

`hpsearch advise STUDY.yaml` looks at the network of a study before anything is trained: at the centre of the search
space, at its corners, and where one hyperparameter at a time is at an end. Each rule has a code that keeps its meaning.
Choose rules in the definition, by codes or beginnings of codes:

```yaml
advice:
  select: [HP1, HP2]      # by default all: [HP]
  ignore: [HP105]
  object_size: 20         # side in pixels of what is to be recognised, for HP107; by default the whole image
```

or with `--select` and `--ignore`, which replace those of the definition. The choice changes what is said, never what is
trained.
"""


def pages() -> dict[str, str]:
    """Every page as Markdown by the name of its file, the index included."""
    return {**{f"{code}.md": _page(rule) for code, rule in ADVICE.items()}, f"{INDEX}.md": _index()}


def write_pages(folder: Path) -> None:
    """Writes every page into the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _page(rule: Rule) -> str:
    title, _, rest = rule.text.partition("\n\n")
    body = rest.replace("``", "`")
    return (
        f"# {rule.code}: {rule.name}\n\n{title.replace('``', '`')}\n\n{body}\n\n"
        f"**Severity:** {rule.severity}, unless said otherwise above.\n\n"
        f"**What to do:** {rule.advice}\n\n**Source:** {rule.source}.\n"
    )


def _index() -> str:
    parts = [HEAD]
    for beginning, title in GROUPS.items():
        rows = [
            f"| [{code}]({code}.md) | {rule.name} | {rule.severity} | {_title(rule)} |"
            for code, rule in ADVICE.items()
            if code.startswith(beginning)
        ]
        parts.append(
            "\n".join((f"## {title}\n", "| code | name | severity | finds |", "|---|---|---|---|", *rows)) + "\n"
        )
    return "\n".join(parts)


def _title(rule: Rule) -> str:
    return " ".join(rule.text.partition("\n\n")[0].split())


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
