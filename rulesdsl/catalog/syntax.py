"""1xx: what cannot be read."""

from rulesdsl.catalog.entry import Entry

_DEEP = "punkt dyp «Dyp»\n  tellende er " + "ikke " * 70 + "ja\n"

SYNTAX: tuple[Entry, ...] = (
    Entry(
        "ISF101", "Ukjent nøkkelord",
        "Hver deklarasjon begynner helt til venstre med et nøkkelord, og et ord som ligner, er trolig feilskrevet.",
        "puntk 4.3.6 «Kommuner»\n  tellende er nei\n",
        "punkt 4.3.6 «Kommuner»\n  tellende er nei\n",
    ),
    Entry(
        "ISF102", "Filen er ikke UTF-8",
        "Bokstaver som æ, ø og å kan bare leses sikkert når filen er lagret som UTF-8; en slik fil kan ikke vises som "
        "eksempel her.",
        "",
        "",
    ),
    Entry(
        "ISF103", "Teksten er ikke avsluttet",
        "En tekst står mellom « og », og uten begge vet ingen hvor den slutter.",
        "punkt 4.3.6 «Kommuner\n  tellende er nei\n",
        "punkt 4.3.6 «Kommuner»\n  tellende er nei\n",
    ),
    Entry(
        "ISF104", "Tekst utenfor en deklarasjon",
        "Alt i en fil hører til en deklarasjon; det som står før den første, ville ikke gjelde noe.",
        "omtale «Kommuner»\npunkt 4.3.6 «Kommuner»\n  tellende er nei\n",
        "punkt 4.3.6 «Kommuner»\n  omtale «Kommuner»\n  tellende er nei\n",
    ),
    Entry(
        "ISF105", "Filen er tom",
        "En fil må si hvilket regelverk den hører til, ellers kan ingen bruke den.",
        "# Ingenting ennå\n",
        "regelverk isf 2020 «Innsatsstyrt finansiering 2020»\n",
    ),
    Entry(
        "ISF106", "For dypt uttrykk",
        "Et uttrykk med svært mange ledd inni hverandre kan ingen kontrollere; gi delene navn.",
        _DEEP,
        "punkt dyp «Dyp»\n  tellende er ikke ja\n",
    ),
    Entry(
        "ISF107", "Uventet ord eller tegn",
        "Det som står her, passer ikke med det som står foran, og hele deklarasjonen må forstås før noe kan regnes ut.",
        "punkt 4.3.6 «Kommuner»\n  tellende er nei når utfort_av = kommune\n",
        "punkt 4.3.6 «Kommuner»\n  tellende er nei når utfort_av er kommune\n",
    ),
    Entry(
        "ISF108", "Deklarasjonen er ikke ferdig",
        "Deklarasjonen slutter midt i noe, så det mangler et ledd.",
        "punkt 4.3.6 «Kommuner»\n  vekt er hvis kommune så 0 poeng\n",
        "punkt 4.3.6 «Kommuner»\n  vekt er hvis kommune så 0 poeng ellers 1 poeng\n",
    ),
    Entry(
        "ISF109", "Ugyldig dato",
        "Datoen finnes ikke i kalenderen, så ingen kan vite hvilken dag som er ment.",
        "regelverk isf 2019 «ISF 2019»\n  gjelder 2019-01-01 til 2019-02-29\n",
        "regelverk isf 2019 «ISF 2019»\n  gjelder 2019-01-01 til 2019-02-28\n",
    ),
    Entry(
        "ISF110", "For mange sifre",
        "Tall regnes nøyaktig, og ingen sats eller vekt trenger mer enn 24 sifre; flere er trolig en skrivefeil.",
        "punkt samlet «Samlet beløp»\n  belop er 1234567890123456789012345\n",
        "punkt samlet «Samlet beløp»\n  belop er 12345678\n",
    ),
    Entry(
        "ISF111", "Ugyldig årstall",
        "En kilde har et utgivelsesår fra 1800 til 2199, så den kan finnes igjen.",
        "kilde rapport «Årsrapport» Helsedirektoratet 20211\n",
        "kilde rapport «Årsrapport» Helsedirektoratet 2021\n",
    ),
    Entry(
        "ISF112", "Ugyldig antall desimaler",
        "Antall desimaler må være et helt tall fra 0 til 12, for at tall skal kunne regnes nøyaktig overalt.",
        "resultat vekt : tall med 40 desimaler for Episode\n",
        "resultat vekt : tall med 4 desimaler for Episode\n",
    ),
    Entry(
        "ISF113", "Nøkkelord brukt som navn",
        "Nøkkelord har én betydning i språket; brukt som navn kunne regelen leses på to måter.",
        "resultat sum : kroner for Episode\n",
        "resultat belop : kroner for Episode\n",
    ),
)
