"""A small edition made by hand, with every type of field, for the tests that need no ``.isf`` text."""

import datetime
from decimal import Decimal

from rulesdsl.core.ir import Edition, Entity, FieldDecl, Kodeverk, Member, RecordDecl, Result
from rulesdsl.core.types import KRONER, POENG, Bool, Code, Date, ListOf, Number, Record, Text, within

DAY = datetime.date


def sample_edition() -> Edition:
    """Patients and their episodes in the years 2020 and 2021; video and telephone from 2021."""
    from_2021 = DAY(2021, 1, 1)
    kodeverk = (
        Kodeverk("Kontakttype", "NPR kontakttype", (
            Member("utredning", "1", "Utredning"),
            Member("behandling", "2", "Behandling"),
            Member("video", "6", "Videokonsultasjon", from_2021),
            Member("telefon", "7", "Telefonkonsultasjon", from_2021),
            Member("henvist", "9", "Utgått", None, DAY(2020, 6, 30)),
            Member("brev", "12", "Utgått", None, DAY(2016, 12, 31)),
        )),
        Kodeverk("Fagomrade", "NPR fagområde", (
            Member("kirurgi", "010", "Generell kirurgi"), Member("urologi", "070", "Urologi"),
        )),
        Kodeverk("Utforer", "Hvem som utfører", tuple(
            Member(name, name, "")
            for name in ("helseforetak", "privat_med_avtale", "avtalespesialist", "kommune", "annen")
        )),
        Kodeverk("Helsepersonell", "Utførende", (Member("lege", "1", "Lege"), Member("sykepleier", "2", "Sykepleier"))),
    )
    records = (
        RecordDecl("Avtale", "Avtale mellom nivåene", (
            FieldDecl("mellom_nivaaer", Bool()), FieldDecl("forankret", Bool()),
            FieldDecl("sikrer_rapportering", Bool()), FieldDecl("inngatt", Date()),
            FieldDecl("part", Code("Utforer")),
        )),
        RecordDecl("Tjeneste", "Én tjeneste", (
            FieldDecl("kode", Text()), FieldDecl("antall", Number(0, (), 1000)), FieldDecl("type", Code("Kontakttype")),
            FieldDecl("tillegg", ListOf(Text())),
        )),
    )
    entities = (
        Entity("Pasient", "Pasient", "", "", "pasient_id", "", (
            FieldDecl("pasient_id", Text()), FieldDecl("fodselsdato", Date()),
            FieldDecl("siste_type", Code("Kontakttype")),
        )),
        Entity("Episode", "Én kontakt eller ett opphold", "Pasient", "episoder", "episode_id", "utdato", (
            FieldDecl("episode_id", Text()),
            FieldDecl("utdato", Date(), "Dato for utskriving"),
            FieldDecl("inndato", Date()),
            FieldDecl("kontakttype", Code("Kontakttype")),
            FieldDecl("fagomrade", Code("Fagomrade")),
            FieldDecl("utfort_av", Code("Utforer")),
            FieldDecl("drg", Text()),
            FieldDecl("debitor", Number(0, (), 99)),
            FieldDecl("omsorgsniva", Number(0, (), 999)),
            FieldDecl("klokketime", within(Number(0), Decimal(0), Decimal(23))),
            FieldDecl("temperatur", within(Number(1), Decimal("-2.5"), None)),
            FieldDecl("utforende", ListOf(Code("Helsepersonell"))),
            FieldDecl("sarkoder", ListOf(Text())),
            FieldDecl("tjenester", ListOf(Record("Tjeneste"))),
            FieldDecl("avtale", Record("Avtale"), optional=True),
            FieldDecl("journalfort", Bool(), skjonn=True),
            FieldDecl("rapportert_npr", Bool()),
            FieldDecl("korrigerte_poeng", Number(3, POENG, 10**6)),
            FieldDecl("egenandel", Number(2, KRONER, 10**9)),
        )),
    )
    return Edition(
        rulebook="isf", name="2020", title="Innsatsstyrt finansiering 2020",
        valid_from=DAY(2020, 1, 1), valid_to=DAY(2021, 12, 31), known_from=None,
        kodeverk={each.name: each for each in kodeverk}, records={each.name: each for each in records},
        entities={each.name: each for each in entities}, rates={}, tables={}, clauses={},
        results={"tellende": Result("tellende", "Episode", Bool(), "Teller", ())}, shown=("tellende",), examples=(),
    )
