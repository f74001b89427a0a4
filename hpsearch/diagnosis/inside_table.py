"""All rules on looks inside a network, by code."""

from hpsearch.diagnosis import sources
from hpsearch.diagnosis.answers import activation_on_output, samples_influence_each_other
from hpsearch.diagnosis.inside_rule import InsideRule
from hpsearch.diagnosis.units import dead_units
from hpsearch.finding import Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

_ALL = (
    InsideRule(
        "HC301",
        WARNING,
        dead_units,
        "Lower the learning rate, start biases at zero and weights by He's rule, or use leaky ReLU or a norm.",
        sources.LU,
        explains=frozenset({"HC106", "HC201", "HC202", "HC204", "HC205"}),
    ),
    InsideRule(
        "HC331",
        ERROR,
        samples_influence_each_other,
        "Keep the batch as the first axis in every reshape and permute, and apply soft-max and norms along others.",
        sources.KARPATHY,
        explains=frozenset({"HC201", "HC203", "HC204", "HC206"}),
    ),
    InsideRule(
        "HC332",
        ERROR,
        activation_on_output,
        "Return the outputs of the last layer with weights; the loss applies the soft-max itself.",
        sources.KARPATHY,
        explains=frozenset({"HC103", "HC201", "HC202", "HC204", "HC205", "HC207"}),
    ),
)

INSIDE_RULES: dict[str, InsideRule] = {rule.code: rule for rule in _ALL}
"""In the order of the codes. 30: units and activations; 31: gradients and updates; 32: weights; 33: outputs."""
