"""3xx: types, units, decimals and sizes."""

from rulesdsl.catalog.entry import Entry


def _rule(rule: str, unless: str = "refusjon") -> str:
    """A clause with one rule, as an exception to what it would else stand beside."""
    return f"punkt 5.1 «Prøve»\n  ifølge hdir\n  unntak fra {unless}\n  {rule}\n"


_PARTS = "".join(f"  der ledd_{i} er {f'ledd_{i - 1}' if i else 'pris'} + 1 kr\n" for i in range(40))

TYPES: tuple[Entry, ...] = (
    Entry(
        "ISF301", "Feil type",
        "Uttrykket er av et annet slag enn det som skal stå her, for eksempel en tekst der det skal være ja eller nei.",
        _rule("tellende er drg", "hovedregel"),
        _rule("tellende er drg er «1»", "hovedregel"),
    ),
    Entry(
        "ISF302", "Feil enhet",
        "Kroner, poeng, døgn og timer blandes ikke. Er enhetene ulike, er som regel noe glemt: en pris, en sats.",
        _rule("refusjon er grunnpoeng"),
        _rule("refusjon er avrund(grunnpoeng * enhetspris; 2)"),
    ),
    Entry(
        "ISF303", "For mange desimaler",
        "Tall rundes aldri av i det stille. Den som skriver regelen, sier hvor det skal rundes, og til hva.",
        _rule("refusjon er grunnpoeng * enhetspris"),
        _rule("refusjon er avrund(grunnpoeng * enhetspris; 2)"),
    ),
    Entry(
        "ISF304", "Deling uten avrunding",
        "En deling går sjelden opp. Derfor står den bare i en avrunding, som sier hvor mange desimaler svaret har.",
        _rule("refusjon er pris / 3"),
        _rule("refusjon er avrund(pris / 3; 2)"),
    ),
    Entry(
        "ISF305", "Mangler «ellers»",
        "Et oppslag kan stå uten treff, og en nevner kan være null. Da må regelen si hva som gjelder i stedet.",
        _rule("grunnpoeng er vekter[drg].vekt", "vekt"),
        _rule("grunnpoeng er vekter[drg].vekt ellers 0 poeng", "vekt"),
    ),
    Entry(
        "ISF306", "Tallet kan bli for stort",
        "Alle tall regnes nøyaktig, med høyst 38 sifre. Det største tallet uttrykket kan gi, får ikke plass.",
        _rule("når hdg * hdg * hdg * hdg * hdg > 0\n  refusjon er pris"),
        _rule("når hdg * hdg > 0\n  refusjon er pris"),
    ),
    Entry(
        "ISF307", "Feil verdier til funksjonen",
        "Funksjonen eller oppslaget skal ha et bestemt antall verdier, skilt med semikolon.",
        _rule("refusjon er avrund(grunnpoeng * enhetspris)"),
        _rule("refusjon er avrund(grunnpoeng * enhetspris; 2)"),
    ),
    Entry(
        "ISF308", "Ukjent funksjon",
        "Språket har noen få funksjoner, med de norske navnene fra Excel i små bokstaver.",
        _rule("refusjon er avrundopp(grunnpoeng * enhetspris; 2)"),
        _rule("refusjon er avrund_opp(grunnpoeng * enhetspris; 2)"),
    ),
    Entry(
        "ISF309", "Kan ikke sammenliknes",
        "En liste sammenliknes ikke med én verdi, en kode ikke med et tall, og bare tall og datoer har rekkefølge.",
        _rule("når sarkoder er «B0044»\n  tellende er nei", "hovedregel"),
        _rule("når «B0044» i sarkoder\n  tellende er nei", "hovedregel"),
    ),
    Entry(
        "ISF310", "Ikke en liste",
        "«i» leter i en liste eller et kodesett, og «antall», «finnes» og «alle» går gjennom en liste.",
        _rule("når «1» i drg\n  tellende er nei", "hovedregel"),
        _rule("når drg er «1»\n  tellende er nei", "hovedregel"),
    ),
    Entry(
        "ISF311", "Ikke en fast verdi",
        "I klammer, i kodesett og i eksempler står bare verdier som er skrevet ut: tall, tekster, datoer og koder.",
        _rule("når utdato er en av {inndato; 2020-12-31}\n  tellende er nei", "hovedregel"),
        _rule("når utdato er inndato eller utdato er 2020-12-31\n  tellende er nei", "hovedregel"),
    ),
    Entry(
        "ISF313", "«annen» og «denne» passer ikke her",
        "«denne» er den saken gjelder, og «annen» en annen av samme slag. Listen har noe annet.",
        _rule("når finnes annen i sarkoder der annen er «B0044»\n  tellende er nei", "hovedregel"),
        _rule("når finnes annen i pasient.episoder der annen.utdato er utdato\n  tellende er nei", "hovedregel"),
    ),
    Entry(
        "ISF314", "Koden gjelder ikke i utgaven",
        "Koden finnes, men ikke på noen dag utgaven gjelder. Regelen ville aldri slå til.",
        _rule("når kontakttype er video\n  tellende er nei", "hovedregel"),
        _rule("når kontakttype er behandling\n  tellende er nei", "hovedregel"),
    ),
    Entry(
        "ISF315", "Datoen kan havne utenfor kalenderen",
        "En dato flyttes et helt antall døgn, og ikke lenger enn at den finnes. Datoer i en sak er fra 1800 til 2199.",
        _rule("når utdato - 1 000 000 døgn < inndato\n  tellende er nei", "hovedregel"),
        _rule("når utdato - 30 døgn < inndato\n  tellende er nei", "hovedregel"),
    ),
    Entry(
        "ISF317", "For sammensatt",
        "En post har enkle felter og enkle lister, og et resultat er en enkel verdi eller en liste av slike.",
        "post Team «Team»\n  avtale : Avtale\n",
        "post Team «Team»\n  har_avtale : ja/nei\n",
    ),
    Entry(
        "ISF318", "For mange deler oppå hverandre",
        "Deler («der») som bygger på hverandre i svært mange ledd, kan ingen følge i en begrunnelse.",
        "punkt 5.1 «Prøve»\n  ifølge hdir\n  unntak fra refusjon\n" + _PARTS + "  refusjon er ledd_39\n",
        "punkt 5.1 «Prøve»\n  ifølge hdir\n  unntak fra refusjon\n  der ledd er pris + 40 kr\n  refusjon er ledd\n",
    ),
    Entry(
        "ISF319", "«betales av» passer ikke her",
        "Bare et beløp kan betales av noen: resultatet er i kroner eller en annen pengeenhet. Betaleren har et navn.",
        "resultat tillegg : poeng for Episode betales av «Staten»\n"
        "punkt 5.1 «Tillegg»\n  ifølge hdir\n  tillegg er 1 poeng\n",
        "resultat tillegg : kroner for Episode betales av «Staten»\n"
        "punkt 5.1 «Tillegg»\n  ifølge hdir\n  tillegg er 1 kr\n",
    ),
    Entry(
        "ISF320", "Grensene holder ikke",
        "Et felt kan si hvilke tall som kan stå der: «minst 0», «høyst 23», «mellom 0 og 23». Grensene hører til tall, "
        "den minste står først, og eksemplene holder seg innenfor. Data som ikke gjør det, legges til side.",
        "post Vakt «Vakt»\n  klokketime : tall mellom 23 og 0\n",
        "post Vakt «Vakt»\n  klokketime : tall mellom 0 og 23\n",
    ),
)
