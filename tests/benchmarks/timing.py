"""How the benchmarks measure: the ways that are compared take turns, so that a busy machine slows all of them alike."""

import statistics
import time
from collections.abc import Callable, Sequence


def take_turns(ways: Sequence[Callable[[], object]], rounds: int) -> list[list[float]]:
    """Seconds of each way in each round, after one round that does not count."""
    found: list[list[float]] = [[] for _ in ways]
    for turn in range(rounds + 1):
        for seconds, way in zip(found, ways, strict=True):
            start = time.perf_counter()
            way()
            if turn:
                seconds.append(time.perf_counter() - start)
    return found


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """The median of the ratios of the rounds, with the quartiles."""
    low, middle, high = statistics.quantiles([one / other for one, other in zip(ours, theirs, strict=True)], n=4)
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"


def median(seconds: Sequence[float], scale: float) -> float:
    return statistics.median(seconds) * scale
