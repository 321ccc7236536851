"""5xx: what is wrong with the data of a case. The examples are files of cases; from ISF521 on, explanations. Those from
ISF530 on are about tables, and have none."""

from rulesdsl.catalog.entry import Entry

_RIGHT = '{"episode_id": "E1", "utdato": "2020-06-01"}'
_DEEP = 101
_NO_HASH = "0" * 64
_EXPLANATION = '{{"schema": "isfrules.explanation/1", "engine": "isfrules 0.1.0", "cases": [{}]}}'

DATA: tuple[Entry, ...] = (
    Entry(
        "ISF501", "Filen er tom",
        "En tom fil er ofte et uttrekk som ikke ble ferdig, så den regnes ikke som null saker.",
        "", _RIGHT,
    ),
    Entry(
        "ISF502", "Filen er ikke gyldig JSON",
        "Der skrivemåten er feil, vet ingen hva som var ment. Linje og tegn viser hvor lesingen stoppet.",
        '{"episode_id": "E1", "utdato": "2020-06-01", "korrigerte_poeng": 155,11}',
        '{"episode_id": "E1", "utdato": "2020-06-01", "korrigerte_poeng": 155.11}',
    ),
    Entry(
        "ISF503", "Ikke en sak",
        "En sak er et objekt med felter. I en liste av saker, eller med én sak på hver linje, gjelder det hver av dem.",
        f'[{_RIGHT}, "E2"]', f'[{_RIGHT}, {{"episode_id": "E2", "utdato": "2020-06-02"}}]',
    ),
    Entry(
        "ISF504", "Feltet står to ganger",
        "De fleste programmer beholder den siste verdien uten å si fra. Her velges ingen av dem.",
        '{"episode_id": "E1", "utdato": "2020-06-01", "drg": "442", "drg": "443"}',
        '{"episode_id": "E1", "utdato": "2020-06-01", "drg": "442"}',
    ),
    Entry(
        "ISF505", "Tallet kan ikke leses",
        "NaN og Infinity er ikke tall, og et tall på over hundre tegn er ikke et tall i en sak.",
        '{"episode_id": "E1", "utdato": "2020-06-01", "korrigerte_poeng": NaN}',
        '{"episode_id": "E1", "utdato": "2020-06-01", "korrigerte_poeng": null}',
    ),
    Entry(
        "ISF506", "For mange nivåer",
        "En sak har noen få nivåer. Mer enn hundre lister og objekter i hverandre er en fil som er blitt ødelagt.",
        '{"episode_id": ' + "[" * _DEEP + "]" * _DEEP + "}", _RIGHT,
    ),
    Entry(
        "ISF507", "Halvt tegn i en tekst",
        "Et løst surrogat er halvparten av et tegn og kan verken sammenlignes eller lagres.",
        '{"episode_id": "E1\\ud83d", "utdato": "2020-06-01"}', _RIGHT,
    ),
    Entry(
        "ISF508", "Kjenner ikke igjen saken",
        "Feltene avgjør om saken er en episode eller en pasient med episoder. Her er ingen av feltene kjent.",
        '{"opphold": "E1"}', _RIGHT,
    ),
    Entry(
        "ISF509", "Ukjent felt",
        "Et felt som er skrevet feil, ville ellers vært en opplysning som stille ble borte.",
        '{"episode_id": "E1", "utdato": "2020-06-01", "debitr": 1}',
        '{"episode_id": "E1", "utdato": "2020-06-01", "debitor": 1}',
    ),
    Entry(
        "ISF510", "Nøkkelen mangler",
        "Når en pasient har flere episoder, må hver ha sin nøkkel. Ellers kan svaret ikke si hvilken det gjelder.",
        '{"pasient_id": "P1", "episoder": [{"utdato": "2020-06-01"}, {"episode_id": "E2", "utdato": "2020-06-02"}]}',
        '{"pasient_id": "P1", "episoder": [{"episode_id": "E1", "utdato": "2020-06-01"}, '
        '{"episode_id": "E2", "utdato": "2020-06-02"}]}',
    ),
    Entry(
        "ISF511", "Nøkkelen står to ganger",
        "To episoder med samme nøkkel er ofte samme episode to ganger, og da ville den blitt talt to ganger.",
        '{"pasient_id": "P1", "episoder": [{"episode_id": "E1", "utdato": "2020-06-01"}, '
        '{"episode_id": "E1", "utdato": "2020-06-02"}]}',
        '{"pasient_id": "P1", "episoder": [{"episode_id": "E1", "utdato": "2020-06-01"}, '
        '{"episode_id": "E2", "utdato": "2020-06-02"}]}',
    ),
    Entry(
        "ISF512", "Rettsdatoen mangler",
        "Rettsdatoen velger utgaven av regelverket. Uten den er det ingen regler å avgjøre saken etter.",
        '{"episode_id": "E1", "inndato": "2020-05-28"}',
        '{"episode_id": "E1", "inndato": "2020-05-28", "utdato": "2020-06-01"}',
    ),
    Entry(
        "ISF513", "Feil slags verdi",
        "Feltet har én type, verdien en annen. Den gjøres ikke om i det stille: 10 og «010» er ikke det samme.",
        '{"episode_id": "E1", "utdato": "2020-06-01", "drg": 442}',
        '{"episode_id": "E1", "utdato": "2020-06-01", "drg": "442"}',
    ),
    Entry(
        "ISF514", "Ugyldig dato",
        "Datoer skrives år-måned-dag, finnes i kalenderen og ligger fra 1800 til 2199.",
        '{"episode_id": "E1", "utdato": "01.06.2020"}', _RIGHT,
    ),
    Entry(
        "ISF515", "For mange desimaler",
        "Tall avrundes ikke når de leses. Poeng har tre desimaler og kroner to.",
        '{"episode_id": "E1", "utdato": "2020-06-01", "korrigerte_poeng": 155.1119}',
        '{"episode_id": "E1", "utdato": "2020-06-01", "korrigerte_poeng": 155.112}',
    ),
    Entry(
        "ISF516", "For stort tall",
        "Hvert felt har en grense som ingen ekte sak når. Et større tall er som regel en feil i uttrekket.",
        '{"episode_id": "E1", "utdato": "2020-06-01", "korrigerte_poeng": 1e30}',
        '{"episode_id": "E1", "utdato": "2020-06-01", "korrigerte_poeng": 155.11}',
    ),
    Entry(
        "ISF517", "Står ikke i kodeverket",
        "En kode som ikke finnes, er en feil i dataene. Den regnes ikke som ukjent.",
        '{"episode_id": "E1", "utdato": "2020-06-01", "utfort_av": "komune"}',
        '{"episode_id": "E1", "utdato": "2020-06-01", "utfort_av": "kommune"}',
    ),
    Entry(
        "ISF518", "Koden gjelder ikke den dagen",
        "Koder kommer til og går ut. En kode som ikke gjaldt på rettsdatoen, er en feil i dataene.",
        '{"episode_id": "E1", "utdato": "2020-06-01", "kontakttype": 6}',
        '{"episode_id": "E1", "utdato": "2020-06-01", "kontakttype": 2}',
    ),
    Entry(
        "ISF519", "For lang liste",
        "En liste i en sak har høyst tusen elementer. Flere er som regel et uttrekk som er slått sammen feil.",
        '{"episode_id": "E1", "utdato": "2020-06-01", "utforende": [' + ", ".join(["1"] * 1001) + "]}",
        '{"episode_id": "E1", "utdato": "2020-06-01", "utforende": [1]}',
    ),
    Entry(
        "ISF520", "Tomt element",
        "Et felt kan være ukjent, men et element som ikke er kjent, gjør hele listen tvetydig.",
        '{"episode_id": "E1", "utdato": "2020-06-01", "utforende": [1, null]}',
        '{"episode_id": "E1", "utdato": "2020-06-01", "utforende": [1]}',
    ),
    Entry(
        "ISF521", "Filen er ikke en forklaring",
        "«isfrules verify» prøver det «isfrules explain --format json» skriver. En sak har ingen kvittering å prøve.",
        _RIGHT, _EXPLANATION.format(""),
    ),
    Entry(
        "ISF522", "Kvitteringen mangler",
        "Kvitteringen sier hvilken sak og hvilke regler svaret bygger på. Uten den kan ingen prøve det. Eldre "
        "forklaringer har ingen.",
        _EXPLANATION.format('{"edition": "isf@2020", "results": {"tellende": {"value": true}}}'),
        _EXPLANATION.format(""),
    ),
    Entry(
        "ISF523", "Kvitteringen kan ikke leses",
        "En kvittering har faste deler: to sha256 med 64 tegn hver, utgaven, stedet i dokumentet og dokumentet selv. "
        "Er en av dem skrevet om, kan den ikke prøves.",
        _EXPLANATION.format('{"edition": "isf@2020", "receipt": {"edition": "isf@2020", "case": "42fb9aac"}}'),
        _EXPLANATION.format(""),
    ),
    Entry(
        "ISF524", "Saken er endret",
        "Dokumentet i filen gir en annen sha256 enn den kvitteringen har. Noen har endret saken etter at den ble "
        "avgjort, eller satt inn en annen.",
        "", "",
    ),
    Entry(
        "ISF525", "Regelverket er endret siden",
        "Reglene som finnes her, betyr noe annet enn de kvitteringen gjelder. Svaret kan ha vært riktig da det ble "
        "gitt; meldingen sier om saken får samme svar i dag.",
        "", "",
    ),
    Entry(
        "ISF526", "Utgaven kan ikke brukes",
        "Utgaven i kvitteringen finnes ikke her, eller den har feil. Saken kan ikke avgjøres på nytt før den er på "
        "plass.",
        "", "",
    ),
    Entry(
        "ISF527", "Ikke det regelverket gir",
        "Saken og reglene er de kvitteringen gjelder, men de gir et annet svar enn det som står i filen. Meldingen "
        "nevner hvert resultat, hva filen sier og hva regelverket gir.",
        "", "",
    ),
    Entry(
        "ISF528", "Saker mangler eller er lagt til",
        "Alle episodene til en pasient avgjøres sammen og står i forklaringen. Mangler en, eller står en der som ikke "
        "er i dokumentet, er forklaringen ikke hel.",
        "", "",
    ),
    Entry(
        "ISF529", "Dokumentet er ikke med",
        "Dokumentet står i den første av sakene som kom fra det. Er den tatt ut av filen, kan ikke de andre avgjøres "
        "på nytt.",
        _EXPLANATION.format('{"edition": "isf@2020", "receipt": {"engine": "isfrules 0.1.0", "edition": "isf@2020", '
                            f'"known": null, "corrections": [], "meaning": "{_NO_HASH}", "case": "{_NO_HASH}", '
                            '"place": "", "forced": false, "document": null}}'), _EXPLANATION.format(""),
    ),
    Entry(
        "ISF530", "Hører ikke til noen",
        "En tabell over pasienter er gitt med --patients, men pasienten til raden står ikke i den. Da kan reglene ikke "
        "vite det de spør om pasienten.",
        "", "",
    ),
    Entry(
        "ISF531", "Linjen kan ikke leses",
        "En linje i en CSV-fil har for mange eller for få verdier, et anførselstegn som ikke er avsluttet, eller er "
        "ikke UTF-8. Linjen er lagt til side med nummeret sitt; resten av filen er lest.",
        "", "",
    ),
    Entry(
        "ISF532", "Lister fra flere regelverk",
        "Saken har lister som hører til flere regelverk, og den skal avgjøres etter ett. Med «--all» avgjøres hver "
        "liste etter sitt regelverk, og svaret sier hvem som betaler hva.",
        "", "",
    ),
    Entry(
        "ISF533", "Ingen regelverk kjenner det",
        "Et forløp har lister og felter ved siden av hverandre, hver til sitt regelverk. Det ingen kjenner, er som "
        "oftest feilskrevet, og ville ellers falt ut av regnskapet uten at noen så det.",
        "", "",
    ),
    Entry(
        "ISF534", "Det den viser til, mangler",
        "Et felt som heter det samme som nøkkelen til noe annet (regning_id), viser til det: Betalingen står på den "
        "regningen. Uten regningen ville det som rettes, ikke vært med, og summene blitt feil.",
        "", "",
    ),
    Entry(
        "ISF535", "De to passer ikke sammen",
        "Det ene viser til det andre og retter det. Til sammen ville noen da betalt mindre enn ingenting, så beløpet "
        "som rettes, er ikke det som står der. Det som retter, er ikke med i summene.",
        "", "",
    ),
)
