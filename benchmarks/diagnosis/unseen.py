"""The kinds of faults that are held out: nothing of these is looked at while rules are tuned."""

from benchmarks.diagnosis.kinds import BENT, BROKEN, CUT, LARGE, MOVED, POOR, SMALL, START, WITH_NORM, Kind, codes

HELD_OUT_KINDS = (
    Kind(
        "adam-rate-too-high",
        codes(LARGE),
        codes(f"{BROKEN} HC105 HC206"),
        optimizer={"name": "adam", "learning_rate": 1.0},
    ),
    Kind("gradients-never-cleared", codes(LARGE), codes(f"{BROKEN} HC105 HC206"), loop="accumulating"),
    Kind(
        "clipped-to-nothing", codes(f"{SMALL} HC202 HC209"), codes("HC106 HC201 HC204"), optimizer={"clip_norm": 1e-3}
    ),
    Kind(
        "l1-too-strong",
        codes("weights-decay-away HC201 HC204"),
        codes("HC102 HC105 HC107 signal-lost same-answer dead-units vanishing-gradients"),
        optimizer={"l1": 0.1},
    ),
    Kind(
        "labels-off-by-one-in-training",
        codes(f"{MOVED} HD202 HD206"),
        codes("HC203"),
        data="off-by-one-in-training",
        lasting=True,
    ),
    Kind("validation-darker", codes("HD106"), codes("HC203 HC206"), data="darker-validation", lasting=True),
    Kind("split-leaking-nearly", codes("HD303"), codes("HD302"), data="leaking-nearly", lasting=True),
    Kind(
        "images-with-two-labels",
        codes("HD301"),
        codes("HC203 HC204 HC207 HC105 HD304"),
        data="conflicting",
        lasting=True,
    ),
    Kind(
        "split-by-class",
        codes("HD206"),
        codes("HC203 HC204 HC206 HD401 HD202 HD203 HD204 HD106"),
        data="divided-by-class",
        lasting=True,
    ),
    Kind(
        "constant-weights",
        codes(f"equal-weights {START} HC201 HC204"),
        codes("HC103 HC202 HC106 HC206 vanishing-gradients same-answer parameters-without-gradient"),
        network={"fault": "constant"},
    ),
    Kind(
        "most-relus-dead",
        codes("dead-units dead-units-at-start HC204"),
        codes("HC202 HC103 HC105 HC201 same-answer parameters-without-gradient"),
        network={"fault": "half-dead"},
        lasting=True,
    ),
    Kind(
        "detached-body",
        codes(f"{CUT} HC204"),
        codes("HC202 HC103 HC105 HC201 HC206"),
        network={"fault": "detached"},
        lasting=True,
    ),
    Kind(
        "output-divided-by-100",
        codes(f"{SMALL} HC202 HC207 HC106 HC201 scale-at-start activation-scale vanishing-gradients"),
        codes("HC204"),
        network={"fault": "faint-output"},
    ),
    Kind(
        "output-times-100",
        codes(START),
        codes(f"{LARGE} {BROKEN} {POOR}"),
        network={"fault": "loud-output"},
        lasting=True,
    ),
    Kind(
        "sigmoid-output",
        codes(BENT),
        codes("HC106 HC202 HC103 HC204 saturated-units same-answer"),
        network={"fault": "sigmoid-output"},
        lasting=True,
    ),
    Kind(
        "norms-never-settle",
        codes("evaluated-otherwise HC203 HC206"),
        network={"fault": "stale-norms"},
        architectures=WITH_NORM,
    ),
    Kind(
        "augmentation-destroys-labels",
        codes("evaluated-otherwise HC208 HC201 HC204 HC206"),
        codes("HC202 HC103 HC203 same-answer"),
        network={"fault": "destroyed"},
    ),
    Kind(
        "images-never-arrive",
        codes("signal-lost same-answer scale-at-start HC201"),
        codes("HC204 without-gradient parameters-without-gradient vanishing-gradients dead-units"),
        network={"fault": "blind"},
    ),
    Kind("bottleneck-of-one", codes("HC204"), codes("HC105 HC202"), network={"fault": "bottleneck"}),
    Kind("optimiser-lacks-the-last-layer", codes(f"{CUT} HC204 HC202"), codes("HC103"), loop="headless", lasting=True),
    Kind("restarts-every-epoch", codes("HC110 HC204 HC107 HC109"), codes("HC105"), loop="restarting"),
    Kind("channel-constant", codes("HD103"), data="constant-channel", lasting=True),
    Kind(
        "pixels-a-thousandth",
        codes("HD104"),
        codes(f"{START} HC103 HC202 HC106 HC201 vanishing-gradients HC204"),
        data="faint",
        lasting=True,
    ),
)
"""Nothing of these is looked at while rules are tuned."""
