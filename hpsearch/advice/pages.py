"""A page on each rule, made from its docstring: ``python -m hpsearch.advice.pages docs/advice``."""

import sys
from pathlib import Path

from hpsearch.advice.table import ADVICE
from hpsearch.advice.training_table import TRAINING
from hpsearch.rulebook import Rulebook

GROUPS = {
    "HP1": "Windows: kernels, strides, paddings, and what they see",
    "HP2": "The signal: activations, biases, norms, dropout",
    "HP3": "Widths and parameters",
    "HP4": "How the forward pass behaves",
    "HP5": "The learning rate: schedule, momentum, reach",
    "HP6": "What holds the weights back",
    "HP7": "Mini-batches, and how many updates there are",
    "HP8": "The ranges that are searched",
}
HEAD = """# Advice before training

`hpsearch advise STUDY.yaml` looks at a study before anything is trained: at its network (HP1 to HP4) at the centre of
the search space, at its corners, and where one hyperparameter at a time is at an end; and at how it is to be trained
(HP5 to HP8), where a warning means that every trial has what is told. `hpsearch check` has the same as its part
`advice`. Of a study its first stage has the warnings about the training (HP5 to HP8), wherever that is told;
`hpsearch run` also says them before it trains. Each rule has a code that keeps its meaning.
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
BOOK = Rulebook({**ADVICE, **TRAINING}, "README.md", HEAD, GROUPS)

if __name__ == "__main__":
    BOOK.write(Path(sys.argv[1]))
