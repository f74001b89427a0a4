"""A page on each rule, made from its docstring: ``python -m hpsearch.advice.pages docs/advice``."""

import sys
from pathlib import Path

from hpsearch.advice.table import ADVICE
from hpsearch.rulebook import Rulebook

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
BOOK = Rulebook(ADVICE, "README.md", HEAD, GROUPS)

if __name__ == "__main__":
    BOOK.write(Path(sys.argv[1]))
