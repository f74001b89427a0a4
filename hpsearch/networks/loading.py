"""Which hyperparameters of other packages' networks would load weights from somewhere. Needs no torch."""

LOADING = frozenset(
    {
        "bin_path",
        "cache_dir",
        "checkpoint_path",
        "model_dir",
        "pretrained",
        "pretrained_cfg",
        "pretrained_cfg_overlay",
        "pretrained_strict",
        "weights",
        "weights_backbone",
    }
)
"""No definition may set one of them: a search trains from scratch, and nothing is downloaded or unpickled."""

NOT_TO_LOAD = "would load weights, and networks are trained from scratch here"
"""What is wrong with each of them."""
