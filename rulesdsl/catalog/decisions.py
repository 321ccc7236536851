"""6xx: what is found only when a case is decided. The examples are right as text; a case shows the message."""

from rulesdsl.catalog.entry import Entry

_ONE = "punkt 4.1 «Kommuner»\n  ifølge hdir\n  unntak fra hovedregel\n  når utfort_av er kommune\n  tellende er nei\n\n"

DECISIONS: tuple[Entry, ...] = (
    Entry(
        "ISF601", "Regler i konflikt i saken",
        "To regler gjelder for saken og gir hver sin verdi. Resultatet får da ingen verdi, for ingen av dem går foran. "
        "Eksemplet er galt for en sak der kommunen har utført noe som er journalført.",
        _ONE + "punkt 4.2 «Journalført»\n  ifølge hdir\n  unntak fra hovedregel\n  når journalfort\n  tellende er ja\n",
        _ONE + "punkt 4.2 «Journalført»\n  ifølge hdir\n  unntak fra hovedregel; 4.1\n  når journalfort\n"
        "  tellende er ja\n",
    ),
    Entry(
        "ISF602", "Ingen regel gjelder for saken",
        "Vilkårene for alle reglene er kjent, og ingen av dem holder. En hovedregel uten vilkår fyller hullet. "
        "Eksemplet er galt for en sak som ikke er journalført.",
        "resultat klar : ja/nei for Episode\n\npunkt 3.1 «Klar»\n  ifølge hdir\n  klar er ja når journalfort\n",
        "resultat klar : ja/nei for Episode\n\npunkt 3.1 «Klar»\n  ifølge hdir\n  klar er journalfort\n",
    ),
)
