"""Rounding as logic. A number is a whole number of its smallest step; its scale stands beside it."""

from typing import TYPE_CHECKING

from rulesdsl.core.ir import RoundMode
from rulesdsl.prove.sym import Sym
from rulesdsl.prove.terms import Whole, conj, disj, floor_of, neg, pick, times

if TYPE_CHECKING:
    from rulesdsl.prove.cases import World


def rounded(mode: RoundMode, scale: int, value: Sym, divisor: Sym, world: "World") -> Whole:
    """``value / divisor`` with ``scale`` digits after the comma, rounded once and exactly; as ``ops.rounded``."""
    over, under = value.value, divisor.value
    shift = scale - value.scale + divisor.scale
    if shift >= 0:
        over = times(over, 10**shift)
    else:
        under = times(under, 10**-shift)
    if not isinstance(under, int):
        turned = under < 0
        over, under = pick(turned, times(over, -1), over), pick(turned, times(under, -1), under)
    elif under < 0:
        over, under = times(over, -1), -under
    match mode:
        case "avrund_ned":
            return _floor(over, under, world)
        case "avrund_opp":
            return times(_floor(times(over, -1), under, world), -1)
        case "avrund":
            if under == 1:
                return over
            double = times(under, 2)
            up = _floor(times(over, 2) + under, double, world)
            down = times(_floor(times(over, -2) + under, double, world), -1)
            return pick(over < 0, down, up)


def _floor(over: Whole, under: Whole, world: "World") -> Whole:
    """The quotient toward minus infinity; by a divisor that is not fixed it is the number that lies just so."""
    if isinstance(under, int):
        return over if under == 1 else floor_of(over, under)
    quotient = world.number("kvotient")
    rest = over - times(quotient, under)
    world.demands.append(disj((neg(under > 0), conj((rest >= 0, rest < under)))))
    return quotient
