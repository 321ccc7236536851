"""What authors write who mean something else: where it stands, and what to write instead.

Each is what stands before the place where reading stopped, what stands there, and the hint; some only where a certain
terminal of the grammar was awaited. The first that fits is told. Where nothing need stand
there, the word before is wrong.
"""

import re
from functools import cache

from attrs import frozen

TEXT = "Her skal det stå en tekst mellom « og »."
QUOTES = "Skriv teksten mellom « og »."
NO_SIGN = "Linjen slutter uten tegn."
VALID = "Skriv «gjelder 2020-01-01 til 2020-12-31»."
ONE_OF = "Skriv «er en av {a; b}»."
COLON = "Mellom navnet og typen står «:», som i «beløp : kroner»."
CLAUSE = "Et punktnummer skrives som 4.3.6, uten andre tegn."
WHEN = "Vilkåret for hele punktet står før krav og regler; en regel har ett «når», med «og» mellom leddene."
REPLACES = "Utelat det første ordet: det som står i en endring, erstatter det som har samme navn."
ANY = "Skriv «-» i en celle der alt passer."

_BARE, _DAYS, _HOURS = "Skriv tallet uten enhet.", "Skriv «døgn».", "Skriv tallet i timer, som «0,5 timer»."

UNITS = {
    "år": _BARE, "måned": _BARE, "måneder": _BARE, "uker": _DAYS, "dag": _DAYS, "dager": _DAYS,
    "time": "Skriv «timer».", "minutt": _HOURS, "minutter": _HOURS,
    "øre": "Skriv beløpet i kroner, som «0,50 kr».", "NOK": "Skriv «kr».",
}
"""What is said of names after a number that are no units."""

_WHOLE, _PARTS, _YES, _WORDS, _DAY = (
    "Skriv «tall».", "Skriv «tall med 2 desimaler».", "Skriv «ja/nei».", "Skriv «tekst».", "Skriv «dato».")
_OTHER_UNIT = "Skriv «tall», eller deklarer enheten med «enhet»."

TYPES = {
    "heltall": _WHOLE, "int": _WHOLE, "integer": _WHOLE, "number": _WHOLE, "nummer": _WHOLE, "antall": _WHOLE,
    "desimaltall": _PARTS, "desimal": _PARTS, "float": _PARTS, "double": _PARTS, "decimal": _PARTS, "prosent": _PARTS,
    "bool": _YES, "boolean": _YES, "streng": _WORDS, "string": _WORDS, "str": _WORDS, "text": _WORDS,
    "date": _DAY, "datetime": _DAY, "tid": _DAY, "tidspunkt": _DAY, "klokkeslett": "Skriv «tekst» eller «tall».",
    "beløp": "Skriv «kroner».", "NOK": "Skriv «kroner».", "dag": _DAYS, "dager": _DAYS, "time": "Skriv «timer».",
    "år": _WHOLE, "måneder": _OTHER_UNIT, "uker": _OTHER_UNIT, "minutt": _OTHER_UNIT, "minutter": _OTHER_UNIT,
    "kode": "Skriv navnet på kodeverket.",
}
"""What is said of names of types from elsewhere."""

KNOWN_TYPES = "Typene er ja/nei, tekst, dato, tall, kroner, poeng, døgn, timer, kodeverk, poster og liste av noe."

VALUES = {
    "true": "Skriv «ja».", "false": "Skriv «nei».", "null": "Skriv «x mangler».", "none": "Skriv «x mangler».",
}
"""What is said of names from other languages that no value has here."""

# Before, there, the hint, and what was awaited.
NEAR = (
    # Signs
    ("", "≤|=<|=‹|<‹", "Skriv «<=».", ""),
    ("", "≥|=>|=›", "Skriv «>=».", ""),
    ("", "≠|!=|<>|/=", "Ulikhet skrives «er ikke».", ""),
    ("<", ">", "Ulikhet skrives «er ikke».", ""),
    ("", "[×·⋅•]", "Gange skrives «*».", ""),
    ("", "[÷∕]", "Deling skrives «/».", ""),
    ("", "[−–—]", "Minus skrives «-».", ""),
    ("", "&", "Skriv «og».", ""),
    (r"(^|\n)[^|\n]*", r"\|\|?", "Skriv «eller».", "_ELLER"),
    (r"(^|\n)\s*", r"//|--|/\*", "En kommentar begynner med «#».", ""),
    (r"\*", r"\*|\^", "Potenser finnes ikke. Skriv «a * a».", ""),
    ("/", "/", "Deling skrives «/».", ""),
    ("", r"\^", "Potenser finnes ikke. Skriv «a * a».", ""),
    ("", "[“”„‟'’‘]", QUOTES, ""),
    (r"\bi\s*", "{", ONE_OF, ""),
    (r"\ber\s*", "{", ONE_OF, ""),
    ("", r"\[", "Flere verdier står i krøllparentes: «er en av {a; b}».", "_LPAR"),
    (r"\d", ",-", "Skriv beløpet som «40 kr».", ""),
    (r"\b(kr|NOK|nok)\.?\s*", r"(?=(\d+(?: \d{3})*(?:,\d+)?))", "Enheten står etter tallet: {} kr.", ""),
    ("", r",\s*(\n|$)", "Skill elementer med semikolon.", "_SEMI"),
    ("", r"[,;.]\s*(\n|$)", NO_SIGN, ""),
    (r"\.\s*", "$", NO_SIGN, ""),
    # Comparisons and logic
    (r"\ber\s+ikke\s+en\s+av\s*", "", "Sett «ikke» foran: «ikke x er en av {a; b}».", ""),
    (r"\ber\s+ikke\s+en\s*", r"av\b", "Sett «ikke» foran: «ikke x er en av {a; b}».", ""),
    (r"\ber\s+i\s+([\w.]+\s*)?", "", "Skriv «x i y», uten «er».", ""),
    (r"\ber\s+ikke\s+i\s+([\w.]+\s*)?", "", "Skriv «ikke x i y».", ""),
    (r"\b[\w.]+\s+inneholder\s*", r"ikke\b", "Skriv «ikke x i liste».", ""),
    (r"\b[\w.]+\s+inneholder\s*", "", "Skriv «x i liste».", ""),
    (r"\ber\s+lik\s*", "", "Skriv «er» alene.", ""),
    (r"\ber\s+(større|mer|flere|høyere|eldre|lengre|over)(\s+enn)?\s*", "", "Skriv «>».", ""),
    (r"\ber\s+(mindre|færre|lavere|yngre|kortere|under)(\s+enn)?\s*", "", "Skriv «<».", ""),
    (r"\b(når|og|eller|ikke|hvis|der|har|gjelder)\s+[\w.]+\s+(er\s+)?minst\s*", "", "Skriv «>=».", ""),
    (r"\b(når|og|eller|ikke|hvis|der|har|gjelder)\s+[\w.]+\s+(er\s+)?høyst\s*", "", "Skriv «<=».", ""),
    (r"\b(når|og|eller|ikke|hvis|der|har|gjelder)\s+[\w.]+\s+(større|mer|flere|høyere|over)\s*", "", "Skriv «>».", ""),
    (r"\b(når|og|eller|ikke|hvis|der|har|gjelder)\s+[\w.]+\s+(mindre|færre|lavere|under)\s*", "", "Skriv «<».", ""),
    (r"\b(antall|sum|alle|største|minste)\s*", r"[-+*/<>=]|(er|mellom)\b", "Et nøkkelord kan ikke være et navn.", ""),
    (r"\ber\s+mellom\s*", "", "Skriv «x mellom 1 og 3», uten «er».", ""),
    (r"\bmellom\s[^\n]*", r"(til|-|–)\b", "Skriv «mellom 1 og 3».", "_OG"),
    (r"\ber\s+enten\s+\S+\s*", r"eller\b", ONE_OF, ""),
    (r"\bikke\s*", r"i\b", "Sett «ikke» foran: «ikke x i y».", ""),
    (r"\b(når|og|eller|ikke|hvis|der)\s+mangler\s+[\w.]+\s*", "", "Skriv «x mangler».", ""),
    (r"\ber\s+en\s+av\s*", r"[\w«]", "Skriv verdiene i krøllparentes: «er en av {a; b}». Et kodesett: «x i y».", ""),
    (r"\bfinnes\s+ikke\s*", "", "Skriv «mangler».", ""),
    (r"\bmangler\s+ikke\s*", "", "Skriv «finnes».", ""),
    (r"\b(maks|min)\s+[\w.]+\s*", ";", "Skriv «maks(a; b)» eller «min(a; b)».", ""),
    (r"\ber\s+[\w.]+\s*", r"er\b", "Noe mangler foran «er», eller linjen over er ikke ferdig.", ""),
    (r"%\s*av\s*\w*\s*", "", "Skriv gangetegn: «40 % * beløp».", ""),
    ("", r"per\b", "Enhetene er kroner, poeng, døgn og timer.", ""),
    # Things of a list
    (r"\b(antall|finnes|alle)\s+annen\s*", r"\w+\s+i\b", "«annen» er navnet: «finnes annen i … der annen.felt …».", ""),
    (r"\bantall\s+(av\s+)?[\w.]+\s*", "", "Skriv «antall x i liste».", "_I"),
    (r"\bantall\s+av\s*", "", "Skriv «antall x i liste».", ""),
    (r"\bsum\s*\(.*\)\s*", "", "Skriv «sum x.felt for x i liste».", "_FOR"),
    (r"\bdet\s+finnes\s+\w+\s*", r"i\b", "Skriv «finnes x i liste der …», uten «det».", ""),
    (r"\balle\s+\w+\s+i\s+[\w.]+\s*", r"er\b", "Skriv «har»: «alle x i liste har x.felt er …».", ""),
    # The head of a file
    (r"^(regelverk|rettelse)\s+\w+\s+(«[^»]*»\s*)?gjelder\s*", "", "Skriv utgaven etter navnet, som «isf 2020».", ""),
    (r"^(regelverk|rettelse)\s[^«]*(«[^»]*»)?[^«]*\bgjelder\s+[\d-]*\s*", r"\S|$", VALID, ""),
    (r"(^|\n)\s*", r"(endre|erstatt|ny|nytt)\s+(sats|punkt|beslutning|tabell|resultat)\b", REPLACES, ""),
    # Data
    (r"\bja\s*", r"/\s*nei\b", "Skriv «ja/nei» uten mellomrom.", ""),
    (r"^(entitet|post)\s[\s\S]*:\s*liste\s*", "", "Skriv hva den er en liste av, som «liste av tekst».", ""),
    (r"^(entitet|post)\s[\s\S]*:[^\n:]*", "[<>]=?", "Grensen skrives «minst 0» eller «høyst 10».", ""),
    (r"^sats\s[^\n]*", "=", "Skriv verdien på en egen linje: «fra 2020-01-01: 90 kr».", ""),
    (r"^sats\s[\s\S]*\n\s*", r"\d{4}-", "Skriv «fra» foran datoen.", "_FRA"),
    (r"\b(fra|til)\s*", r"\d{4}\b", "Skriv hele datoen, som 2020-01-01.", "DATE"),
    (r"^kodeverk\s+\w+\s*(«[^»]*»\s*)?ifølge\s*", "", "Et kodeverk har ingen kilde. Skriv den etter «#».", ""),
    (r"^kodeverk\s[\s\S]*\w\s*", r"\d|:|«", "Skriv «=» mellom navnet og koden.", "_EQUALS"),
    (r"^kodeverk\s[\s\S]*=\s*", r"\w", "Skriv en kode som har bokstaver, mellom « og ».", "CLAUSENO"),
    (r"^kodeverk\s[\s\S]*", r"\d\w*\s*=", "Navnet står først, så koden: «rød = 1».", "NAME"),
    (r"^kilde\s[\s\S]*\b(offisiell|avledet|ubekreftet|eksempel)\s*", "", "Skriv «status» foran.", "NUMBER"),
    (r"^tabell\s[\s\S]*\n\s*", r"\|", "Radene står i en fil, som «fil «priser.csv»».", ""),
    (r"^tabell\s[\s\S]*\n\s*", r"\w+\s*:", "Skriv «nøkkel» eller «kolonne» foran navnet.", "COLUMN"),
    (r"^resultat\s[\s\S]*", "$", "Skriv hva resultatet er for, som «for Episode».", "_FOR"),
    (r"^opphev\s+", r"[\w.]+", "Skriv hva som oppheves, som «opphev punkt 4.3».", ""),
    # Clauses
    (r"^(punkt|beslutning)\s*", "«", "Navnet eller nummeret står før tittelen, som «punkt 2».", ""),
    (r"^punkt\s+\S*", r"[^\w\s«]", CLAUSE, ""),
    (r"^punkt\s+\S+[ \t]+[^\W\d]\w*\s*", "", "Skriv tittelen mellom « og ».", "_ER"),
    (r"^egenskap[\s\S]*", r"når\b", "Skriv «der».", ""),
    ("", r"når\b", WHEN, ""),
    ("", r"ifølge\b", "«ifølge» står øverst i punktet, før krav og regler.", "_KRAV"),
    ("", r"omtale\b", "«omtale» står øverst i punktet, før krav og regler.", "_KRAV"),
    ("", r"unntak\b", "«unntak» står øverst i punktet, før krav og regler.", "_KRAV"),
    ("", r"ellers\b", "Etter «ellers» står resultatet igjen: «ellers R er nei».", "_KRAV"),
    # Decision tables
    (r"^beslutning\s[^|]*", r"\|", "Skriv «treff første», «treff én» eller «treff alle» etter tittelen.", "_TREFF"),
    (r"(^|\n)\s*\|[| ]*--[-| ]*", r"\|", "Under overskriftene trengs ingen linje.", "MINUS"),
    (r"(^|\n)\s*\|[^\n]*\|\|[^\n]*\|\|[^\n]*\|\s*", r"\S", "Bare det siste, utfallet, har «||» foran seg.", ""),
    (r"\|\s*", r"\*\s*\|", ANY, ""),
    (r"\|\s*", r"\|", ANY, ""),
    (r"\|[^\n|]*", r"eller\b", "Flere verdier i en celle står i krøllparentes: {1; 2}.", "_BAR"),
    (r"\|\|[^\n|]*\n\s*\|\s*", r"\S", "Linjen over mangler «|» til slutt.", "_BAR"),
    # Properties and examples
    (r"^egenskap[\s\S]*", r"så\b", "Skriv «gjelder».", "_GJELDER"),
    (r"^egenskap[\s\S]*", r"alle\b", "Skriv «for alle».", "_FOR"),
    (r"^egenskap[\s\S]*\bfor\s+alle\s+\w+\s+gjelder\s*", "", "Gi det et navn: «for alle Episode e».", ""),
    (r"^egenskap[\s\S]*\bfor\s+alle\s+\w+\s+\w+\s*", r"og\b", "Skill navnene med komma: «for alle Episode a, b».", ""),
    (r"\bfor\s+alle\s+\w+\s+\w+\s*,\s*\w+\s*", ",", "En egenskap gjelder høyst to ting.", ""),
    (r"^eksempel[\s\S]*\bså\s+er\s*", "", "Skriv resultatet først: «så r er ja».", ""),
    (r"^eksempel[\s\S]*", r"(i|av|ifølge|punkt)\b", "Skriv hvilket punkt med «etter», som «etter 4.3.6».", "_ETTER"),
    (r"^eksempel[\s\S]*", r"så\b", "Skriv først hva som er gitt: «gitt Episode» og opplysningene.", "_GITT"),
    (r"^eksempel[\s\S]*\n\s*og\s+\w+\s+er\s*", "", "Hvert svar begynner med «så»: «så r er ja».", ""),
    # Last, what goes by what was awaited alone
    ("", ",", "Skill elementer med semikolon.", ""),
    ("", "=", "Skriv «er» for likhet.", ""),
    ("", r":=?|skal\b|blir\b", "Skriv «er».", "_ER"),
)


@frozen
class Hint:
    """What to write instead, and whether it is of the word before the place where reading stopped."""

    text: str = ""
    of_word: bool = False


def near(before: str, after: str, expected: set[str]) -> Hint:
    """The hint for a place in a declaration; without text where there is none."""
    if expected == {"TEXT"} or ("TEXT" in expected and re.search(r"\b(omtale|eksempel|fil)\s*$", before)):
        return Hint(QUOTES if re.match("[“”„‟'’‘]", after) else TEXT)
    if expected == {"_COLON"} and re.match(r"\w", after):
        return Hint("Skriv «:» etter datoen." if re.search(r"\d-\d\d\s*$", before) else COLON)
    for led, there, hint, awaited in _compiled():
        if (not awaited or awaited in expected) and (found := there.match(after)) and led.search(before):
            return Hint(hint.replace("{}", found[1]) if found.lastindex else hint, of_word=not found[0] and bool(after))
    return Hint()


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], re.Pattern[str], str, str], ...]:
    return tuple((re.compile(f"(?:{led})$" if led else ""), re.compile(there), hint, awaited)
                 for led, there, hint, awaited in NEAR)
