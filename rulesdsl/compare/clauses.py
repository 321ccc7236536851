"""What differs within a clause: when it applies, its requirements, its rules, what it is an exception to, its words."""

from collections.abc import Iterable, Mapping, Sequence

from rulesdsl.compare.differences import Detail, Way
from rulesdsl.compare.phrases import gone_and_new, recited, rests_on, resummarised, retitled
from rulesdsl.compare.rows import SHORT, decision_details, decision_told
from rulesdsl.core import ir
from rulesdsl.core.values import listed, spoken
from rulesdsl.evaluate.facts import flattened
from rulesdsl.evaluate.wording import constant, words
from rulesdsl.source import frozen

Own = Mapping[str, ir.Group]
"""The rules of one clause by result, without the exceptions to them."""


def clause_details(old: ir.Clause, before: Own, new: ir.Clause, after: Own, affects: bool) -> tuple[Detail, ...]:
    """All that differs between two texts of a clause. Where they mean the same, only what is not a condition or rule
    can differ."""
    found: list[Detail] = []
    if affects and old.is_decision != new.is_decision:
        became = "en beslutningstabell" if new.is_decision else "et punkt med regler"
        found.append(Detail("form", "", "changed", f"Er blitt {became}.", apart=True))
    elif affects and new.is_decision:
        found += decision_details(before.get(old.number), after.get(new.number))
    elif affects:
        found += conditions("når", "", old.guard, new.guard)
    found += _requirements(old, new, affects)
    if affects and not old.is_decision and not new.is_decision:
        found += _rules(old, before, new, after)
    if affects:
        found += _exceptions(old, new)
    found += _named(_names(old, before), _names(new, after), affects)
    words_only = [*retitled(old.title, new.title), *resummarised(old.summary, new.summary),
                  *recited(old.citations, new.citations)]
    return (*found, *words_only)


def clause_told(clause: ir.Clause, own: Own, new: bool) -> tuple[Detail, ...]:
    """A clause that is new, or that is gone: what it says."""
    way: Way = "new" if new else "gone"
    found: list[Detail] = []
    if clause.summary:
        found.append(Detail("omtale", "", way, clause.summary, wording=True))
    if clause.exception_to:
        found.append(Detail("unntak", "", way,
                            f"{'Unntak' if new else 'Var unntak'} fra {listed(_targets(clause.exception_to))}."))
    if clause.guard is not None:
        found.append(Detail("når", "", way, f"{'Gjelder' if new else 'Gjaldt'} når {words(clause.guard)}."))
    for one in clause.requirements:
        held = words(one.holds)
        text = one.text if one.text.lower() == held.lower() else f"{one.text} ({held})" if one.text else held
        found.append(Detail("krav", one.name, way, f"{'Krever' if new else 'Krevde'} «{one.name}»: {text}."))
    if clause.is_decision and clause.number in own:
        found += decision_told(own[clause.number], new)
    else:
        found += [Detail("regel", each.label, way, f"{'Gir' if new else 'Ga'}: {each.said}.")
                  for each in dict.fromkeys(_told_rules(clause, own))]
    for (aspect, name), text in _names(clause, own).items():
        if aspect == "der":
            found.append(Detail("der", name, way, f"Der {name} er {text}."))
    found += rests_on(clause.citations) if new else []
    return tuple(found)


# ── Conditions ───────────────────────────────────────────────────────────────────────────────────────────────


def conditions(aspect: str, name: str, old: ir.Expr | None, new: ir.Expr | None, who: str = "") -> list[Detail]:
    """Two conditions: those of their parts that are gone and new, or both whole where no part is the same."""
    before, after = ([words(part) for part in flattened(side)] for side in (old, new))
    gone, added = gone_and_new(before, after)
    kept = len(before) > len(gone)
    one_other = len(gone) == len(added) == 1
    if gone and added and (one_other or not kept):
        first, second = (gone[0], added[0]) if one_other else (" og ".join(before), " og ".join(after))
        apart = len(first) + len(second) > SHORT
        if apart:
            what = f"{'Ett av vilkårene' if kept else 'Vilkåret'} er et annet"
        elif kept:
            what = f"Ett av vilkårene er nå «{second}», før «{first}»"
        else:
            what = f"Gjelder når {second}, ikke når {first}"
        return [Detail(aspect, name, "changed", _starting(who, f"{what}."), first, second, apart=apart)]
    told = [Detail(aspect, name, "gone", _starting(who, f"Vilkåret «{each}» er tatt bort."), each) for each in gone]
    return told + [Detail(aspect, name, "new", _starting(who, f"Nytt vilkår: {each}."), "", each) for each in added]


def _starting(who: str, sentence: str) -> str:
    return f"{who}: {sentence[:1].lower()}{sentence[1:]}" if who else sentence


def _requirements(old: ir.Clause, new: ir.Clause, affects: bool) -> list[Detail]:
    before = {each.name: each for each in old.requirements}
    after = {each.name: each for each in new.requirements}
    gone, added = [each for each in before if each not in after], [each for each in after if each not in before]
    found: list[Detail] = []
    for name in gone:
        same = next((each for each in added if words(after[each].holds) == words(before[name].holds)), None)
        if same is not None:
            added.remove(same)
            found.append(Detail("krav", same, "changed", f"Kravet «{name}» heter nå «{same}».", name, same))
            found += _reworded(before[name], after[same])
        else:
            told = before[name].text or words(before[name].holds)
            found.append(Detail("krav", name, "gone", f"Kravet «{name}» er tatt bort: {told}.",
                                words(before[name].holds)))
    for name in added:
        held = words(after[name].holds)
        text = after[name].text
        told = held if not text or text.lower() == held.lower() else f"{text}. Det holder når {held}"
        found.append(Detail("krav", name, "new", f"Nytt krav «{name}»: {told}.", "", held))
    for name, one in before.items():
        if name in after:
            if affects:
                found += conditions("krav", name, one.holds, after[name].holds, f"Kravet «{name}»")
            found += _reworded(one, after[name])
    return found


def _reworded(old: ir.Requirement, new: ir.Requirement) -> list[Detail]:
    if old.text == new.text:
        return []
    return [Detail("krav", new.name, "reworded", f"Kravet «{new.name}» har en annen tekst.", old.text, new.text,
                   apart=True, wording=True)]


# ── Rules ────────────────────────────────────────────────────────────────────────────────────────────────────


@frozen
class _Rule:
    """A rule as the author wrote it: an ``ellers`` of several requirements is one."""

    result: str
    label: str
    otherwise: bool
    condition: str
    value: str
    own: tuple[ir.Expr, ...]

    @property
    def said(self) -> str:
        when = f" når {self.condition}" if self.condition else ""
        fallen = " når et krav ikke holder" + (" og " + self.condition if self.condition else "")
        return f"{spoken(self.result)} er {self.value}{fallen if self.otherwise else when}"

    @property
    def called(self) -> str:
        if self.label:
            return f"Regelen «{self.label}»"
        return f"Regelen for {spoken(self.result)}" + (" når et krav ikke holder" if self.otherwise else "")


def _told_rules(clause: ir.Clause, own: Own) -> Iterable[_Rule]:
    """The rules of a clause, each without what it shares with the others: the condition and requirements of all."""
    for result, group in sorted(own.items()):
        for rule in group.rules:
            shared = (clause.guard is not None) + (1 if rule.requirement else len(clause.requirements))
            alone = rule.conditions[shared:]
            label = "" if rule.name.startswith(("krav ", "rad ")) else rule.name
            yield _Rule(result, label, bool(rule.requirement), " og ".join(map(words, alone)), words(rule.value), alone)


def _rules(old: ir.Clause, before: Own, new: ir.Clause, after: Own) -> list[Detail]:
    """Rules by label, or else by what they give; of several alike those that are most alike."""
    first, second = (list({each.said: each for each in _told_rules(clause, own)}.values())
                     for clause, own in ((old, before), (new, after)))
    gone = [each for each in first if each.said not in {other.said for other in second}]
    added = [each for each in second if each.said not in {other.said for other in first}]
    found: list[Detail] = []
    for one in list(gone):
        alike = [each for each in added if (each.result, each.otherwise) == (one.result, one.otherwise)
                 and (each.label == one.label or not (each.label and one.label))]
        if alike:
            best = max(alike, key=lambda each: (each.label == one.label, each.condition == one.condition,
                                                each.value == one.value))
            gone.remove(one)
            added.remove(best)
            found += _changed(one, best)
    found += [Detail("regel", one.label, "gone", f"{_tagged(one)} er tatt bort: {one.said}.", one.said) for one in gone]
    return found + [Detail("regel", one.label, "new", f"{_new(one)}: {one.said}.", "", one.said) for one in added]


def _tagged(rule: _Rule) -> str:
    return f"Regelen «{rule.label}»" if rule.label else "En regel"


def _new(rule: _Rule) -> str:
    return f"Ny regel «{rule.label}»" if rule.label else "Ny regel"


def _changed(old: _Rule, new: _Rule) -> list[Detail]:
    found: list[Detail] = []
    if old.label != new.label:
        told = f"{new.called} het før «{old.label}»." if old.label else f"En regel for {spoken(new.result)} heter nå " \
                                                                       f"«{new.label}»."
        found.append(Detail("regel", new.label, "changed", told, old.label, new.label))
    if old.value != new.value:
        short = len(old.value) + len(new.value) < 40
        said = f"{new.called} gir noe annet" + (f": {new.value}, ikke {old.value}." if short else ".")
        found.append(Detail("regel", new.label, "changed", said, old.value, new.value, apart=not short))
    if old.condition != new.condition:
        found += conditions("regel", new.label, _one(old.own), _one(new.own), new.called)
    return found


def _one(conditions: Sequence[ir.Expr]) -> ir.Expr | None:
    return None if not conditions else conditions[0] if len(conditions) == 1 else ir.And(conditions[0].type,
                                                                                         tuple(conditions))


def _targets(targets: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{name} ({part})" if part else name for name, part in targets]


def _exceptions(old: ir.Clause, new: ir.Clause) -> list[Detail]:
    gone, added = gone_and_new(_targets(old.exception_to), _targets(new.exception_to))
    found: list[Detail] = []
    if gone:
        found.append(Detail("unntak", "", "gone", f"Er ikke lenger unntak fra {listed(gone)}.", "; ".join(gone)))
    if added:
        also = "også " if len(new.exception_to) > len(added) else ""
        found.append(Detail("unntak", "", "new", f"Er nå {also}unntak fra {listed(added)}.", "", "; ".join(added)))
    return found


# ── What a condition names and does not show ─────────────────────────────────────────────────────────────────


def _names(clause: ir.Clause, own: Own) -> dict[tuple[str, str], str]:
    """The named parts, the kodesett, and what follows «ellers», in words: conditions in words leave them out."""
    roots = [*((clause.guard,) if clause.guard is not None else ()), *(each.holds for each in clause.requirements)]
    roots += [root for group in own.values() for rule in group.rules for root in (*rule.conditions, rule.value)]
    found: dict[tuple[str, str], str] = {}
    seen: set[int] = set()
    for root in roots:
        if id(root) in seen:
            continue
        seen.add(id(root))
        for node in ir.walk(root):
            match node:
                case ir.Part(_, name, value):
                    found["der", spoken(name)] = words(value)
                case ir.OneOf(_, value, options, name) if name:
                    found["kodesett", spoken(name)] = "; ".join(constant(value.type, option) for option in options)
                case ir.Lookup(_, _, _, _, otherwise) | ir.ExtremeOver(_, _, _, _, _, _, otherwise) | ir.Pick(
                    _, _, _, _, _, _, _, otherwise
                ):
                    found["ellers", words(node)] = words(otherwise)
                case ir.Round(_, _, _, _, _, otherwise) if otherwise is not None:
                    found["ellers", words(node)] = words(otherwise)
                case _:
                    pass
    return found


def _named(before: dict[tuple[str, str], str], after: dict[tuple[str, str], str], affects: bool) -> list[Detail]:
    """Where the clause means the same, a part can only have come, gone or got another name."""
    found: list[Detail] = []
    for key, old in before.items():
        aspect, name = key
        if key not in after:
            if aspect == "der":
                found.append(Detail("der", name, "gone", f"Delen «{name}» er tatt bort.", old, wording=True))
        elif affects and old != after[key]:
            found.append(_renamed(aspect, name, old, after[key]))
    for (aspect, name), text in after.items():
        if aspect == "der" and (aspect, name) not in before:
            found.append(Detail("der", name, "new", f"Ny del «{name}»: {text}.", "", text, wording=True))
    return found


def _renamed(aspect: str, name: str, old: str, new: str) -> Detail:
    match aspect:
        case "kodesett":
            gone, added = gone_and_new(old.split("; "), new.split("; "))
            said = [f"{listed(added)} er med" if added else "", f"{listed(gone)} er ikke lenger med" if gone else ""]
            return Detail("kodesett", name, "changed", f"Kodesettet «{name}»: {', og '.join(filter(None, said))}.",
                          old, new)
        case "der":
            return Detail("der", name, "changed", f"Delen «{name}» er en annen.", old, new, apart=True)
        case _:
            return Detail("ellers", name, "changed", f"Det som gjelder når «{name}» ikke finnes, er et annet.",
                          old, new, apart=True)
