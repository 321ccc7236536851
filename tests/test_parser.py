"""Reading: what is understood, what is said when it is not, and that nothing a file holds brings it down."""

import time
import unicodedata

import pytest

from rulesdsl.catalog.entry import Entry
from rulesdsl.catalog.syntax import SYNTAX
from rulesdsl.diagnostics import Problems, render_plain
from rulesdsl.source import Source
from rulesdsl.syntax import ast
from rulesdsl.syntax.parser import parse, read_text


def read(text: str) -> tuple[ast.File, list[str]]:
    problems = Problems()
    file = parse(Source("prøve.isf", text), problems)
    return file, [problem.code for problem in problems]


def clause(body: str) -> ast.ClauseDecl:
    file, codes = read(f"punkt 1 «x»\n  {body}\n")
    assert codes == []
    (declaration,) = file.declarations
    assert isinstance(declaration, ast.ClauseDecl)
    return declaration


def value(text: str) -> ast.Expr:
    (rule,) = clause(f"R er {text}").items
    assert isinstance(rule, ast.RuleDecl)
    return rule.value


def same(one: str, other: str) -> bool:
    return value(one) == value(other)


# ── Meaning of the written ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("written", "meant"), [
    ("ikke a og b", "(ikke a) og b"),
    ("a og b eller c og d", "(a og b) eller (c og d)"),
    ("ikke a er b", "ikke (a er b)"),
    ("a - b - c * d / e", "a - b - ((c * d) / e)"),
    ("finnes x i xs der a og b", "finnes x i xs der (a og b)"),
    ("a og antall x i xs og b", "a og (antall x i xs) og b"),
    ("x mellom 1 og 2 og y", "(x mellom 1 og 2) og y"),
    ("-a * b", "(-a) * b"),
    ("hvis a så b ellers c og d", "hvis a så b ellers (c og d)"),
])
def test_what_binds_tighter(written: str, meant: str) -> None:
    assert same(written, meant)


def test_not_is_not_lost() -> None:
    assert isinstance(value("ikke a"), ast.NotExpr)
    assert isinstance(value("ikke ikke a"), ast.NotExpr)
    assert not same("ikke a", "a")


@pytest.mark.parametrize(("written", "meant"), [
    ("hvis a så avrund(b; 2) ellers c", "hvis a så (avrund(b; 2)) ellers c"),
    ("hvis a så t[k].v ellers c er 3", "hvis a så (t[k].v) ellers (c er 3)"),
    ("hvis t[k].v ellers 0 > 1 så b ellers c", "hvis (t[k].v ellers 0) > 1 så b ellers c"),
    ("maks t[e.k].v ellers 0 for e i xs ellers 1", "maks (t[e.k].v ellers 0) for e i xs ellers 1"),
    ("maks (a) for e i xs der f(e) ellers 1", "maks (a) for e i xs der (f(e)) ellers 1"),
    ("hvis a så maks(b; c) ellers d", "hvis a så (maks(b; c)) ellers d"),
    ("hvis a så denne er første e i xs etter e.k ellers d", "hvis a så (denne er første e i xs etter e.k) ellers d"),
    ("hvis a så hvis b så c ellers d ellers e", "hvis a så (hvis b så c ellers d) ellers e"),
    ("første a for e i xs etter k[e].v ellers 1", "første a for e i xs etter (k[e].v) ellers 1"),
])
def test_whose_an_ellers_is(written: str, meant: str) -> None:
    assert same(written, meant)


@pytest.mark.parametrize("condition", ["f(a)", "b > t[k].v", "ikke er_ok(a; b)"])
def test_ellers_after_a_requirement_is_the_clauses(condition: str) -> None:
    items = clause(f"krav a «a» {condition}\n  ellers R er nei").items
    assert isinstance(items[-1], ast.RuleDecl)
    assert items[-1].otherwise


def test_a_lookup_keeps_its_ellers() -> None:
    found = value("t[k].v ellers x")
    assert isinstance(found, ast.LookupExpr)
    assert found.otherwise is not None


def test_a_table_may_have_many_keys() -> None:
    file, codes = read("tabell t\n  nøkkel a : tekst\n  nøkkel b : tall\n  kolonne c : poeng\n  fil «t.csv»\n")
    assert codes == []
    assert isinstance(file.declarations[0], ast.TableDecl)


def test_digits_are_kept_as_written() -> None:
    number = value("30 403,50 kr")
    assert isinstance(number, ast.NumberLiteral)
    assert str(number.value) == "30403.50"


# ── Bytes and line ends ──────────────────────────────────────────────────────────────────────────────────────

TEXT = "punkt 4.3.6 «Særlig»\n  # æ\n  når utført_av er å_b\n  R er ja\n"


@pytest.mark.parametrize("data", [
    TEXT.encode(), TEXT.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + TEXT.encode(),
    unicodedata.normalize("NFD", TEXT).encode(),
], ids=["plain", "crlf", "bom", "nfd"])
def test_the_same_text_in_other_bytes(data: bytes) -> None:
    problems = Problems()
    file = parse(read_text("prøve.isf", data, problems), problems)
    assert list(problems) == []
    assert file == read(TEXT)[0]


def test_not_utf8_is_a_message() -> None:
    problems = Problems()
    source = read_text("prøve.isf", TEXT.encode("latin-1"), problems)
    assert [p.code for p in problems] == ["ISF102"]
    assert source.text == ""
    assert "UTF-8" in render_plain(problems.found[0])


def test_an_empty_file_is_a_message() -> None:
    assert read("") == (read("\n\n")[0], ["ISF105"])


# ── Messages ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_messages_come_at_once_and_the_rest_is_read() -> None:
    file, codes = read(
        "punkt 1 «a\n  R er ja\npunkt 2 «b»\n  R = ja\npuntk 3 «c»\n  R er ja\npunkt 4 «d»\n  R er ja\n"
        "punkt 5 «e»\n  R er\npunkt 6 «f»\n  R er nei\n"
    )
    assert sorted(codes) == ["ISF101", "ISF103", "ISF107", "ISF108"]
    broken = [isinstance(declaration, ast.BrokenDecl) for declaration in file.declarations]
    assert broken == [True, True, True, False, True, False]


@pytest.mark.parametrize(("body", "place", "hint"), [
    ("nårr a er b\n  R er ja", "nårr", "Mente du «når»?"),
    ("når a elller b\n  R er ja", "elller", "Mente du «eller»?"),
    ("når a and b\n  R er ja", "and", "Skriv «og»."),
    ("R = ja", "=", "Skriv «er» for likhet."),
    ("når a = 3\n  R er ja", "=", "Skriv «er» for likhet."),
    ("når a != 3\n  R er ja", "!", "Ulikhet skrives «er ikke»."),
    ("når a <> 3\n  R er ja", ">", "Ulikhet skrives «er ikke»."),
    ("R er 0.5", "0.5", "Desimaltegnet er komma: 0,5."),
    ("R er 43.428 kr", "43.428", "Skill tusener med mellomrom: 43 428. Desimaltegnet er komma."),
    ("når a > 01.02.2020\n  R er ja", "01.02.2020", "Skriv datoen som 2020-02-01."),
    ("når a er en av {b, c}\n  R er ja", ",", "Skill elementer med semikolon."),
    ("R er maks(a, b)", ",", "Skill elementer med semikolon."),
    ("R er 40 prosent", "prosent", "Skriv «%»."),
    ("R er kr 40", "kr", "Enheten står etter tallet: 40 kr."),
    ("R er 40 % av a", "av", "Skriv gangetegn: «40 % * beløp»."),
    ("når a er ikke en av {b}\n  R er ja", "av", "Sett «ikke» foran: «ikke x er en av {a; b}»."),
    ("krav a «b» c\n  unntak fra d\n  R er ja", "unntak", "«unntak» står øverst i punktet, før krav og regler."),
    ("R er ja\n  punkt 2 «y»\n  R er ja", "punkt", "Flytt «punkt» helt til venstre."),
    ("omtale “b”\n  R er ja", "“", "Skriv teksten mellom « og »."),
    # What is written as in another language, or on another keyboard
    ("når a ≤ 3\n  R er ja", "≤", "Skriv «<=»."),
    ("når a => 3\n  R er ja", "=", "Skriv «>=»."),
    ("R er a × b", "×", "Gange skrives «*»."),
    ("R er a − b", "−", "Minus skrives «-»."),
    ("når a && b\n  R er ja", "&", "Skriv «og»."),
    ("når a || b\n  R er ja", "||", "Skriv «eller»."),
    ("R er hvis a saa b ellers c", "saa", "Skriv «så»."),
    ("R er sum x.a for x i xs hvor b", "hvor", "Skriv «der»."),
    ("Når a\n  R er ja", "Når", "Mente du «når»?"),
    ("R er a ** 2", "*", "Potenser finnes ikke. Skriv «a * a»."),
    ("// b\n  R er ja", "/", "En kommentar begynner med «#»."),
    # What is said, but not written so
    ("når a er lik 3\n  R er ja", "lik", "Skriv «er» alene."),
    ("når a er større enn 3\n  R er ja", "enn", "Skriv «>»."),
    ("når a er minst 3\n  R er ja", "minst", "Skriv «>=»."),
    ("når a under 3\n  R er ja", "under", "Skriv «<»."),
    ("når b og a mer enn 3\n  R er ja", "mer", "Skriv «>»."),
    ("når finnes annen x i xs\n  R er ja", "x", "«annen» er navnet: «finnes annen i … der annen.felt …»."),
    ("når antall > 3\n  R er ja", ">", "Et nøkkelord kan ikke være et navn."),
    ("når a er mellom 1 og 3\n  R er ja", "mellom", "Skriv «x mellom 1 og 3», uten «er»."),
    ("når a mellom 1 til 3\n  R er ja", "til", "Skriv «mellom 1 og 3»."),
    ("når a er enten b eller c\n  R er ja", "eller", "Skriv «er en av {a; b}»."),
    ("når a i {b; c}\n  R er ja", "{", "Skriv «er en av {a; b}»."),
    ("når a er en av b; c\n  R er ja", "b", "Skriv verdiene i krøllparentes: «er en av {a; b}». Et kodesett: «x i y»."),
    ("når a er i b\n  R er ja", "b", "Skriv «x i y», uten «er»."),
    ("når a er ikke i b\n  R er ja", "b", "Skriv «ikke x i y»."),
    ("når a inneholder b\n  R er ja", "inneholder", "Skriv «x i liste»."),
    ("når a inneholder ikke b\n  R er ja", "ikke", "Skriv «ikke x i liste»."),
    ("når a finnes ikke\n  R er ja", "ikke", "Skriv «mangler»."),
    ("R er ja når mangler a", "a", "Skriv «x mangler»."),
    ("R er antall xs", "xs", "Skriv «antall x i liste»."),
    ("R er sum(a)", "sum(a)", "Skriv «sum x.felt for x i liste»."),
    ("når alle x i xs er b\n  R er ja", "er", "Skriv «har»: «alle x i liste har x.felt er …»."),
    ("R := ja", ":", "Skriv «er»."),
    ("R er ja;", ";", "Linjen slutter uten tegn."),
    ("R er ja.", "ja.", "Linjen slutter uten tegn."),
    ("R er ja når a\n  ellers nei", "ellers", "Etter «ellers» står resultatet igjen: «ellers R er nei»."),
    ("krav a b\n  R er ja", "b", "Her skal det stå en tekst mellom « og »."),
    ("R er 1,260.50 kr", "1,260.50", "Skill tusener med mellomrom: 1 260,50. Desimaltegnet er komma."),
    ("R er 1.260,50 kr", "1.260,50", "Skill tusener med mellomrom: 1 260,50. Desimaltegnet er komma."),
    ("R er 40,- kr", ",", "Skriv beløpet som «40 kr»."),
    ("R er NOK 1 250,50", "NOK", "Enheten står etter tallet: 1 250,50 kr."),
])
def test_hints_say_what_to_do(body: str, place: str, hint: str) -> None:
    problems = Problems()
    parse(Source("prøve.isf", f"punkt 1 «x»\n  {body}\n"), problems)
    (problem,) = problems
    assert problem.labels[0].span.text == place
    assert problem.hint == hint
    assert problem.clause == "1"


TABLE = "beslutning b : ja/nei for Sak treff første\n"


@pytest.mark.parametrize(("text", "place", "hint"), [
    ("punkt 2.1. «x»\n  R er ja", ".", "Et punktnummer skrives som 4.3.6, uten andre tegn."),
    ("punkt 2.1 x\n  R er ja", "x", "Skriv tittelen mellom « og »."),
    ("PUNKT 2.1 «x»\n  R er ja", "PUNKT", "Mente du «punkt»?"),
    ("opphev 4.3", "4.3", "Skriv hva som oppheves, som «opphev punkt 4.3»."),
    ("regelverk a 1\n  gjelder fra 2020-01-01 til 2020-12-31", "fra", "Skriv «gjelder 2020-01-01 til 2020-12-31»."),
    ("regelverk isf\n  gjelder 2020-01-01 til 2020-12-31", "gjelder", "Skriv utgaven etter navnet, som «isf 2020»."),
    ("entitet S\n  a : tall >= 0", ">=", "Grensen skrives «minst 0» eller «høyst 10»."),
    ("entitet S\n  a tall", "tall", "Mellom navnet og typen står «:», som i «beløp : kroner»."),
    ("entitet S\n  a : tekst,\n  b : dato", ",", "Linjen slutter uten tegn."),
    ("entitet S\n  a : ja / nei", "/", "Skriv «ja/nei» uten mellomrom."),
    ("entitet S\n  a : tall minst 0\n  timer : timer", "timer", "Velg et annet navn."),
    ("tabell T\n  nøkkel a : tekst\n  | a |", "|", "Radene står i en fil, som «fil «priser.csv»»."),
    ("kodeverk F\n  rød : 1", ":", "Skriv «=» mellom navnet og koden."),
    ("kodeverk F\n  1 = rød", "1", "Navnet står først, så koden: «rød = 1»."),
    ("kodeverk F\n  rød = A1", "A1", "Skriv en kode som har bokstaver, mellom « og »."),
    ("sats a : kroner\n  2020-01-01: 90 kr", "2020-01-01", "Skriv «fra» foran datoen."),
    ("sats a : kroner\n  fra 2020-01-01 90 kr", "90", "Skriv «:» etter datoen."),
    ("sats a : kroner\n  fra 2020: 90 kr", "2020", "Skriv hele datoen, som 2020-01-01."),
    ("kilde a «b» offisiell", "offisiell", "Skriv «status» foran."),
    ("resultat r : kroner", "kroner", "Skriv hva resultatet er for, som «for Episode»."),
    ("tabell t\n  a : tekst\n  fil «t.csv»", "a", "Skriv «nøkkel» eller «kolonne» foran navnet."),
    (TABLE + "  | a | b | R |\n  | 1 | 2 | ja |", "|", "Skriv «||» før utfallet."),
    (TABLE + "  | a || b || R |\n  | 1 || 2 || ja |", "|", "Bare det siste, utfallet, har «||» foran seg."),
    (TABLE + "  | a || R |\n  | || ja |", "||", "Skriv «-» i en celle der alt passer."),
    (TABLE + "  | a || R |\n  |--||--|\n  | 1 || ja |", "||", "Under overskriftene trengs ingen linje."),
    (TABLE + "  | a || R\n  | 1 || ja", "1", "Linjen over mangler «|» til slutt."),
    (TABLE + "  | a || R |\n  | 1 eller 2 || ja |", "eller", "Flere verdier i en celle står i krøllparentes: {1; 2}."),
    ("egenskap e «E»\n  for alle S s\n  der s.a\n  så s.r er 1", "så", "Skriv «gjelder»."),
    ("egenskap e «E»\n  for alle S\n  gjelder r er 1", "gjelder", "Gi det et navn: «for alle Episode e»."),
    ("eksempel x\n  gitt S\n    a er 1\n  så r er ja", "x", "Her skal det stå en tekst mellom « og »."),
    ("eksempel «x»\n  gitt S\n    a er 1\n  da r er ja", "da", "Skriv «så»."),
    ("eksempel «x»\n  gitt S\n  så r er ja i 4.3", "i", "Skriv hvilket punkt med «etter», som «etter 4.3.6»."),
])
def test_hints_for_other_declarations(text: str, place: str, hint: str) -> None:
    problems = Problems()
    parse(Source("prøve.isf", text + "\n"), problems)
    (problem,) = problems
    assert (problem.labels[0].span.text, problem.hint) == (place, hint)


def test_a_row_without_an_outcome_is_pointed_at_itself() -> None:
    problems = Problems()
    parse(Source("prøve.isf", TABLE + "  | a | b | R |\n  | 1 | 2 | ja |\n"), problems)
    (problem,) = problems
    assert problem.labels[0].span.source.position(problem.labels[0].span.start) == (2, 11)


@pytest.mark.parametrize("text", [
    "når a er 7 timer\n  R er ja", "når 7 timer er a\n  R er ja", "når a mellom 1 og 3 og b\n  R er ja",
    "når finnes x i xs der b\n  R er ja", "omtale «a ≤ b»\n  R er ja # a && b",
])
def test_what_is_right_needs_no_hint(text: str) -> None:
    clause(text)


def test_a_missing_ellers_is_named() -> None:
    for body in ("R er hvis a så b", "R er hvis a så b\n  S er c"):
        problems = Problems()
        parse(Source("prøve.isf", f"punkt 1 «x»\n  {body}\n"), problems)
        assert "«ellers»" in problems.found[0].labels[0].text


@pytest.mark.parametrize("entry", [e for e in SYNTAX if e.code != "ISF102"], ids=lambda entry: entry.code)
def test_the_catalogues_examples_are_what_they_say(entry: Entry) -> None:
    assert read(entry.wrong)[1] == [entry.code]
    assert read(entry.right)[1] == []


# ── Very large and very deep ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("expression", "codes"), [
    ("(" * 10_000 + "a" + ")" * 10_000, []),
    ("ikke " * 10_000 + "a", ["ISF106"]),
    ("-" * 10_000 + "a", ["ISF106"]),
    ("hvis a så " * 10_000 + "b" + " ellers c" * 10_000, ["ISF106"]),
    ("f(" * 10_000 + "a" + ")" * 10_000, ["ISF106"]),
    ("a" + ".b" * 10_000, ["ISF106"]),
    ("a" + " / b" * 10_000, ["ISF106"]),
    ("finnes x i xs der " * 10_000 + "a", ["ISF106"]),
    ("(" * 10_000, ["ISF108"]),
    ("a" + " + b" * 100_000, []),
    ("a" + " og b" * 20_000, []),
    ("9" * 2_000_000, ["ISF110"]),
    ("0," + "9" * 2_000_000, ["ISF110"]),
    ("«" + "x" * 2_000_000 + "»", []),
    ("x" * 200_000, []),
], ids=lambda value: value[:12] if isinstance(value, str) else "")
def test_size_and_depth_are_messages_at_most(expression: str, codes: list[str]) -> None:
    began = time.process_time()
    assert read(f"punkt 1 «x»\n  R er {expression}\n")[1] == codes
    assert time.process_time() - began < 20
