"""An explanation as one page of HTML that needs nothing else: no network, no scripts."""

from functools import cache
from typing import TYPE_CHECKING

from rulesdsl.evaluate.explanation import Explanation
from rulesdsl.publish.line import NODES, Detail, Line, plain
from rulesdsl.publish.outline import outline

if TYPE_CHECKING:
    from jinja2 import Template


def to_html(explanation: Explanation, detail: Detail = "medium") -> str:
    """The page; every text of the case and the rulebook is escaped."""
    cases = outline(explanation, detail)
    title = plain(cases[0].pieces) if len(cases) == 1 else f"{len(cases)} avgjørelser"
    page: str = _template().render(cases=cases, title=title, engine=explanation.engine)
    return page.strip() + "\n"


@cache
def _template() -> "Template":
    # Jinja takes longer to import than all the rest, and only this format needs it.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("rulesdsl.publish", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )
    environment.filters["branches"] = _branches
    environment.filters["leaves"] = _leaves
    environment.filters["answers"] = _answers
    return environment.get_template("explanation.html.j2")


def _branches(lines: tuple[Line, ...]) -> list[Line]:
    return [line for line in lines if line.kind in NODES]


def _leaves(lines: tuple[Line, ...]) -> list[Line]:
    return [line for line in lines if line.kind not in NODES]


def _answers(case: Line) -> list[Line]:
    return [answer for part in case.children if part.kind == "answers" for answer in part.children]
