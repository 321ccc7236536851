"""Explanations made by hand, one for each thing that a format must be able to show."""

import datetime
from decimal import Decimal

from attrs import evolve

from rulesdsl.core.ir import Citation, Correction, Kilde, Place, Value
from rulesdsl.core.types import KRONER, POENG, Bool, Code, Date, ListOf, Number, Text, Type, unit_product
from rulesdsl.evaluate.explanation import (
    Alternative,
    Calculation,
    CaseError,
    CaseExplanation,
    ClauseReason,
    Comparison,
    Condition,
    Contribution,
    Difference,
    Explanation,
    Fact,
    Mark,
    PartChange,
    ResultReason,
    Role,
    RuleReason,
    SharePart,
    Split,
    Truth,
    Written,
)
from rulesdsl.evaluate.receipt import Receipt

YES_NO = Bool()
KR = Number(2, KRONER)
POINTS = Number(3, POENG)
PRICE = Number(2, unit_product(KRONER, POENG, -1))
FILE = "regelverk/isf/2020.isf"

REGELVERK = Kilde(
    "isf_regelverk", "ISF-regelverket 2020", "Helsedirektoratet", 2019,
    "https://www.helsedirektoratet.no/tema/finansiering/innsatsstyrt-finansiering-og-drg-systemet", "offisiell",
)
VEKTER = Kilde("vekter", "Oppdiktede kostnadsvekter", "", 2020, "", "eksempel", "Laget så maskinen kan kjøre.")


def cite(note: str, kilde: Kilde = REGELVERK) -> tuple[Citation, ...]:
    return (Citation(kilde, kilde.standing, note),)


def fact(name: str, value: Value | None, type_: Type = YES_NO, **more: object) -> Fact:
    kind = more.pop("kind", "field")
    return Fact(kind, name, name.replace(" ", "_"), type_, value, **more)


def condition(text: str, holds: Truth, *facts: Fact, name: str = "", parts: tuple[Condition, ...] = ()) -> Condition:
    return Condition(text, holds, facts, parts, name)


def rule(
    role: Role, gives: Value | None, type_: Type = YES_NO, name: str = "", conditions: tuple[Condition, ...] = (),
    text: str = "", facts: tuple[Fact, ...] = (), line: int = 41,
) -> RuleReason:
    return RuleReason(name, role, conditions, Calculation(text or str(gives), type_, gives, facts), Place(FILE, line))


def clause(number: str, title: str, role: Role, **more: object) -> ClauseReason:
    base: dict[str, object] = {
        "summary": "", "edition": "isf@2020", "applies": role != "fell", "guard": (), "requirements": (), "rules": (),
        "exceptions": (), "exception_to": (), "overridden_by": (), "citations": cite(number), "standing": "offisiell",
        "sentence": "", "place": Place(FILE, 40),
    }
    return ClauseReason(number=number, title=title, role=role, **(base | more))


def result(name: str, type_: Type, value: Value | None, **more: object) -> ResultReason:
    base: dict[str, object] = {
        "title": "", "main": True, "status": "known", "clause": "", "rule": "", "missing": (), "reasons": (),
        "uses": (), "alternatives": (), "marks": (), "sentence": "",
    }
    return ResultReason(name=name, type=type_, value=value, **(base | more))


def case(key: str, *results: ResultReason, **more: object) -> CaseExplanation:
    base: dict[str, object] = {
        "entity": "Episode", "heading": f"Episode {key} · utskrevet 1. juni 2020 · ISF 2020", "edition": "isf@2020",
        "edition_title": "ISF 2020",
    }
    return CaseExplanation(key=key, results=results, **(base | more))


def explanation(*cases: CaseExplanation) -> Explanation:
    return Explanation("isfrules 0.1.0", cases)


# ── 4.3.6: carried out by a municipality, and one requirement falls ──────────────────────────────────────────

ENHETSPRIS = fact("enhetspris", Decimal("45808.00"), PRICE, kind="rate", citations=cite("enhetspris 2020"))
POENG_FACT = fact("korrigerte poeng", Decimal("155.110"), POINTS)
FULL_PRICE = Decimal("3552639.44")


def municipal(forankret: Truth) -> ClauseReason:
    role: Role = "waits" if forankret is None else "fell" if forankret else "decides"
    return clause(
        "4.3.6", "Spesialisthelsetjenester utført av kommuner", role, applies=True, exception_to=("hovedregel",),
        summary="Det kommunen utfører, teller bare med når en avtale mellom nivåene oppfyller tre krav.",
        guard=(condition("utført av er kommune", True, fact("utført av", "kommune", Code("Utforer"))),),
        requirements=(
            condition("regulert i avtale mellom tjenestenivåene", True, fact("avtale.mellom nivåer", True),
                      name="avtale"),
            condition("avtalen er forankret i samarbeidsavtalestrukturen", forankret,
                      fact("avtale.forankret", forankret), name="forankring"),
            condition("avtalen sikrer aktivitetsrapportering til NPR", True,
                      fact("avtale.sikrer rapportering", True), name="rapportering"),
        ),
        rules=(rule(role, False, name="krav forankring"),),
        sentence={
            None: "Om 4.3.6 stenger, avhenger av kravet forankring, som er ukjent.",
            True: "4.3.6 stenger ikke, for alle tre krav er oppfylt.",
            False: "4.3.6 gjelder fordi utført av er kommune og kravet forankring ikke er oppfylt.",
        }[forankret],
    )


def hovedregel(role: Role, *exceptions: ClauseReason) -> ClauseReason:
    met = [condition("episoden er journalført", True, fact("journalført", True, skjonn=True)),
           condition("episoden er rapportert til NPR", True, fact("rapportert npr", True))]
    return clause(
        "hovedregel", "Hva som teller med", role, exceptions=exceptions, guard=tuple(met),
        summary="Journalført aktivitet som er rapportert til NPR, teller med.",
        overridden_by=("4.3.6",) if role == "overridden" else (), rules=(rule(role, True, line=20),),
        sentence="Hovedregelen ville gitt ja, men 4.3.6 går foran." if role == "overridden" else "",
        citations=cite("kapittel 3"), place=Place(FILE, 18),
    )


FALLEN = clause(
    "4.3.2", "Poliklinisk kontakt over video", "fell", exception_to=("hovedregel",),
    guard=(
        condition("omsorgsnivå er poliklinikk", True, fact("omsorgsnivå", "poliklinikk", Code("Omsorgsniva"))),
        condition("kontakttype er video", False, fact("kontakttype", "oppmøte", Code("Kontakttype"))),
    ),
    rules=(rule("fell", None, text="ja", line=60),), sentence="4.3.2 gjelder ikke, for kontakttype er oppmøte.",
)
SKJONN = Mark("skjønn", "journalført", "At episoden er journalført, er et skjønn som et menneske må ta.")


def tellende(forankret: Truth, **more: object) -> ResultReason:
    own = municipal(forankret)
    role: Role = {None: "waits", True: "decides", False: "overridden"}[forankret]
    base: dict[str, object] = {
        "title": "Episoden inngår i beregningsgrunnlaget for ISF", "final": False,
        "clause": "4.3.6" if forankret is False else "hovedregel" if forankret else "",
        "rule": "krav forankring" if forankret is False else "",
        "reasons": (hovedregel(role, own, FALLEN),), "marks": (SKJONN,) if forankret else (),
        "sentence": "Episoden teller med." if forankret else "Episoden teller ikke med.",
    }
    if forankret is None:
        base |= {"status": "unknown", "missing": ("avtale.forankret",)}
        base |= {"sentence": "Om episoden teller med, er ukjent."}
    return result("tellende", YES_NO, forankret, **(base | more))


def refusjon(counts: Truth, **more: object) -> ResultReason:
    asked = fact("tellende", counts, kind="result")
    pays = rule(
        "waits" if counts is None else "decides", FULL_PRICE if counts else None, KR,
        conditions=(condition("tellende", counts, asked),), text="avrund(korrigerte poeng × enhetspris × 50 %; 2)",
        facts=(POENG_FACT, ENHETSPRIS), line=82,
    )
    refused = condition("ikke tellende", True, asked)
    nothing = rule("decides", Decimal("0.00"), KR, conditions=(refused,), text="0,00 kr")
    reason = clause(
        "refusjon", "ISF-refusjon", "waits" if counts is None else "decides",
        rules=(nothing,) if counts is False else (pays,), citations=cite("kapittel 2"), place=Place(FILE, 80),
        summary="Refusjonen er halvparten av poengene ganger enhetsprisen." if counts is not False else "",
    )
    base: dict[str, object] = {
        "title": "ISF-refusjon", "clause": "refusjon" if counts is not None else "", "reasons": (reason,),
        "uses": ("tellende",),
        "sentence": {None: "Refusjonen er ukjent.", True: "Refusjon er 3\u00a0552\u00a0639,44\u00a0kr.",
                     False: "Refusjon er 0,00\u00a0kr fordi episoden ikke teller."}[counts],
    }
    value = {None: None, True: FULL_PRICE, False: Decimal("0.00")}[counts]
    if counts is None:
        base |= {"status": "unknown", "missing": ("avtale.forankret",)}
    if counts:
        base |= {"marks": (SKJONN,)}
    return result("refusjon", KR, value, **(base | more))


TAKES = Alternative((fact("avtale.forankret", True),), "known", FULL_PRICE, "refusjon",
                    "Var avtalen forankret, ville refusjonen vært 3\u00a0552\u00a0639,44\u00a0kr.")
NOT_CONFIRMED = Mark("ubekreftet", "punkt 4.3.6", "Punkt 4.3.6 er ikke bekreftet av en publisert kilde.")
GIVEN = (
    Contribution("refusjon", FULL_PRICE, "ISF-refusjon"),
    Contribution("4.3.6", -FULL_PRICE, "Spesialisthelsetjenester utført av kommuner", (NOT_CONFIRMED,)),
)
REFUSED = case("E17", tellende(False), refusjon(False, alternatives=(TAKES,), contributions=GIVEN))

UNKNOWN = case(
    "E18", tellende(None),
    refusjon(None, alternatives=(
        evolve(TAKES, sentence="Er avtalen forankret, er refusjonen 3\u00a0552\u00a0639,44\u00a0kr."),
        Alternative((fact("avtale.forankret", False),), "known", Decimal("0.00"), "4.3.6",
                    "Er den ikke forankret, er refusjonen 0,00\u00a0kr."),
    )),
    notes=("Felt som ikke er oppgitt, regnes som ukjente.",),
)

CONFLICT = case("E19", result(
    "egenandel", KR, None, status="conflict", title="Egenandel for kontakten",
    sentence="5.1 og 5.2 gjelder begge og gir ulike egenandeler.",
    reasons=(
        clause("5.1", "Poliklinikk", "conflicts", sentence="5.1 gir 351,00\u00a0kr.",
               guard=(condition("omsorgsnivå er poliklinikk", True, fact("omsorgsnivå", "poliklinikk", Code("O"))),),
               rules=(rule("conflicts", Decimal("351.00"), KR, text="351 kr"),)),
        clause("5.2", "Barn", "conflicts", sentence="5.2 gir 0,00\u00a0kr.",
               guard=(condition("alder er under 18", True, fact("alder", Decimal(12), Number(0), kind="computed")),),
               rules=(rule("conflicts", Decimal("0.00"), KR, text="0 kr"),)),
    ),
))

NO_RULE = case("E20", result(
    "hdg", Code("Hdg"), None, status="no_rule", sentence="Ingen regel sier hvilken hovedgruppe episoden hører til.",
    reasons=tuple(
        clause(f"2{letter}", f"Hovedgruppe {letter}", "fell",
               guard=(condition(f"drg er en av gruppe {letter}", False, fact("drg", "999", Text())),))
        for letter in "abcdefg"
    ),
))

ERRORED = case(
    "E21", edition_title="", edition="", heading="Episode E21",
    errors=(
        CaseError("ISF501", "Kjenner ikke feltet «utfort_avv».", "utfort_avv", "kommune", "Mente du «utfort_av»?"),
        CaseError("ISF502", "Ugyldig kode i kodeverket Kontakttype.", "kontakttype", "99"),
    ),
)

WEIGHT = fact("kostnadsvekt", Decimal("0.215"), POINTS, kind="table", citations=cite("DRG 442", VEKTER))
MARKED = case(
    "E22",
    result(
        "refusjon", KR, Decimal("4924.36"), title="ISF-refusjon", clause="refusjon", uses=("poeng", "tellende"),
        sentence="Refusjon er 4\u00a0924,36\u00a0kr.",
        marks=(
            Mark("eksempel", "kostnadsvekt", "Kostnadsvekten 0,215 for DRG 442 er oppdiktet, så beløpet er ikke ekte."),
            Mark("ubekreftet", "7.2", "7.2 er kjent fra en annen utgave, men ikke bekreftet for denne."), SKJONN,
        ),
        reasons=(clause(
            "refusjon", "ISF-refusjon", "decides",
            rules=(rule("decides", Decimal("4924.36"), KR, text="avrund(poeng × enhetspris × 50 %; 2)",
                        facts=(fact("poeng", Decimal("0.215"), POINTS, kind="result"), ENHETSPRIS)),),
        ),),
    ),
    result(
        "poeng", POINTS, Decimal("0.215"), main=False, clause="7.2", uses=("tellende",), sentence="Poeng er 0,215.",
        reasons=(clause(
            "7.2", "Poeng fra kostnadsvekt", "decides", standing="ubekreftet", edition="isf@2019",
            guard=(condition("drg finnes i kostnadsvekt og omsorgsnivå er døgn", True, parts=(
                condition("drg finnes i kostnadsvekt", True, fact("drg", "442", Text())),
                condition("omsorgsnivå er døgn", True, fact("omsorgsnivå", "døgn", Code("O"))),
            )),),
            rules=(
                rule("decides", Decimal("0.215"), POINTS, name="rad 3", text="kostnadsvekt[drg].vekt", facts=(WEIGHT,)),
                rule("fell", None, POINTS, name="rad 1", conditions=(
                    condition("særkoder inneholder A0099", False,
                              fact("særkoder", ("B12", "C_1"), ListOf(Text())),
                              fact("inndato", datetime.date(2020, 5, 28), Date())),
                ), text="0 poeng"),
            ),
        ),),
    ),
    tellende(True),
    notes=("Utgaven er valgt etter utskrivningsdatoen 1. juni 2020.",),
)

_BETTER = case("E17", tellende(True), refusjon(True))
WHAT_IF = evolve(
    REFUSED, what_if=(fact("avtale.forankret", True),), changed=_BETTER,
    differences=tuple(
        Difference(before.name, before, after, sentence)
        for before, after, sentence in zip(
            REFUSED.results, _BETTER.results,
            ("Episoden teller med, for kravet forankring er oppfylt.", "Refusjonen følger av at episoden teller med."),
            strict=True,
        )
    ),
)

COMPARED = evolve(REFUSED, compared=Comparison(
    "ISF 2021", False, evolve(_BETTER, edition="isf@2021", edition_title="ISF 2021"), WHAT_IF.differences,
    (Split("refusjon", KR, Decimal("3552639.44"), (
        SharePart((
            PartChange("punkt", "4.3.6", "changed", "punkt 4.3.6 Spesialisthelsetjenester utført av kommuner",
                       Written("isf@2020", Place(FILE, 40)), Written("isf@2021", Place("regelverk/isf/2021.isf", 12))),
            PartChange("post", "Avtale", "changed", "post Avtale", Written("isf@2020", None),
                       Written("isf@2021", None)),
        ), "punkt 4.3.6 Spesialisthelsetjenester utført av kommuner", Decimal("3600000.00")),
        SharePart((
            PartChange("sats", "egenandel", "new", "sats egenandel: ny, 100,00 kr", None,
                       Written("isf@2021", Place("regelverk/isf/2021.isf", 30))),
        ), "sats egenandel: ny, 100,00 kr", Decimal("-47360.56")),
    ), ("Hver del er gjennomsnittet over alle rekkefølger endringene kan gjøres i.",)),),
))

RECEIPTED = evolve(REFUSED, receipt=Receipt(
    "isfrules 0.1.0", "isf@2020", "2020-08-01",
    (Correction("isf@2020", datetime.date(2020, 5, 4), "Rettet 4.3.6", Place(FILE, 1)),),
    "a3" * 32, "7c" * 32, "episoder[2]", True, {"episoder": [{"korrigerte_poeng": Decimal("155.110")}, None]},
))

_FREE = result(
    "egenandel", KR, Decimal("351.00"), final=False, clause="5.1", sentence="Egenandelen er 351,00\u00a0kr.",
    contributions=(Contribution("5.1", Decimal("401.00"), "Poliklinikk"),
                   Contribution("5.2", Decimal("-50.00"), "Barn", (NOT_CONFIRMED,))),
)
TWO_AMOUNTS = case(
    "E23", refusjon(True, contributions=(Contribution("refusjon", FULL_PRICE, "ISF-refusjon"),)), _FREE,
    result("takst", KR, Decimal("0.00"), clause="5.3", contributions=(
        Contribution("5.3", Decimal("90.10"), "Takst"), Contribution("5.4", Decimal("-90.10"), "Uten takst"))),
)

SAMPLES = {
    "two_amounts": TWO_AMOUNTS,
    "refused": REFUSED, "unknown": UNKNOWN, "conflict": CONFLICT, "no_rule": NO_RULE, "errored": ERRORED,
    "marked": MARKED, "what_if": WHAT_IF, "receipted": RECEIPTED, "compared": COMPARED,
}
