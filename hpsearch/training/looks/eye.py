"""Looks at one iteration of a training: its forward pass, its gradients and what its update changed."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType

import torch
from torch import Tensor, nn

from hpsearch.look import Look, LossLook
from hpsearch.training.isolation import own_randomness
from hpsearch.training.looks.answer import Answer, answers_of
from hpsearch.training.looks.ending import head_of, is_untouched
from hpsearch.training.looks.evaluated import SEED, undisturbed
from hpsearch.training.looks.modes import batch_norms, in_mode, modules_of, switches_itself
from hpsearch.training.looks.moments import SHORT
from hpsearch.training.looks.pull import Minimised, Pull
from hpsearch.training.looks.told import Seen, looks_of
from hpsearch.training.looks.twins import comparable
from hpsearch.training.looks.watch import Watch, layers_of
from hpsearch.training.looks.weights import Weighed
from hpsearch.training.stacked import StackedNetwork


class Glance:
    """At an iteration: a context that the forward pass runs in. This one is closed, and does nothing."""

    def __enter__(self) -> None:
        """The forward pass begins."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The forward pass has ended."""

    def answered(self, logits: Tensor, targets: Tensor) -> None:
        """What came of the forward pass, as it goes into the loss: (N, outputs) of one network, (K, N, outputs) of K
        members; and as many targets."""

    def before_update(self) -> None:
        """The gradients are there."""

    def looks(self, *, updated: bool = True, left_out: Sequence[bool] = ()) -> list[Look]:
        """After the update, if there was one: that of each member, or none at all.

        ``left_out``: of which members it was left out because gradients overflowed; without a word, of none.
        """
        del updated, left_out
        return []


class OpenGlance(Glance):
    """One that sees. Whatever fails in it leaves the look out: what is only looked at must not end a trial."""

    def __init__(self, eye: "Eye", step: int) -> None:
        self._eye = eye
        self._step = step
        self._watch = Watch(eye.root, eye.layers, eye.members)
        self._logits: Tensor | None = None
        self._pull: Pull | None = None
        self._weighed: Weighed | None = None
        self._trained: frozenset[str] = frozenset()
        self._before: tuple[str, ...] = ()
        self._head: tuple[nn.Module, Tensor] | None = None
        self._watching = False

    def __enter__(self) -> None:
        """As ``Glance``."""
        with suppress(Exception):
            if self._step == self._eye.last >= SHORT - 2:  # before anything is hooked to it
                self._head = head_of(self._eye.layers)
        with suppress(Exception):
            self._before = in_mode(self._eye.root, training=False)
            self._watch.__enter__()
            self._watching = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """As ``Glance``."""
        with suppress(Exception):
            if self._watching:
                self._watch.__exit__(kind, error, trace)

    def answered(self, logits: Tensor, targets: Tensor) -> None:
        """As ``Glance``."""
        if self._watching:
            eye = self._eye
            with suppress(Exception):
                self._logits = logits.detach() if eye.stacked else logits.detach().unsqueeze(0)
                self._pull = Pull(eye.minimised, logits, targets, stacked=eye.stacked)

    def before_update(self) -> None:
        """As ``Glance``."""
        with suppress(Exception):
            eye, first = self._eye, self._step == 0
            if self._head is not None and is_untouched(*self._head):
                eye.head = self._head[0]
            named = eye.named()
            self._trained = frozenset(name for name, one in named.items() if one.requires_grad)
            compared = comparable(eye.layers, self._trained) if first or self._step == eye.last else ()
            if eye.twins is not None:  # the last look asks only whether those of the first are twins still
                compared = tuple(name for name in compared if name in eye.twins)
            self._weighed = Weighed(eye.values(named), eye.gradients(named), spread=first, compared=compared)

    def looks(self, *, updated: bool = True, left_out: Sequence[bool] = ()) -> list[Look]:
        """As ``Glance``."""
        if self._logits is None or self._weighed is None or self._watch.failed:
            return []
        left_out = tuple(left_out) or (False,) * self._eye.members
        with suppress(Exception):
            answers = answers_of(self._logits, classes=self._eye.minimised.loss == "cross_entropy")
            seen = Seen(
                self._step,
                self._watch.sights,
                answers,
                self._weighed,
                self._weighed.after(),
                trained=self._trained,
                updated=updated,
                left_out=left_out,
                evaluating=self._evaluating(),
                losses=self._losses(answers, left_out),
            )
            found = looks_of(seen, self._eye.members)
            if self._step == 0:
                self._eye.twins = frozenset(layer.name for look in found for layer in look.layers if layer.twin_share)
            return found
        return []

    def _losses(self, answers: Sequence[Answer], left_out: Sequence[bool]) -> Sequence[LossLook | None]:
        with suppress(Exception):
            if self._pull is not None:
                return self._pull.looks(answers, self._watch.reached, left_out)
        return [None] * len(left_out)

    def _evaluating(self) -> tuple[str, ...]:
        """What was in evaluation mode before the forward pass or was switched to it by it."""
        return self._eye.unmeant(tuple(dict.fromkeys((*self._before, *self._watch.evaluating))))


class Eye:
    """What looks at the training of one network, or of K members as one, in some of its iterations."""

    def __init__(self, network: nn.Module | StackedNetwork, steps: Iterable[int], minimised: Minimised) -> None:
        self._network = network
        self._steps = frozenset(steps)
        self.minimised = minimised
        self.stacked = isinstance(network, StackedNetwork)
        self.layers = layers_of(self.root)
        self.norms, self.loaded = batch_norms(self.root)
        self.last = max(self._steps, default=0)
        self.twins: frozenset[str] | None = None
        """Layers that had any in the first look; None before it."""
        self.head: nn.Module | None = None
        """After the last look, a linear layer that may be the last one, and whose outputs grow with its weights."""

    @property
    def root(self) -> nn.Module:
        """The module whose forward pass runs."""
        return self._network.template if isinstance(self._network, StackedNetwork) else self._network

    @property
    def members(self) -> int:
        """K."""
        return self._network.members if isinstance(self._network, StackedNetwork) else 1

    def opens(self, step: int) -> bool:
        """Whether it looks at an iteration, counted from 0."""
        return step in self._steps

    def glance(self, step: int) -> Glance:
        """At an iteration."""
        with suppress(Exception):
            return OpenGlance(self, step) if self.opens(step) else Glance()
        return Glance()

    def stays(self) -> tuple[str, ...]:
        """What ``train()`` does not bring back from evaluation mode. It is tried where a module has one of its own that
        could leave anything there; what it does to weights is undone."""
        network = self._network
        with suppress(Exception):
            if switches_itself(self.root):
                device = next((one.device for one in self.named().values()), torch.device("cpu"))
                kept = network.undisturbed() if isinstance(network, StackedNetwork) else undisturbed(network)
                with own_randomness(SEED, device), kept:
                    network.train()
                    return self.unmeant(in_mode(self.root, training=False))
        return ()

    def unmeant(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the layers in evaluation mode that another training has not left so: where norms with statistics of
        one are among them, that part of the network is meant so, and norms without them are told."""
        if self.loaded.isdisjoint(names):
            return names
        return tuple(name for name in names if name in self.norms - self.loaded)

    def named(self) -> Mapping[str, Tensor]:
        """The parameters as they are now."""
        if isinstance(self._network, StackedNetwork):
            return {name: one for name, one in self._network.parameters.items() if one.layout == torch.strided}
        found: dict[int, tuple[str, Tensor]] = {}
        for path, module in modules_of(self.root):
            for key, one in vars(module)["_parameters"].items():
                if one is not None and one.layout == torch.strided:
                    found.setdefault(id(one), (f"{path}.{key}" if path else key, one))
        return dict(found.values())

    def values(self, named: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """(K, *shape) each."""
        return {name: one.detach() if self.stacked else one.detach().unsqueeze(0) for name, one in named.items()}

    def gradients(self, named: Mapping[str, Tensor]) -> Mapping[str, Tensor | None]:
        """As they are now; None where there is none."""
        found: dict[str, Tensor | None] = {}
        for name, one in named.items():
            found[name] = one.grad if one.grad is None or self.stacked else one.grad.unsqueeze(0)
        return found
