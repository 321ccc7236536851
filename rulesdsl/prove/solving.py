"""Asking the solver: whether there is a case of which something holds, within a limit of time."""

import time
from collections.abc import Iterable
from typing import Literal

import z3
from attrs import frozen

from rulesdsl.prove.encode import Encoder
from rulesdsl.prove.terms import Logic, conj

Answer = Literal["finnes", "finnes ikke", "ikke avgjort"]

LONGEST = 86_400.0
"""No question is given more seconds than this, whatever the limit: the solver cannot count much further."""

PATIENCE = 20.0
"""After so many seconds on one question a solver begins anew, and then after twice as many."""

EARLY = 0.8
"""A solver that stops before this part of its time is over was stopped by somebody."""

_STOPPED = ("timeout", "canceled", "interrupted from keyboard")

MOST_ROUNDS = 2_000
"""How many times rows of large tables are told before it is given up."""


@frozen(eq=False)
class Found:
    """What the solver says, and the case it found. ``reason`` is why it could not say; ``core`` those of the flags
    asked for that no case has together."""

    answer: Answer
    model: z3.ModelRef | None = None
    reason: str = ""
    core: tuple[z3.BoolRef, ...] = ()


class Solving:
    """A solver that knows what must be so of the cases of some encoders. ``seconds`` is the limit of one question."""

    def __init__(self, *encoders: Encoder, seconds: float) -> None:
        self.encoders, self.world, self.seconds = encoders, encoders[0].world, seconds
        self.solver = z3.Solver()
        self._told = self._begun = 0

    def demand(self, *items: Logic) -> None:
        """From here on only cases of which this holds are asked for."""
        for item in items:
            if item is not True:
                self.solver.add(item)

    def find(self, *items: Logic) -> Found:
        """A case of which all of this holds."""
        wanted = conj(items)
        self._tell()
        if wanted is False:
            return Found("finnes ikke")
        return self._asked(() if wanted is True else (wanted,))

    def together(self, flags: Iterable[z3.BoolRef]) -> Found:
        """A case that has some flags: ja/nei variables that were demanded to say something, or the denial of such."""
        self._tell()
        return self._asked(tuple(flags))

    def _asked(self, asked: tuple[Logic, ...]) -> Found:
        """The answer, by a solver that begins anew, and otherwise, where one has thought for long: most questions that
        take one solver minutes take another seconds."""
        ends, patience = time.monotonic() + self.seconds, PATIENCE
        for _ in range(MOST_ROUNDS):
            left = ends - time.monotonic()
            if left <= 0:
                return Found("ikke avgjort", None, self._late())
            given, begun = min(left, patience, LONGEST), time.monotonic()
            self.solver.set("timeout", max(1, int(given * 1000)))
            answer = self.solver.check(*asked)
            if answer == z3.unsat:
                return Found("finnes ikke", core=tuple(self.solver.unsat_core()))
            if answer == z3.unknown:
                reason = self.solver.reason_unknown()
                if reason not in _STOPPED:
                    return Found("ikke avgjort", None, f"løseren ga opp: {reason}")
                if reason != "timeout" and time.monotonic() - begun < EARLY * given:
                    raise KeyboardInterrupt  # which the solver has taken for itself, and says of its own limit too
                self._begin_anew()
                patience *= 2
                continue
            model = self.solver.model()
            more = [each for encoder in self.encoders for each in encoder.tables.told(model, encoder.constant)]
            if not more:
                return Found("finnes", model)
            self.solver.add(more)
        return Found("ikke avgjort", None, f"tabellene ble spurt mer enn {MOST_ROUNDS} ganger")

    def _begin_anew(self) -> None:
        """Another solver that knows the same, and makes other choices."""
        known, self._begun = self.solver.assertions(), self._begun + 1
        self.solver = z3.Solver()
        self.solver.set("random_seed", self._begun)
        self.solver.add(known)

    def _late(self) -> str:
        return f"tidsgrensen på {self.seconds:g} sekunder ble nådd"

    def _tell(self) -> None:
        """Pass on what has been demanded of cases since the last question."""
        demands = self.world.demands
        self.demand(*demands[self._told :])
        self._told = len(demands)
