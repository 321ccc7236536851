"""Why a result is what it is, as lines: results, the clauses that gave them, and what did not apply."""

import re
from collections.abc import Iterable, Iterator

from attrs import define, field

from rulesdsl.core.ir import Citation, Place, Value
from rulesdsl.core.types import Bool, Number, Type
from rulesdsl.core.values import capital, shown, spoken
from rulesdsl.evaluate.explanation import (
    Calculation,
    CaseExplanation,
    ClauseReason,
    Condition,
    Fact,
    ResultReason,
    Role,
    RuleReason,
    Truth,
)
from rulesdsl.publish.line import Detail, Kind, Line, Piece, Pieces, Sign, Tone, enumerated, joined, piece, plain, word

FEW_FALLEN = 5
"""So many clauses that did not apply are all shown at medium detail; of more, only those that were close."""

_ORDER: tuple[Role, ...] = ("conflicts", "decides", "agrees", "waits")
"""The roles that the answer rests on, in the order they are read."""


def all_clauses(reasons: Iterable[ClauseReason]) -> Iterator[ClauseReason]:
    """The clauses and their exceptions, each before its own exceptions."""
    for reason in reasons:
        yield reason
        yield from all_clauses(reason.exceptions)


def clause_title(result: ResultReason, number: str) -> str:
    """The title of a clause that was asked for a result."""
    return next((clause.title for clause in all_clauses(result.reasons) if clause.number == number), "")


def clause_named(number: str, title: str) -> Pieces:
    """``4.3.6 Spesialisthelsetjenester …``; a clause that has a name for a number is set apart: ``refusjon – …``."""
    if title.lower() == spoken(number).lower():
        return (piece(title, "strong"),)
    between = " " if number[:1].isdigit() else " – "
    return (piece(number, "strong"), *((word(between), piece(title)) if title else ()))


def result_name(result: ResultReason) -> str:
    return result.called or capital(spoken(result.name))


def in_order(case: CaseExplanation) -> list[ResultReason]:
    """The results that people ask for: first those that no other rests on."""
    main = [result for result in case.results if result.main] or list(case.results)
    return sorted(main, key=lambda result: not result.final)


def edition_called(edition: str) -> str:
    """What people call an edition by its id: ``ISF 2020``."""
    rulebook, _, name = edition.partition("@")
    return f"{spoken(rulebook).upper()} {name}".rstrip()


def value_piece(type_: Type, value: Value | None) -> Piece:
    return piece(shown(type_, value), "doubt" if value is None else "value")


@define
class Reasons:
    """The tree of reasons of one case. Each result is shown once, below the first that uses it."""

    results: dict[str, ResultReason]
    detail: Detail
    edition: str
    _told: set[str] = field(factory=set)

    def roots(self) -> tuple[Line, ...]:
        """The results that no other uses, each with those it rests on below it; with full detail the rest too."""
        everything = list(self.results.values())
        final = [result for result in everything if result.final]
        wanted = final if final and self.detail != "full" else everything
        used = {name for result in wanted for name in self._below(result.name)}
        roots = [result for result in wanted if result.name not in used]
        return tuple(self.result(result) for result in roots or wanted)

    def _below(self, name: str) -> set[str]:
        found: set[str] = set()
        pending = [name]
        while pending:
            result = self.results.get(pending.pop())
            new = [used for used in result.uses if used not in found and used != name] if result else []
            found.update(new)
            pending.extend(new)
        return found

    def result(self, result: ResultReason) -> Line:
        head = _result_sentence(result)
        if result.name in self._told:
            return Line("result", head, aside=(word("se over"),))
        self._told.add(result.name)
        clauses = list(all_clauses(result.reasons))
        carrying = [clause for role in _ORDER for clause in clauses if clause.role == role]
        children = [self.clause(clause) for clause in carrying]
        children += [self.result(self.results[name]) for name in result.uses if name in self.results]
        children += [self.clause(clause) for clause in clauses if clause.role == "overridden"]
        fallen = [clause for clause in clauses if clause.role == "fell"]
        if fallen:
            children.append(self._fallen(fallen, everything=result.status == "no_rule"))
        said = {result_name(result), *(clause.title for clause in carrying)}
        title = (piece(result.title, "faint"),) if result.title and result.title not in said else ()
        return Line("result", head, aside=title, children=tuple(children))

    def _fallen(self, fallen: list[ClauseReason], everything: bool) -> Line:
        near = fallen
        if self.detail != "full" and not everything and len(fallen) > FEW_FALLEN:
            near = [clause for clause in fallen if _close(clause)]
        rest = [clause for clause in fallen if clause not in near]
        children = [self.clause(clause) for clause in near]
        if rest:
            numbers = joined([(piece(clause.number, "strong"),) for clause in rest], ", ")
            children.append(Line("note", (word("heller ikke "), *numbers) if near else numbers))
        return Line("group", (word("Gjaldt ikke"),), children=tuple(children), folded=True)

    # ── One clause ───────────────────────────────────────────────────────────────────────────────────────────

    def clause(self, clause: ClauseReason) -> Line:
        """A clause with what is to be said of it in its role."""
        full = self.detail == "full"
        lines: list[Line] = []
        match clause.role:
            case "fell" if not full:
                lines += self._why_fell(clause)
            case "overridden" if not full:
                lines += _summary(clause.sentence)
            case _:
                lines += _summary(clause.summary)
                if full or clause.role != "decides":
                    lines += _summary(clause.sentence)
                lines += self._conditions(clause)
                lines += [line for rule in clause.rules for line in self._rule(rule, clause)]
                lines += [source_line(citation) for citation in clause.citations]
                if full:
                    lines.append(Line("place", place_pieces(clause.place), "står i"))
        head = clause_named(clause.number, clause.title)
        return Line("clause", head, aside=self._remark(clause), children=tuple(lines), role=clause.role)

    def _remark(self, clause: ClauseReason) -> Pieces:
        remarks: list[Pieces] = []
        by = joined([(piece(number),) for number in clause.overridden_by], ", ")
        match clause.role:
            case "overridden":
                remarks.append((*by, word(" går foran")) if by else (word("et unntak går foran"),))
            case "agrees":
                remarks.append((word("gir det samme"),))
            case "conflicts":
                remarks.append((word("i strid med et annet punkt"),))
            case "waits":
                remarks.append((word("uvisst"),))
            case "fell" if self.detail == "full":
                remarks.append((word("gjaldt ikke"),))
            case _:
                pass
        if clause.exception_to and (clause.role != "fell" or self.detail == "full"):
            remarks.append((word("unntak fra "), *enumerated([_exception(to) for to in clause.exception_to])))
        if clause.standing != "offisiell":
            remarks.append((piece(clause.standing, "doubt"),))
        if self.detail == "full" and clause.edition != self.edition:
            remarks.append((word("fra "), piece(clause.edition)))
        return joined(remarks, " · ")

    def _conditions(self, clause: ClauseReason) -> list[Line]:
        asked = clause.applies is not False or self.detail == "full"
        lines = self._labelled(clause.guard, "gjelder fordi", "vilkår")
        return lines + [self._condition(one, "requirement") for one in clause.requirements if asked]

    def _labelled(self, conditions: tuple[Condition, ...], because: str, otherwise: str) -> list[Line]:
        """Conditions that all hold are read as one sentence; others stand each with its sign."""
        if self.detail != "full" and all(one.holds for one in conditions):
            words = (because, *("og" for _ in conditions))
            return [self._condition(one, label=label, bare=True) for one, label in zip(conditions, words, strict=False)]
        return [self._condition(one, label=otherwise) for one in conditions]

    def _condition(
        self, one: Condition, kind: Kind = "condition", label: str = "", bare: bool = False
    ) -> Line:
        full = self.detail == "full"
        parts = one.parts if full else tuple(part for part in one.parts if part.holds is one.holds is not True)
        facts = () if parts and not full else one.facts if full else tuple(f for f in one.facts if _tells(f, one))
        said: Pieces = (piece(one.text),)
        if kind == "condition" and len(facts) == 1 and facts[0].name == one.text:
            said, facts = _fact_said(facts[0]), ()
        facts = tuple(fact for fact in facts if plain(_fact_said(fact)) != one.text)
        return Line(
            kind,
            said,
            label=spoken(one.requirement) if kind == "requirement" else label,
            sign="" if bare else sign(one.holds),
            aside=joined([_fact_said(fact) for fact in facts], " · "),
            children=(
                *(self._condition(part) for part in parts),
                *(source_line(citation) for fact in facts for citation in fact.citations if full),
            ),
        )

    def _why_fell(self, clause: ClauseReason) -> list[Line]:
        """The one condition that decided that a clause did not apply."""
        if clause.applies is False:
            fallen = [one for one in clause.guard if one.holds is False]
            return [self._condition(one) for one in fallen[:1]] or _summary(clause.sentence)
        if clause.requirements and all(one.holds for one in clause.requirements):
            met = Line("summary", (word("Alle krav er oppfylt, så punktet stenger ikke."),))
            return [met, *(self._condition(one, "requirement") for one in clause.requirements)]
        fallen = [one for rule in clause.rules for one in rule.conditions if one.holds is False]
        return [self._condition(one) for one in fallen[:1]] or _summary(clause.sentence)

    def _rule(self, rule: RuleReason, clause: ClauseReason) -> list[Line]:
        full = self.detail == "full"
        if rule.role in ("fell", "overridden") and not full:
            return []
        lines = self._labelled(rule.conditions, "gjelder fordi" if not clause.guard else "og", "når")
        label = {"fell": "ville gitt", "overridden": "ville gitt", "waits": "kan gi"}.get(rule.role, "gir")
        name = rule.name if rule.name.startswith(("krav ", "rad ")) else f"regel {rule.name}"
        remark: list[Pieces] = [(piece(spoken(name), "faint"),)] if rule.name else []
        if full and rule.place != clause.place:
            remark.append(place_pieces(rule.place))
        lines.append(self._calculation(rule.gives, label, joined(remark, " · ")))
        return lines

    def _calculation(self, made: Calculation, label: str, aside: Pieces) -> Line:
        value = value_piece(made.type, made.value)
        text = (piece(made.text),)
        how: Pieces = (value, word(" = "), *text) if made.facts else (value,)
        if made.value is None and label != "gir":
            how = text
        return Line("calculation", how, label, aside=aside, children=tuple(self._fact(fact) for fact in made.facts))

    def _fact(self, fact: Fact) -> Line:
        doubt, value = _doubt(fact), (value_piece(fact.type, fact.value),)
        if self.detail == "full":
            sources = tuple(source_line(citation) for citation in fact.citations)
            return Line("fact", value, fact.name, aside=doubt, children=sources)
        titles = [(piece(citation.kilde.title, "faint"),) for citation in fact.citations]
        return Line("fact", value, fact.name, aside=joined([*([doubt] if doubt else []), *titles], " · "))


def source_line(citation: Citation) -> Line:
    """A source as it is cited: its title, the author's note, and what it is worth here."""
    tone: Tone = "faint" if citation.standing == "offisiell" else "doubt"
    title = piece(citation.kilde.title, link=citation.kilde.url)
    note = (word(" – "), piece(citation.note)) if citation.note else ()
    return Line("source", (title, word(" ("), piece(citation.standing, tone), word(")"), *note), "kilde")


def place_pieces(place: Place) -> Pieces:
    return piece(place.file, "faint"), word(":"), piece(str(place.line), "faint")


def sign(holds: Truth) -> Sign:
    return "?" if holds is None else "✓" if holds else "✗"


def _result_sentence(result: ResultReason) -> Pieces:
    if result.sentence:
        return (piece(result.sentence, "strong"),)
    return (piece(result_name(result), "strong"), word(" er "), value_piece(result.type, result.value))


def _summary(text: str) -> list[Line]:
    return [Line("summary", (piece(text),))] if text else []


def _exception(to: str) -> Pieces:
    """``hovedregel`` is the one name that stands in a sentence of its own, so it is bent as one."""
    return (piece(to), word("en")) if to == "hovedregel" else (piece(to),)


def _close(clause: ClauseReason) -> bool:
    """Whether a clause that fell was near to applying: one condition stood between, and others held."""
    if clause.applies is not False:
        return True
    held = [one.holds for one in clause.guard]
    return held.count(False) == 1 and True in held


def _fact_said(fact: Fact) -> Pieces:
    doubt = _doubt(fact)
    said = (piece(fact.name), word(" er "), value_piece(fact.type, fact.value))
    return (*said, word(" ("), *doubt, word(")")) if doubt else said


def _doubt(fact: Fact) -> Pieces:
    """What makes a fact less than certain: a standing that is not offisiell, or that a person must decide it."""
    kinds = [one.standing for one in fact.citations if one.standing != "offisiell"]
    doubts = [*(["skjønn"] if fact.skjonn else []), *dict.fromkeys(kinds)]
    return joined([(piece(doubt, "doubt"),) for doubt in doubts], ", ")


def _tells(fact: Fact, one: Condition) -> bool:
    """Whether the value of a fact adds anything to a condition: what holds often says it already."""
    if fact.value is None and one.text.endswith(("mangler", "finnes")):
        return False
    if one.holds is not True or _doubt(fact):
        return True
    if isinstance(fact.type, Bool):
        return False
    stated = rf"(?<!\w){re.escape(shown(fact.type, fact.value))}(?!\w)"
    return isinstance(fact.type, Number) or re.search(stated, one.text) is None
