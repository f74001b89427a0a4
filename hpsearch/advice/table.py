"""All rules on networks, by code."""

from hpsearch.advice import sources
from hpsearch.advice.arrangement import features_as_places
from hpsearch.advice.behaviour import (
    changes_its_input,
    forward_fails,
    gradients_of_something_else,
    not_deterministic,
    samples_influence_each_other,
    unregistered_weights,
    unused_layer,
)
from hpsearch.advice.field import input_not_divisible, receptive_field_too_small
from hpsearch.advice.remark import Rule
from hpsearch.advice.signal import (
    activation_on_output,
    bias_before_norm,
    dropout_before_norm,
    dropout_of_nearly_all,
    dropout_on_outputs,
    no_bias_no_norm,
    saturating_activations,
)
from hpsearch.advice.size import (
    filters_not_power_of_two,
    head_outweighs_convolutions,
    large_first_kernel,
    large_kernel,
    narrow_first_layer,
    no_bottleneck,
)
from hpsearch.advice.windows import (
    even_kernel,
    large_pooling,
    padding_changes_size,
    pooling_leaves_rest,
    stride_leaves_gaps,
    stride_leaves_rest,
)
from hpsearch.finding import Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

_ALL = (
    Rule("HP101", WARNING, even_kernel, "Use an odd kernel, 3×3 first of all.", sources.DUMOULIN),
    Rule(
        "HP102",
        WARNING,
        stride_leaves_rest,
        "Choose padding, kernel or image size so that W − K + 2P is divisible by the stride.",
        sources.CS231N,
    ),
    Rule(
        "HP103",
        WARNING,
        pooling_leaves_rest,
        "Keep the sides in front of the pooling even, pad it, or let it round up (ceil_mode).",
        sources.CS231N,
    ),
    Rule(
        "HP104",
        WARNING,
        stride_leaves_gaps,
        "Use a window at least as large as the stride, or an average pooling in front of the layer.",
        sources.HE_TRICKS,
    ),
    Rule(
        "HP105",
        WARNING,
        padding_changes_size,
        "Pad by (K − 1) / 2, times the dilation, and leave shrinking to poolings and strides.",
        sources.CS231N,
    ),
    Rule(
        "HP106",
        INFO,
        input_not_divisible,
        "Resize or pad the images, or use fewer poolings and strides.",
        sources.CS231N,
    ),
    Rule(
        "HP107",
        WARNING,
        receptive_field_too_small,
        "Add layers, or a pooling or stride further in front; or state advice.object_size if the objects are smaller.",
        sources.LUO,
    ),
    Rule("HP108", WARNING, large_kernel, "Put several 3×3 layers in its place.", sources.SIMONYAN),
    Rule("HP109", WARNING, large_first_kernel, "Try 7×7 with stride 2, or three 3×3 layers.", sources.ZEILER),
    Rule("HP110", WARNING, no_bottleneck, "Put a 1×1 convolution in front that narrows the maps.", sources.SZEGEDY),
    Rule("HP111", WARNING, large_pooling, "Pool 2×2 (or 3×3) with stride 2, and more often.", sources.CS231N),
    Rule("HP201", WARNING, activation_on_output, "Return the outputs of the last layer with weights.", sources.MATT),
    Rule("HP202", WARNING, no_bias_no_norm, "Give the layer a bias, or put a norm behind it.", sources.MATT),
    Rule("HP203", INFO, bias_before_norm, "Build the layer with bias=False.", sources.IOFFE),
    Rule("HP204", WARNING, saturating_activations, "Use ReLU or one of its kin; or add batch norm.", sources.GLOROT),
    Rule("HP205", WARNING, dropout_before_norm, "Move the dropout behind the last batch norm.", sources.LI),
    Rule("HP206", WARNING, dropout_on_outputs, "Put the dropout in front of the last layer.", sources.SRIVASTAVA),
    Rule("HP207", WARNING, dropout_of_nearly_all, "Drop 0.2 to 0.5.", sources.SRIVASTAVA),
    Rule("HP301", WARNING, narrow_first_layer, "Try twice as many filters in the first layer.", sources.ZEILER),
    Rule("HP302", INFO, filters_not_power_of_two, "Take the next power of two, or a multiple of 8.", sources.NVIDIA),
    Rule("HP303", WARNING, head_outweighs_convolutions, "Average each map before the linear layers.", sources.LIN),
    Rule("HP401", ERROR, forward_fails, "Correct what raised, or leave these values out of the space.", sources.TRIED),
    Rule("HP402", WARNING, unused_layer, "Use the layer in forward, or delete it.", sources.TRIED),
    Rule(
        "HP403",
        ERROR,
        samples_influence_each_other,
        "Look for reshapes and reductions over axis 0; use backpropagation to find the dependency.",
        sources.KARPATHY,
    ),
    Rule(
        "HP404",
        ERROR,
        not_deterministic,
        "Let dropout and noise depend on self.training, and keep no state in eval mode.",
        sources.TRIED,
    ),
    Rule("HP405", ERROR, changes_its_input, "Work on a copy: x = x - mean instead of x -= mean.", sources.TRIED),
    Rule(
        "HP406",
        ERROR,
        unregistered_weights,
        "Make them in __init__: layers in nn.ModuleList, nn.Sequential or nn.ModuleDict, tensors as nn.Parameter.",
        sources.TRIED,
    ),
    Rule(
        "HP407",
        WARNING,
        features_as_places,
        "Move the axes first: x.flatten(2).transpose(1, 2) gives (N, H·W, C), permute and transpose any other order.",
        sources.TRIED,
    ),
    Rule(
        "HP408",
        WARNING,
        gradients_of_something_else,
        "Look at the backward of your own torch.autograd.Function (torch.autograd.gradcheck tries it), and at hooks on "
        "parameters and modules that change gradients.",
        sources.TRIED,
    ),
)

ADVICE: dict[str, Rule] = {rule.code: rule for rule in _ALL}
"""In the order of the codes."""
