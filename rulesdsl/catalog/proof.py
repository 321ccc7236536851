"""61x and 62x: what a solver shows of all cases (``isfrules check --prove``). The examples are right as text; it takes
the solver to find what is wrong with them."""

from rulesdsl.catalog.entry import Entry

_HEAD = "  ifølge hdir\n  unntak fra hovedregel\n"
_TWO = f"punkt 4.1 «Lange opphold»\n{_HEAD}  når permisjonsdogn > 10 døgn\n  tellende er nei\n\n"
_RESULT = "resultat tillegg : poeng for Episode «Tillegg»\n\n"
_TABLE = "beslutning avgjort : ja/nei for Episode   treff {policy}\n  ifølge hdir\n  | hdg | hdg * 2 || utfall |\n"


def _clause(number: str, title: str, *lines: str) -> str:
    return f"punkt {number} «{title}»\n{_HEAD}" + "".join(f"  {line}\n" for line in lines)


def _table(policy: str, *rows: str) -> str:
    return _TABLE.format(policy=policy) + "".join(f"  | {row} |\n" for row in rows)


PROOF: tuple[Entry, ...] = (
    Entry(
        "ISF610", "To punkter står mot hverandre",
        "Det finnes en sak der to regler gjelder samtidig og gir hver sin verdi. Resultatet får da ingen verdi. "
        "Meldingen viser saken; den ene regelen må være unntak fra den andre.",
        _TWO + _clause("4.2", "Svært lange opphold", "når permisjonsdogn > 20 døgn", "tellende er ja"),
        _TWO + _clause("4.2", "Svært lange opphold", "når permisjonsdogn > 20 døgn", "tellende er ja").replace(
            "unntak fra hovedregel", "unntak fra hovedregel; 4.1"),
    ),
    Entry(
        "ISF611", "Ingen regel gir svar",
        "Det finnes en sak der ingen regel gir resultatet en verdi. Er det meningen, kan meldingen stå; ellers mangler "
        "det en regel for saken som vises.",
        _RESULT + "punkt 6.1 «Tillegg»\n  ifølge hdir\n  regel kort: tillegg er 0,010 poeng når varighet < 5 timer\n"
        "  regel lang: tillegg er 0,020 poeng når varighet > 5 timer\n",
        _RESULT + "punkt 6.1 «Tillegg»\n  ifølge hdir\n  regel kort: tillegg er 0,010 poeng når varighet < 5 timer\n"
        "  regel lang: tillegg er 0,020 poeng når varighet >= 5 timer\n",
        "advarsel",
    ),
    Entry(
        "ISF612", "Punktet gjelder aldri",
        "Vilkårene i «når» kan ikke være oppfylt samtidig i noen sak i utgaven. Ofte er et «og» blitt skrevet der det "
        "skulle stått «eller», eller en grense er snudd.",
        _clause("4.3", "Barn", "når år_mellom(pasient.fodselsdato; utdato) < 18",
                "  og år_mellom(pasient.fodselsdato; utdato) > 18", "tellende er nei"),
        _clause("4.3", "Barn", "når år_mellom(pasient.fodselsdato; utdato) < 18", "tellende er nei"),
        "advarsel",
    ),
    Entry(
        "ISF613", "Regelen gjelder aldri",
        "Regelens vilkår kan ikke være oppfylt samtidig med vilkårene for punktet. Den har derfor ingen virkning.",
        _RESULT + "punkt 6.1 «Tillegg»\n  ifølge hdir\n  tillegg er 0,010 poeng\n\npunkt 6.2 «Lange»\n  ifølge hdir\n"
        "  unntak fra 6.1\n  når varighet > 10 timer\n  tillegg er 0,020 poeng når varighet < 5 timer\n"
        "  tillegg er 0,030 poeng når varighet >= 12 timer\n",
        _RESULT + "punkt 6.1 «Tillegg»\n  ifølge hdir\n  tillegg er 0,010 poeng\n\npunkt 6.2 «Lange»\n  ifølge hdir\n"
        "  unntak fra 6.1\n  når varighet > 10 timer\n  tillegg er 0,020 poeng når varighet < 12 timer\n"
        "  tillegg er 0,030 poeng når varighet >= 12 timer\n",
        "advarsel",
    ),
    Entry(
        "ISF614", "Kravet er alltid oppfylt",
        "I alle saker som punktet gjelder, er kravet oppfylt. Det stenger da ingen ute.",
        _clause("4.4", "Korte opphold", "når varighet < 5 timer", "krav tid «kortere enn ett døgn»",
                "  varighet < 24 timer", "ellers tellende er nei"),
        _clause("4.4", "Korte opphold", "når varighet < 48 timer", "krav tid «kortere enn ett døgn»",
                "  varighet < 24 timer", "ellers tellende er nei"),
        "advarsel",
    ),
    Entry(
        "ISF615", "Kravet er aldri oppfylt",
        "I ingen sak som punktet gjelder, er kravet oppfylt. Da stenger det alle ute, og det var neppe meningen.",
        _clause("4.4", "Lange opphold", "når varighet > 48 timer", "krav tid «kortere enn ett døgn»",
                "  varighet < 24 timer", "ellers tellende er nei"),
        _clause("4.4", "Opphold", "når varighet > 12 timer", "krav tid «kortere enn ett døgn»",
                "  varighet < 24 timer", "ellers tellende er nei"),
        "advarsel",
    ),
    Entry(
        "ISF616", "Unntakene gjelder alltid",
        "Overalt der punktet gjelder, gjelder også et unntak fra det. Punktet får da aldri virkning.",
        _TWO + _clause("4.2", "Unntak", "når permisjonsdogn > 5 døgn", "tellende er ja").replace("hovedregel", "4.1"),
        _TWO + _clause("4.2", "Unntak", "når permisjonsdogn > 15 døgn", "tellende er ja").replace("hovedregel", "4.1"),
        "advarsel",
    ),
    Entry(
        "ISF617", "To rader treffer i samme sak",
        "Med «treff én» skal høyst én rad passe. Her leser kolonnene det samme, så overlappet ses først når de holdes "
        "mot hverandre.",
        _table("én", "<= 5 | - || ja", "> 5  | - || nei", "-    | > 18 || nei"),
        _table("én", "<= 5 | - || ja", "> 5  | <= 18 || ja", "-    | > 18 || nei"),
    ),
    Entry(
        "ISF618", "Raden får aldri noen sak",
        "Radene over tar alle sakene som raden passer for, eller cellene kan ikke passe samtidig.",
        _table("første", "> 10 | - || ja", "- | > 20 || nei", "- | - || ja"),
        _table("første", "> 10 | - || ja", "- | > 10 || nei", "- | - || ja"),
        "advarsel",
    ),
    Entry(
        "ISF619", "Tabellen har et hull",
        "Det finnes en sak der ingen rad treffer. Da får resultatet ingen verdi. Er det meningen, kan meldingen stå.",
        _table("én", "<= 5 | - || ja", "- | > 12 || nei"),
        _table("én", "<= 5 | - || ja", "- | > 10 || nei"),
        "advarsel",
    ),
    Entry(
        "ISF620", "Verdien er alltid 0",
        "Regelen regner ut en verdi av det som står i saken, men den blir 0 i alle saker. Oftest er det rundet av "
        "for tidlig.",
        _RESULT + "punkt 6.1 «Tillegg»\n  ifølge hdir\n  når varighet mellom 0 timer og 24 timer\n"
        "  tillegg er avrund_ned(varighet / 100 timer; 0) * 0,5 poeng\n\n"
        "punkt 6.2 «Ellers»\n  ifølge hdir\n  når ikke varighet mellom 0 timer og 24 timer\n  tillegg er 0 poeng\n",
        _RESULT + "punkt 6.1 «Tillegg»\n  ifølge hdir\n  når varighet mellom 0 timer og 24 timer\n"
        "  tillegg er avrund_ned(varighet / 10 timer; 0) * 0,5 poeng\n\n"
        "punkt 6.2 «Ellers»\n  ifølge hdir\n  når ikke varighet mellom 0 timer og 24 timer\n  tillegg er 0 poeng\n",
        "advarsel",
    ),
    Entry(
        "ISF621", "Egenskapen lover ingenting",
        "Ingen sak oppfyller vilkårene i «der», heller ikke i de andre utgavene som har egenskapen. Da holder den "
        "alltid, uansett hva reglene sier.",
        "egenskap kort «Korte opphold teller»\n  for alle Episode a\n"
        "  der a.varighet < 5 timer og a.varighet > 10 timer\n  gjelder a.tellende\n",
        "egenskap kort «Korte opphold teller»\n  for alle Episode a\n"
        "  der a.varighet > 5 timer og a.varighet < 10 timer\n  gjelder a.tellende\n",
        "advarsel",
    ),
)
