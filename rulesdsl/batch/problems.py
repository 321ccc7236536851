"""Why a table cannot be run, in words that say what the user can do."""

from rulesdsl.source import frozen


@frozen
class Problem:
    """One thing that stands in the way, and at most one action."""

    message: str
    hint: str = ""


class CannotRun(Exception):
    """The table cannot be run: every reason that was found."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(f"{each.message} {each.hint}".strip() for each in problems))
        self.problems = problems


def cannot(message: str, hint: str = "") -> CannotRun:
    """The exception of one reason."""
    return CannotRun(Problem(message, hint))
