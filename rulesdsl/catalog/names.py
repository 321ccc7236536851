"""2xx: names, and what refers to what."""

from rulesdsl.catalog.entry import Entry

_HEAD = "regelverk prøve 2020 «Prøveregelverk 2020»\n  gjelder 2020-01-01 til 2020-12-31\n"
_CHAIN = "".join(
    f"punkt ledd_{i} «Ledd {i}»\n  ifølge hdir\n  unntak fra {f'ledd_{i - 1}' if i else 'hovedregel'}\n"
    f"  når permisjonsdogn > {i} døgn\n  tellende er {'ja' if i % 2 else 'nei'}\n"
    for i in range(31)
)


def _exception(guard: str, to: str = "hovedregel") -> str:
    return f"punkt 4.3.6 «Kommuner»\n  ifølge hdir\n  unntak fra {to}\n  {guard}\n  tellende er nei\n"


NAMES: tuple[Entry, ...] = (
    Entry(
        "ISF201", "Ukjent navn",
        "Navnet står ikke blant det som kan brukes her: felter, resultater, satser, koder, tabeller eller kolonner. "
        "Et navn som er feilskrevet, ville ellers gjort at regelen aldri gjelder.",
        _exception("når utfort_av er komune"), _exception("når utfort_av er kommune"),
    ),
    Entry(
        "ISF202", "Navnet er alt i bruk",
        "Et navn betyr én ting. Der to ting har samme navn, kan ingen lese av regelen hvilken som er ment.",
        "sats enhetspris : kroner per poeng\n  fra 2020-01-01: 45 808   ifølge hdir\n",
        "sats enhetspris_tsb : kroner per poeng\n  fra 2020-01-01: 3 160   ifølge hdir\n",
    ),
    Entry(
        "ISF203", "Navnet er et ord i språket",
        "Ordet har en fast betydning i reglene. Brukt som navn ville regelen kunne leses på to måter.",
        "punkt 5.3 «Betalt»\n  ifølge hdir\n  unntak fra hovedregel\n  der annen er pris > 0 kr\n"
        "  tellende er ikke annen\n",
        "punkt 5.3 «Betalt»\n  ifølge hdir\n  unntak fra hovedregel\n  der betalt er pris > 0 kr\n"
        "  tellende er ikke betalt\n",
    ),
    Entry(
        "ISF204", "Punktet finnes ikke",
        "Et unntak må si hvilket punkt det er unntak fra, og et eksempel hvilket punkt som avgjør. Punktet som er "
        "nevnt, står ikke i utgaven.",
        _exception("når utfort_av er kommune", "hovedregelen"), _exception("når utfort_av er kommune"),
    ),
    Entry(
        "ISF205", "Kravet eller regelen finnes ikke",
        "Et unntak kan gjelde ett krav eller én regel i et punkt. Punktet har ikke noe med det navnet.",
        "punkt 5.1 «Fast pris»\n  ifølge hdir\n  unntak fra refusjon, tellr\n  når pris finnes\n  refusjon er pris\n",
        "punkt 5.1 «Fast pris»\n  ifølge hdir\n  unntak fra refusjon, teller\n  når pris finnes\n  refusjon er pris\n",
    ),
    Entry(
        "ISF206", "Resultatet kommer an på seg selv",
        "Skal a regnes ut av b og b av a, kan ingen av dem regnes ut. Meldingen viser veien rundt.",
        "resultat tillegg : poeng for Episode\nresultat samlet : poeng for Episode\n"
        "punkt 6.1 «Tillegg»\n  ifølge hdir\n  tillegg er samlet\n"
        "punkt 6.2 «Samlet»\n  ifølge hdir\n  samlet er tillegg\n",
        "resultat tillegg : poeng for Episode\nresultat samlet : poeng for Episode\n"
        "punkt 6.1 «Tillegg»\n  ifølge hdir\n  tillegg er 0,020 poeng\n"
        "punkt 6.2 «Samlet»\n  ifølge hdir\n  samlet er grunnpoeng + tillegg\n",
    ),
    Entry(
        "ISF207", "Punktet er unntak fra seg selv",
        "Er et punkt unntak fra et annet som igjen er unntak fra det første, går ingen av dem foran.",
        "punkt 4.1 «Kommuner»\n  ifølge hdir\n  unntak fra 4.2\n  når utfort_av er kommune\n  tellende er nei\n"
        "punkt 4.2 «Private»\n  ifølge hdir\n  unntak fra 4.1\n  når utfort_av er privat\n  tellende er nei\n",
        "punkt 4.1 «Kommuner»\n  ifølge hdir\n  unntak fra hovedregel\n  når utfort_av er kommune\n  tellende er nei\n"
        "punkt 4.2 «Private»\n  ifølge hdir\n  unntak fra hovedregel\n  når utfort_av er privat\n  tellende er nei\n",
    ),
    Entry(
        "ISF208", "Den felles filen finnes ikke",
        "«bruker» henter kodeverk, entiteter og annet fra en felles fil. Så lenge den mangler, kan ingen av navnene i "
        "filen kontrolleres.",
        _HEAD + "  bruker nprr\n",
        _HEAD,
    ),
    Entry(
        "ISF210", "Unntaket gir noe annet",
        "Et unntak går foran det andre punktet for det resultatet begge gir. Gir de ikke noe felles, er unntaket uten "
        "virkning.",
        "punkt 5.2 «Fast pris»\n  ifølge hdir\n  unntak fra hovedregel\n  når pris finnes\n  refusjon er pris\n",
        "punkt 5.2 «Fast pris»\n  ifølge hdir\n  unntak fra refusjon\n  når pris finnes\n  refusjon er pris\n",
    ),
    Entry(
        "ISF211", "For mange unntak oppå hverandre",
        "Unntak fra unntak i over tretti ledd kan ingen følge. Skriv heller vilkårene i ett punkt eller en tabell.",
        _CHAIN,
        "beslutning kort : ja/nei for Episode   treff første\n  ifølge hdir\n"
        "  | permisjonsdogn || utfall |\n  | <= 1 døgn      || ja     |\n  | -              || nei    |\n",
    ),
    Entry(
        "ISF212", "Samme betaler, skrevet på to måter",
        "Det som betales, summeres for hver betaler. To navn som bare skiller seg i store bokstaver eller mellomrom, "
        "gir to summer der det skulle vært én.",
        "resultat tillegg : kroner for Episode betales av «Staten»\n"
        "resultat egenandel : kroner for Episode betales av «staten»\n"
        "punkt 5.1 «Tillegg»\n  ifølge hdir\n  tillegg er pris\n  egenandel er pris\n",
        "resultat tillegg : kroner for Episode betales av «Staten»\n"
        "resultat egenandel : kroner for Episode betales av «Staten»\n"
        "punkt 5.1 «Tillegg»\n  ifølge hdir\n  tillegg er pris\n  egenandel er pris\n",
        "advarsel",
    ),
    Entry(
        "ISF213", "Samme navn med stor og liten bokstav",
        "Den som leser regelen høyt, hører ikke hvilket av navnene som er ment, og en tabell med svar kan ikke "
        "ha to slike kolonner.",
        "sats Enhetspris : kroner per poeng\n  fra 2020-01-01: 3 160   ifølge hdir\n",
        "sats enhetspris_tsb : kroner per poeng\n  fra 2020-01-01: 3 160   ifølge hdir\n",
    ),
)
