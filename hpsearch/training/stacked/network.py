"""Several networks of one structure as one."""

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from hpsearch.networks.outputs import Outputs
from hpsearch.training.precision import Autocast, in_float32
from hpsearch.training.stacked.checking import check
from hpsearch.training.stacked.rates import Rates
from hpsearch.training.stacked.refusal import CannotStackError, refuse
from hpsearch.training.stacked.table import StackedTensor
from hpsearch.training.stacked.template import held, laid, template_of
from hpsearch.training.stacked.value import MERGED, SHARED, Members, Stacked


class StackedOutputs(NamedTuple):
    """What the networks return."""

    logits: Tensor
    """(K, N, outputs), in float32 at least"""
    auxiliary: tuple[Tensor, ...]
    """Each (K, N, outputs); none in evaluation mode."""
    weight: float
    """With which each auxiliary loss is added."""


def stack(
    networks: Sequence[nn.Module],
    generators: Sequence[torch.Generator],
    *,
    memory_format: torch.memory_format,
    images: Tensor | None = None,
    tried: bool = False,
) -> "StackedNetwork":
    """K networks of one structure as one, which takes copies of their parameters and buffers.

    Networks keep their own forward code; numbers in it (the rate of a dropout) may differ. ``generators`` are the
    members' own, on the networks' device: on the CPU member k drops what the network alone would drop, maps in the
    same order in memory, if torch's global generator were in the state of ``generators[k]``.

    Raises CannotStackError with the reason where that cannot be done. ``images`` (n, C, H, W) are a few to try it with;
    without them the first call tries it with its own, and may raise CannotStackError then. With ``tried`` there is no
    trial: the caller has had one for networks of this structure. (It took 40 ms of one core for four LeNets at 8×8,
    0.4 s for 16 ResNet-8 at 32×32.)
    """
    if not networks or len(networks) != len(generators):
        raise ValueError(f"one generator for each network, got {len(generators)} for {len(networks)}")

    def build(
        some: Sequence[nn.Module],
        theirs: Sequence[torch.Generator],
        memory_format: torch.memory_format = memory_format,
    ) -> StackedNetwork:
        members = Members(theirs, memory_format)
        return StackedNetwork(template_of(some, members), members)

    stacked = build(networks, generators)
    if tried:
        return stacked
    if images is None:
        stacked.before_first_call(partial(check, list(networks), build))
    else:
        check(networks, build, images)
    return stacked


class StackedNetwork:
    """K networks that run as one. Member k is what network k would be alone."""

    def __init__(self, template: nn.Module, members: Members) -> None:
        self._template = template
        self._members = members
        self._check: Callable[[Tensor], None] | None = None
        self._autocast: Autocast | None = None

    def autocast(self, autocast: Autocast) -> None:
        """From now on each pass is computed so; what is tried before the first call is not."""
        self._autocast = autocast

    def before_first_call(self, check: Callable[[Tensor], None]) -> None:
        """Has the images of the first call checked by that."""
        self._check = check

    def tried_before(self) -> None:
        """Members that have been trained as one network need not show again that they can be."""
        self._check = None

    @property
    def template(self) -> nn.Module:
        """The module whose forward pass runs, with the values of all members at once."""
        return self._template

    @property
    def members(self) -> int:
        """K."""
        return self._members.count

    @property
    def parameters(self) -> dict[str, Tensor]:
        """Leaf tensors (K, *shape) by name; those that are frozen need no gradient. New ones after ``keep``."""
        return self._unique("_parameters")

    @property
    def buffers(self) -> dict[str, Tensor]:
        """Tensors (K, *shape) by name, as they are now."""
        return self._unique("_buffers")

    def train(self, mode: bool = True) -> None:
        """Training mode."""
        self._template.train(mode)

    def eval(self) -> None:
        """Evaluation mode."""
        self._template.eval()

    def __call__(self, images: Tensor) -> StackedOutputs:
        """``images`` (N, C, H, W) for all members, or (K, N, C, H, W) with a batch for each."""
        if self._check is not None:
            self._check(images if images.ndim < 5 else images[0])
            self._check = None
        before = torch.get_rng_state()
        try:
            with self._autocast() if self._autocast is not None else nullcontext():
                made = self._template(self._given(images))
            if not torch.equal(before, torch.get_rng_state()):
                refuse("drawing from torch's global generator")
        except CannotStackError as error:
            raise CannotStackError(f"{error.reason} ({self._place(error)})") from error
        if isinstance(made, Outputs):
            auxiliary = tuple(self._taken(one) for one in made.auxiliary)
            return StackedOutputs(self._taken(made.logits), auxiliary, made.weight)
        return StackedOutputs(self._taken(made), (), 0.0)

    def run(self, images: Tensor) -> tuple[Tensor, ...]:
        """The logits, then those of auxiliary classifiers."""
        made = self(images)
        return made.logits, *made.auxiliary

    def keep(self, members: Sequence[int]) -> None:
        """Goes on with these members alone, in this order. Parameters become new leaves without gradients."""
        chosen = list(members)
        done: set[int] = set()
        for _, value, *_ in held(self._template):
            if id(value) not in done:
                done.add(id(value))
                kept = laid([value.inner[index] for index in chosen], self._members.memory_format)
                value.inner = kept.requires_grad_(value.inner.requires_grad)
        for module in self._template.modules():
            for number in vars(module).values():
                if isinstance(number, Rates):
                    number.keep(chosen)
        self._members.keep(chosen)

    def state_dict(self, member: int, *, hidden: bool = False) -> dict[str, Tensor]:
        """Copies of a member's parameters and persistent buffers, as the network alone has them; with ``hidden`` of
        its other buffers instead."""
        return {
            name: value.inner.detach()[member].clone(memory_format=torch.contiguous_format)
            for name, value, _, persistent in held(self._template)
            if persistent is not hidden
        }

    def load_state_dict(self, member: int, state: Mapping[str, Tensor], *, hidden: bool = False) -> None:
        """Sets what ``state_dict`` gives of a member. Raises KeyError for names too many or too few."""
        own = {name: value for name, value, _, persistent in held(self._template) if persistent is not hidden}
        if own.keys() != state.keys():
            raise KeyError(f"the state does not fit the network: {sorted(own.keys() ^ state.keys())}")
        with torch.no_grad():
            for name, value in own.items():
                value.inner[member].copy_(state[name])

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Whatever is done with the network inside, without a gradient, it is afterwards what it was before: its
        values, what its modules keep beside them, and what its members draw next."""
        values = [value for _, value, *_ in held(self._template)]
        contents = [(value.inner, value.inner.detach().clone()) for value in values]
        modules = [(module, dict(vars(module))) for module in self._template.modules()]
        loose = [one for _, own in modules for one in own.values() if isinstance(one, Stacked)]
        places = [(one, one.inner, one.order) for one in (*values, *loose)]
        drawn = [generator.get_state() for generator in self._members.generators]
        try:
            yield
        finally:
            for module, own in modules:
                vars(module).clear()
                vars(module).update(own)
            for one, inner, order in places:
                one.inner, one.order = inner, order
            with torch.no_grad():
                for inner, content in contents:
                    inner.copy_(content)
            for generator, state in zip(self._members.generators, drawn, strict=True):
                generator.set_state(state)

    def _unique(self, kind: str) -> dict[str, Tensor]:
        found: dict[int, tuple[str, Tensor]] = {}
        for name, value, its_kind, _ in held(self._template):
            if its_kind == kind:
                found.setdefault(id(value), (name, value.inner))
        return dict(found.values())

    def _place(self, error: BaseException) -> str:
        """Which module's code was running."""
        names = {id(module): name for name, module in self._template.named_modules()}
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        for frame in reversed(frames):
            module = frame.f_locals.get("self")
            if id(module) in names:
                name = names[id(module)]
                return f"in {type(module).__name__} {name}" if name else f"in {type(module).__name__}"
        return "in the network"

    def _given(self, images: Tensor) -> Stacked:
        if images.ndim < 5:
            return StackedTensor(images, SHARED, self._members)
        if self._members.memory_format == torch.channels_last:
            merged = images.permute(1, 3, 4, 0, 2).flatten(3).permute(0, 3, 1, 2)  # by way of (N, H, W, K, C)
        else:
            merged = images.transpose(0, 1).flatten(1, 2)
        return StackedTensor(merged, MERGED, self._members)

    def _taken(self, made: object) -> Tensor:
        if isinstance(made, Tensor):
            return in_float32(made).expand(self.members, *made.shape)
        if isinstance(made, Stacked):
            return in_float32(made.leading())
        raise CannotStackError(f"the network returns a {type(made).__name__}")
