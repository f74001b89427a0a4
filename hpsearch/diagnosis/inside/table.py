"""All rules on looks inside a network, by code."""

from hpsearch.diagnosis import sources
from hpsearch.diagnosis.inside.answers import (
    activation_on_output,
    linear_network,
    same_answer,
    samples_influence_each_other,
    unseen_channels,
)
from hpsearch.diagnosis.inside.evaluation_mode import (
    evaluated_in_training_mode,
    evaluated_otherwise,
    trained_in_evaluation_mode,
)
from hpsearch.diagnosis.inside.gradients import (
    exploding_gradients,
    frozen_layers,
    vanishing_gradients,
    without_gradient,
)
from hpsearch.diagnosis.inside.losses import inverted_class_weights, other_labels, samples_left_out, scaled_loss
from hpsearch.diagnosis.inside.rule import InsideRule
from hpsearch.diagnosis.inside.scales import (
    activations_blow_up,
    dropout_destroys,
    hidden_by_norm,
    scale_at_start,
    weights_decay_away,
)
from hpsearch.diagnosis.inside.twins import equal_weights
from hpsearch.diagnosis.inside.units import dead_units, saturated_units
from hpsearch.diagnosis.inside.updates import updates_too_large, updates_too_small
from hpsearch.finding import Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
NOT_LEARNED = frozenset({"HC103", "HC105", "HC106", "HC201", "HC202", "HC204", "HC205", "HC207"})
"""What curves say of a network that learns little or late, or stands."""
WEIGHTS = frozenset({"HC321", "HC322"})
"""The first weights are the reason."""
STEPS = frozenset({"HC101", "HC102", "HC109"})
"""What updates have done that were too large, or too much alike."""
SETTING = frozenset({"HC209"})
"""A setting of the definition is the reason."""
UNLIKE = frozenset({"HC203", "HC206", "HC221"})
"""What curves say of validation where other labels were learned than those of the data, or not all."""

_ALL = (
    InsideRule(
        "HC301",
        WARNING,
        dead_units,
        "Lower the learning rate, start biases at zero and weights by He's rule, or use leaky ReLU or a norm.",
        sources.LU,
        explains=NOT_LEARNED | {"HC311", "HC313", "HC315", "HC333"},
        explained_by=WEIGHTS | STEPS | {"HC303", "HC305", "HC314", "HC316", "HC317", "HC331", "HC332"},
    ),
    InsideRule(
        "HC302",
        WARNING,
        saturated_units,
        "Use ReLU or a norm, draw the weights smaller (Glorot's rule), or lower the learning rate.",
        sources.GLOROT,
        explains=NOT_LEARNED | {"HC311", "HC333"},
        explained_by=WEIGHTS | STEPS,
    ),
    InsideRule(
        "HC303",
        WARNING,
        activations_blow_up,
        "Lower the learning rate tenfold, clip gradients, or add a norm; then look for a division or a logarithm.",
        sources.GLOROT,
        explains=frozenset({"HC312"}),
        explained_by=WEIGHTS | STEPS | {"HC314"},
    ),
    InsideRule(
        "HC304",
        WARNING,
        hidden_by_norm,
        "Draw the weights in front of the norm by He's rule, and use weight decay on them.",
        sources.HE,
        explains=frozenset({"HC311", "HC313"}),
        explained_by=WEIGHTS | STEPS | {"HC314"},
    ),
    InsideRule(
        "HC305",
        WARNING,
        dropout_destroys,
        "Lower the rate of dropout to 0.5 or less.",
        sources.SRIVASTAVA,
        explains=NOT_LEARNED | {"HC108", "HC208"},
    ),
    InsideRule(
        "HC311",
        WARNING,
        vanishing_gradients,
        "Use ReLU and He's initialisation, a norm, or residual connections; or fewer layers.",
        sources.GLOROT,
        explains=NOT_LEARNED | {"HC313", "HC333"},
        explained_by=WEIGHTS | STEPS,
    ),
    InsideRule(
        "HC312",
        WARNING,
        exploding_gradients,
        "Clip the norm of gradients (optimizer.clip_norm), draw the weights smaller, or lower the learning rate.",
        sources.PASCANU,
        explained_by=WEIGHTS | STEPS | {"HC314"},
    ),
    InsideRule(
        "HC313",
        WARNING,
        updates_too_small,
        "Raise the learning rate by ten times and more; if nothing changes, see that the optimiser's step is called.",
        sources.KARPATHY,
        explains=NOT_LEARNED - {"HC103", "HC106"},
        explained_by=WEIGHTS | SETTING | {"HC103", "HC104", "HC316"},
    ),
    InsideRule(
        "HC314",
        WARNING,
        updates_too_large,
        "Lower the learning rate by three to ten times.",
        sources.KARPATHY,
        explains=frozenset({"HC105", "HC106", "HC107", "HC201", "HC202", "HC203", "HC204", "HC333"}),
        explained_by=WEIGHTS | STEPS | SETTING | {"HC305"},
    ),
    InsideRule(
        "HC315",
        WARNING,
        without_gradient,
        "Use the layer in the forward pass, or take it out; look for detach, no_grad and conversions to NumPy.",
        sources.KARPATHY,
        explains=frozenset({"HC313"}),
        explained_by=WEIGHTS | {"HC316"},
    ),
    InsideRule(
        "HC316",
        WARNING,
        frozen_layers,
        "Set requires_grad of these parameters and give them to the optimiser, unless they were trained before.",
        sources.KARPATHY,
        explains=NOT_LEARNED | {"HC203", "HC311", "HC312", "HC313"},
    ),
    InsideRule(
        "HC317",
        WARNING,
        weights_decay_away,
        "Lower the weight decay, or L1, by ten times and more; a decay of 1e-4 is usual.",
        sources.KROGH,
        explains=NOT_LEARNED | {"HC102", "HC107", "HC311", "HC314", "HC333"},
    ),
    InsideRule(
        "HC321",
        ERROR,
        equal_weights,
        "Draw the weights at random: He's rule for ReLU, Glorot's for tanh and sigmoid.",
        sources.GLOROT,
        explains=NOT_LEARNED | {"HC333"},
    ),
    InsideRule(
        "HC322",
        WARNING,
        scale_at_start,
        "Draw weights by He's rule for ReLU and Glorot's for tanh and sigmoid; normalise the images, or add a norm.",
        sources.HE,
        explains=NOT_LEARNED | {"HC101", "HC102", "HC107", "HC333"},
    ),
    InsideRule(
        "HC331",
        ERROR,
        samples_influence_each_other,
        "Keep the batch as the first axis in every reshape and permute, and apply soft-max and norms along others.",
        sources.KARPATHY,
        explains=NOT_LEARNED | {"HC110", "HC203", "HC206", "HC221"},
        explained_by=frozenset({"HC342"}),
    ),
    InsideRule(
        "HC332",
        ERROR,
        activation_on_output,
        "Return the outputs of the last layer with weights, or multiply cosines by ten; the loss applies the soft-max.",
        sources.KARPATHY,
        explains=NOT_LEARNED | {"HC313"},
    ),
    InsideRule(
        "HC333",
        ERROR,
        same_answer,
        "Look at each layer's outputs for two images, from the first on: is it times zero, dead, or averaged away?",
        sources.KARPATHY,
        explains=NOT_LEARNED | {"HC313", "HC315"},
        explained_by=STEPS | {"HC305", "HC316", "HC331", "HC332"},
    ),
    InsideRule(
        "HC334",
        WARNING,
        linear_network,
        "Call an activation behind each layer with weights but the last, such as ReLU.",
        sources.LAYERS,
        explains=(NOT_LEARNED - {"HC103", "HC106"}) | {"HC203"},
        explained_by=WEIGHTS | STEPS | {"HC103", "HC301", "HC303", "HC313", "HC314", "HC316", "HC317", "HC333"},
    ),
    InsideRule(
        "HC335",
        WARNING,
        unseen_channels,
        "Look for a slice of the images in the forward pass, and for branches that are used nowhere.",
        sources.KARPATHY,
        explains=frozenset({"HC201", "HC204"}),
        explained_by=STEPS | {"HC301", "HC303", "HC314", "HC317", "HC333"},
    ),
    InsideRule(
        "HC341",
        ERROR,
        evaluated_otherwise,
        "Give each place its own batch norm, leave its momentum at 0.1, train for longer, or use group norm.",
        sources.IOFFE,
        explains=frozenset({"HC105", "HC203", "HC206", "HC221"}),
        explained_by=frozenset({"HC102", "HC107", "HC110", "HC301", "HC304", "HC314", "HC342"}),
    ),
    InsideRule(
        "HC342",
        ERROR,
        evaluated_in_training_mode,
        "Give dropout(x, training=self.training); no train() in the forward pass, and no own train method.",
        sources.IOFFE,
        explains=frozenset({"HC105", "HC203", "HC206", "HC221"}),
    ),
    InsideRule(
        "HC343",
        WARNING,
        trained_in_evaluation_mode,
        "Call train() before each epoch; no eval() in the forward pass, and no own train method that keeps modes.",
        sources.IOFFE,
        explains=STEPS | {"HC107", "HC311", "HC312", "HC313", "HC333"},
    ),
    InsideRule(
        "HC351",
        ERROR,
        other_labels,
        "Look for hooks that change the gradient at the outputs; in your own loop, give the loss its batch's labels.",
        sources.BISHOP,
        explains=NOT_LEARNED | UNLIKE | {"HC101", "HC102", "HC105", "HC107", "HC313", "HC333"},
    ),
    InsideRule(
        "HC352",
        WARNING,
        inverted_class_weights,
        "Look for hooks at the outputs; in your own loop, weigh each class by one over its frequency, or not at all.",
        sources.CUI,
        explains=(NOT_LEARNED - {"HC103", "HC106"}) | UNLIKE,
        explained_by=frozenset({"HC351"}),
    ),
    InsideRule(
        "HC353",
        WARNING,
        samples_left_out,
        "Take the mask, the weight of zero or the detach away, unless these samples are left out on purpose.",
        sources.BISHOP,
        explains=(NOT_LEARNED - {"HC103", "HC106"}) | UNLIKE,
        explained_by=STEPS | {"HC301", "HC302", "HC305", "HC311", "HC315", "HC316", "HC321", "HC332", "HC333", "HC351"},
    ),
    InsideRule(
        "HC354",
        WARNING,
        scaled_loss,
        "Look for hooks at the outputs; in your own loop, minimise the mean, or divide the learning rate by as much.",
        sources.GOYAL,
        explains=(NOT_LEARNED - {"HC103", "HC106"}) | {"HC221"},  # where it is another loss
        explained_by=frozenset({"HC351", "HC352"}),
    ),
)

INSIDE_RULES: dict[str, InsideRule] = {rule.code: rule for rule in _ALL}
"""In the order of the codes. 30: units and activations; 31: gradients and updates; 32: first weights; 33: outputs;
34: modes; 35: the loss."""
