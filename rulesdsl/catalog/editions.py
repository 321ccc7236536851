"""4xx: editions, sources, tables, and how clauses hang together."""

from rulesdsl.catalog.entry import Entry

_HEAD = "regelverk prøve 2020 «Prøveregelverk 2020»\n  gjelder 2020-01-01 til 2020-12-31\n"
_ENTITY = "entitet Episode\n  nøkkel episode_id : tekst\n  rettsdato utdato : dato\n  hdg : tall\n"
_KILDE = "kilde hdir «Regelverk» Helsedirektoratet 2020 «https://www.helsedirektoratet.no»\n"


def _table(columns: str, file: str = "vekter.csv") -> str:
    return f"tabell andre_vekter\n{columns}  fil «{file}»   ifølge hdir\n"


def _decision(rows: str, policy: str = "én", column: str = "utfort_av") -> str:
    return f"beslutning avgjort : ja/nei for Episode   treff {policy}\n  ifølge hdir\n  | {column} || utfall |\n{rows}"


_KEY, _VALUE = "  nøkkel drg : tekst\n", "  kolonne vekt : poeng\n"
_CLAUSE = "punkt 4.3.6 «Kommuner»\n  ifølge hdir\n  unntak fra hovedregel\n  når utfort_av er kommune\n"

EDITIONS: tuple[Entry, ...] = (
    Entry(
        "ISF401", "Mangler kilde",
        "Hvert tall og hvert punkt sier hva det bygger på, så det kan etterprøves.",
        "sats sats_tsb : kroner per poeng\n  fra 2020-01-01: 3 160\n",
        "sats sats_tsb : kroner per poeng\n  fra 2020-01-01: 3 160   ifølge hdir\n",
    ),
    Entry(
        "ISF402", "Ukjent kilde",
        "«ifølge» viser til en kilde som er deklarert i regelverket, med tittel, utgiver og år.",
        "sats sats_tsb : kroner per poeng\n  fra 2020-01-01: 3 160   ifølge hdri\n",
        "sats sats_tsb : kroner per poeng\n  fra 2020-01-01: 3 160   ifølge hdir\n",
    ),
    Entry(
        "ISF403", "Kilden er ufullstendig",
        "En offisiell kilde må kunne finnes igjen: utgiver, år og adresse. Ellers er den ubekreftet.",
        "kilde rundskriv «Rundskriv om ISF» Helsedirektoratet 2020\n",
        "kilde rundskriv «Rundskriv om ISF» Helsedirektoratet 2020\n  status ubekreftet\n",
    ),
    Entry(
        "ISF404", "Satsen begynner for sent",
        "Satsen må ha en verdi hver dag utgaven gjelder, også den første.",
        "sats sats_tsb : kroner per poeng\n  fra 2020-07-01: 3 160   ifølge hdir\n",
        "sats sats_tsb : kroner per poeng\n  fra 2020-01-01: 3 160   ifølge hdir\n",
    ),
    Entry(
        "ISF405", "Feil i gyldigheten",
        "En utgave og en kode gjelder fra en dag til en dag, og den første kommer ikke etter den siste.",
        "regelverk prøve 2020 «Prøve 2020»\n  gjelder 2020-12-31 til 2020-01-01\n",
        "regelverk prøve 2020 «Prøve 2020»\n  gjelder 2020-01-01 til 2020-12-31\n",
    ),
    Entry(
        "ISF406", "Filen til tabellen finnes ikke",
        "Radene i en tabell står i en CSV-fil ved siden av regelverksfilen. Uten den har tabellen ingen rader.",
        _table(_KEY + _VALUE, "vekt.csv"), _table(_KEY + _VALUE),
    ),
    Entry(
        "ISF407", "Kolonnen finnes ikke i filen",
        "Første linje i filen har navnene på kolonnene. Et navn som mangler der, er ofte feilskrevet.",
        _table(_KEY + "  kolonne vekter : poeng\n"), _table(_KEY + _VALUE),
    ),
    Entry(
        "ISF408", "Raden kan ikke leses",
        "En celle har en verdi av feil slag, eller raden har feil antall celler. Meldingen viser linjen i filen.",
        _table(_KEY + "  kolonne navn : poeng\n"), _table(_KEY + "  kolonne navn : tekst\n"),
    ),
    Entry(
        "ISF409", "Nøkkel eller kolonne står to ganger",
        "To rader med samme nøkkel gir to svar på samme oppslag, og ingen vet hvilket som gjelder.",
        _table("  nøkkel gruppe : tekst\n" + _VALUE), _table(_KEY + _VALUE),
    ),
    Entry(
        "ISF410", "Feil i filens hode",
        "Filen begynner med «regelverk» og utgaven, eller «felles», og har bare ett hode.",
        _HEAD + _KILDE + "regelverk prøve 2021\n  gjelder 2021-01-01 til 2021-12-31\n",
        _HEAD + _KILDE,
    ),
    Entry(
        "ISF411", "Utgavene overlapper",
        "En dag har høyst én utgave av et regelverk. Her gjelder to på samme dag; en ny utgave i egen fil må begynne "
        "dagen etter at den forrige slutter.",
        "", "",
    ),
    Entry(
        "ISF412", "Ingen utgave gjelder den dagen",
        "Rettsdatoen velger utgaven, aldri den nærmeste i stedet. Et eksempel hører til utgaven det står i.",
        "eksempel «Året før»  ifølge hdir\n  gitt Episode\n    utdato er 2019-06-01\n  så tellende er ja\n",
        "eksempel «I året»  ifølge hdir\n  gitt Episode\n    utdato er 2020-06-01\n  så tellende er ja\n",
    ),
    Entry(
        "ISF413", "Utgaven finnes ikke",
        "Utgaven det spørres etter, er ikke blant dem som er funnet uten feil. «isfrules show» lister dem.",
        "", "",
    ),
    Entry(
        "ISF414", "Resultatet får aldri verdi",
        "Ingen regel gir resultatet en verdi, så svaret ville alltid mangle.",
        "resultat tillegg : poeng for Episode\n",
        "resultat tillegg : poeng for Episode\n\npunkt 6.1 «Tillegg»\n  ifølge hdir\n  tillegg er 0,020 poeng\n",
    ),
    Entry(
        "ISF415", "Datoene står ikke i rekkefølge",
        "Verdiene av en sats står i tid, den eldste først. Ellers er det lett å lese feil verdi.",
        "sats sats_tsb : kroner per poeng\n  fra 2019-01-01: 3 100   ifølge hdir\n"
        "  fra 2018-01-01: 3 000   ifølge hdir\n",
        "sats sats_tsb : kroner per poeng\n  fra 2018-01-01: 3 000   ifølge hdir\n"
        "  fra 2019-01-01: 3 100   ifølge hdir\n",
    ),
    Entry(
        "ISF416", "Punktet sier ikke hva som gjelder",
        "Et punkt uten regel har ingen virkning: det må gi minst ett resultat en verdi.",
        _CLAUSE, _CLAUSE + "  tellende er nei\n",
    ),
    Entry(
        "ISF417", "Reglene er i konflikt",
        "To regler gjelder samtidig og sier hver sin ting. Ingen går foran fordi den står først; den ene må være "
        "unntak fra den andre.",
        _CLAUSE + "  tellende er nei\npunkt 4.3.7 «Også kommuner»\n  ifølge hdir\n  unntak fra hovedregel\n"
        "  når utfort_av er kommune\n  tellende er ja\n",
        _CLAUSE + "  tellende er nei\npunkt 4.3.7 «Journalført hos kommunen»\n  ifølge hdir\n  unntak fra 4.3.6\n"
        "  når utfort_av er kommune og journalfort\n  tellende er ja\n",
    ),
    Entry(
        "ISF418", "Deklarasjonen er ikke hel",
        "En entitet har én nøkkel (tekst) og høyst én rettsdato (dato), og en tabell "
        "har minst én nøkkel og én kolonne.",
        "entitet Henvisning\n  mottatt : dato\n",
        "entitet Henvisning\n  nøkkel henvisning_id : tekst\n  mottatt : dato\n",
    ),
    Entry(
        "ISF419", "Punktet gjelder flere entiteter",
        "Et punkt leses for én ting om gangen, og feltene i det er den tingens. Regler for noe annet hører til i et "
        "eget punkt.",
        "entitet Time\n  nøkkel time_id : tekst\n  rettsdato dag : dato\n\nresultat betalt : ja/nei for Time\n\n"
        "punkt 8.1 «Betalt»\n  ifølge hdir\n  unntak fra hovedregel\n  betalt er ja\n  tellende er ja\n",
        "entitet Time\n  nøkkel time_id : tekst\n  rettsdato dag : dato\n\nresultat betalt : ja/nei for Time\n\n"
        "punkt 8.1 «Betalt»\n  ifølge hdir\n  betalt er ja\n",
    ),
    Entry(
        "ISF420", "«ellers» uten krav",
        "«ellers» sier hva som gjelder når et krav ikke er oppfylt. Punktet har ikke noe krav.",
        _CLAUSE + "  ellers tellende er nei\n",
        _CLAUSE + "  krav avtale «regulert i avtale»\n    avtale.forankret\n  ellers tellende er nei\n",
    ),
    Entry(
        "ISF421", "Feil antall celler i raden",
        "Hver rad i en beslutningstabell har én celle for hver kolonne, og så utfallet.",
        _decision("  | kommune | - || nei |\n  | - || ja |\n", "første"),
        _decision("  | kommune || nei |\n  | - || ja |\n", "første"),
    ),
    Entry(
        "ISF422", "Entiteten har ingen rettsdato",
        "Rettsdatoen velger utgaven. Et resultat for noe uten rettsdato har ingen utgave å regnes ut etter.",
        "resultat voksen : ja/nei for Pasient\n\npunkt 2.1 «Voksen»\n  ifølge hdir\n  voksen er ja\n",
        "resultat voksen : ja/nei for Episode\n\npunkt 2.1 «Voksen»\n  ifølge hdir\n"
        "  voksen er år_mellom(pasient.fodselsdato; utdato) >= 18\n",
    ),
    Entry(
        "ISF423", "Rader som overlapper",
        "Med «treff én» skal høyst én rad passe. Treffer to, er svaret i konflikt, også når de sier det samme.",
        _decision("  | {kommune; privat} || nei |\n  | {privat; helseforetak} || ja |\n"),
        _decision("  | {kommune; privat} || nei |\n  | helseforetak || ja |\n"),
    ),
    Entry(
        "ISF424", "Ingen rad passer",
        "Med «treff én» skal en rad passe uansett. For verdiene i meldingen får resultatet ingen verdi av tabellen.",
        _decision("  | kommune || nei |\n  | helseforetak || ja |\n"),
        _decision("  | kommune || nei |\n  | helseforetak || ja |\n  | privat || nei |\n"),
        "advarsel",
    ),
    Entry(
        "ISF425", "Raden nås aldri",
        "Radene leses ovenfra, og det som står her, er alt avgjort, eller cellene kan ikke passe samtidig.",
        _decision("  | - || nei |\n  | kommune || ja |\n", "første"),
        _decision("  | kommune || ja |\n  | - || nei |\n", "første"),
        "advarsel",
    ),
    Entry(
        "ISF426", "Reglene kan komme i konflikt",
        "Regelen gjelder samtidig med en annen, og de kan si hver sin ting: når ingen av unntakene gjelder, eller når "
        "det de regner ut, ikke er likt. Som regel er «unntak fra» glemt.",
        _CLAUSE + "  tellende er nei\npunkt 4.3.8 «Private»\n  ifølge hdir\n  når utfort_av er privat\n"
        "  tellende er nei\n",
        _CLAUSE + "  tellende er nei\npunkt 4.3.8 «Private»\n  ifølge hdir\n  unntak fra hovedregel\n"
        "  når utfort_av er privat\n  tellende er nei\n",
        "advarsel",
    ),
    Entry(
        "ISF427", "Egenskapen henger ikke sammen",
        "En egenskap gjelder én eller to ting av samme entitet. To ting er enten to saker, som kan være like unntatt i "
        "noen felter, eller to ulike ting i samme sak.",
        "egenskap nøytral «Lik betaling»\n  for alle Episode a, b\n  der a er som a unntatt kontakttype\n"
        "  gjelder a.refusjon er b.refusjon\n",
        "egenskap nøytral «Lik betaling»\n  for alle Episode a, b\n  der a er som b unntatt kontakttype\n"
        "  gjelder a.refusjon er b.refusjon\n",
    ),
    Entry(
        "ISF428", "En annen utgave svarer ikke her",
        "«etter isf 2019» spør hva et felt eller et resultat er når den samme saken avgjøres etter en annen utgave. "
        "Det kan bare en egenskap gjøre: regler avgjør etter sin egen utgave. Satser og tabeller spørres det ikke om.",
        "punkt 4.3.8 «Private»\n  ifølge hdir\n  unntak fra hovedregel\n  når utfort_av er privat\n"
        "  tellende er tellende etter prøve 2019\n",
        "punkt 4.3.8 «Private»\n  ifølge hdir\n  unntak fra hovedregel\n  når utfort_av er privat\n"
        "  tellende er nei\n",
    ),
    Entry(
        "ISF430", "To endringer av det samme",
        "En utgave endrer hvert punkt og hver sats én gang: enten skrives det på nytt, eller det oppheves, eller det "
        "flyttes.",
        "", "",
    ),
    Entry(
        "ISF431", "Det som endres, finnes ikke",
        "Bare det som står i utgaven som endres, kan oppheves eller flyttes. Et nytt punkt trenger ikke si noe om det.",
        "opphev punkt 7.2\n",
        "punkt 7.2 «Nytt»\n  ifølge hdir\n  unntak fra hovedregel\n  når ikke journalfort\n  tellende er nei\n",
    ),
    Entry(
        "ISF432", "Utgavene endrer hverandre i ring",
        "En utgave bygger på en eldre, som til slutt bygger på en som står alene. I en ring finnes ingen slik.",
        "regelverk prøve 2020 «Prøve 2020»\n  gjelder 2020-01-01 til 2020-12-31\n  endrer prøve 2020\n", _HEAD,
    ),
    Entry(
        "ISF433", "Utgaven som endres, finnes ikke",
        "«endrer» og «rettelse» viser til en utgave i en annen fil. Uten den er det ingenting å endre.",
        "regelverk prøve 2020 «Prøve 2020»\n  gjelder 2020-01-01 til 2020-12-31\n  endrer prøve 2019\n", _HEAD,
    ),
    Entry(
        "ISF434", "Rettelsen er eldre enn utgaven",
        "En rettelse kommer etter det den retter. Datoene i «kjent fra» sier når hver av dem ble kjent.",
        "", "",
    ),
    Entry(
        "ISF435", "Rettelsen har ingen plass i tiden",
        "Hver rettelse sier med «kjent fra» når den ble kjent, og to rettelser av samme utgave kommer ikke samme dag.",
        "", "",
    ),
    Entry(
        "ISF436", "Utgaven var ikke kjent",
        "Saken skal avgjøres slik reglene var kjent en bestemt dag, og da var utgaven ennå ikke kunngjort.",
        "", "",
    ),
)
