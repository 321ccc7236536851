"""What differs within a kodeverk, an entity, a record, a result and a property."""

from collections.abc import Iterable, Sequence

from rulesdsl.compare.differences import Detail, Way
from rulesdsl.compare.phrases import counted, recited, retitled
from rulesdsl.core import ir
from rulesdsl.core.types import Date, type_name
from rulesdsl.core.values import limits_said, listed, shown, spoken
from rulesdsl.evaluate.wording import words

FEW = 10
"""So many codes or fields of what is new, or gone, are told one by one."""

# ── Kodeverk ─────────────────────────────────────────────────────────────────────────────────────────────────


def kodeverk_details(old: ir.Kodeverk, new: ir.Kodeverk) -> tuple[Detail, ...]:
    before, after = ({each.name: each for each in side.members} for side in (old, new))
    found = [Detail("kode", name, "new", f"Ny kode {_member(each)}.", "", _member(each))
             for name, each in after.items() if name not in before]
    found += [Detail("kode", name, "gone", f"Koden {_member(each)} er tatt bort.", _member(each))
              for name, each in before.items() if name not in after]
    for name, one in before.items():
        if name in after:
            found += _member_details(one, after[name])
    if not found and [each.name for each in old.members] != [each.name for each in new.members]:
        found.append(Detail("kode", "", "changed", "Kodene står i en annen rekkefølge."))
    return (*found, *retitled(old.title, new.title))


def kodeverk_told(kodeverk: ir.Kodeverk, new: bool) -> tuple[Detail, ...]:
    way: Way = "new" if new else "gone"
    said = f"{'Har' if new else 'Hadde'} {counted(len(kodeverk.members), 'én kode', 'koder')}."
    many = len(kodeverk.members) > FEW
    return (Detail("antall", "", way, said), *(
        Detail("kode", each.name, way, f"Kode {_member(each)}.", "" if new else _member(each),
               _member(each) if new else "", minor=many) for each in kodeverk.members
    ))


def _member(member: ir.Member) -> str:
    """``17 «videokonsultasjon», Videokonsultasjon, fra 1. januar 2019``."""
    title = "" if member.title.lower() in ("", spoken(member.name).lower()) else f", {member.title}"
    days = _days(member)
    name = "" if spoken(member.name) == member.code else f" «{spoken(member.name)}»"
    return f"{member.code}{name}{title}" + (f", {days}" if days else "")


def _days(member: ir.Member) -> str:
    start = f"fra {shown(Date(), member.valid_from)}" if member.valid_from else ""
    end = f"til {shown(Date(), member.valid_to)}" if member.valid_to else ""
    return f"{start} {end}".strip()


def _member_details(old: ir.Member, new: ir.Member) -> list[Detail]:
    name, found = spoken(new.name), []
    if old.code != new.code:
        found.append(Detail("kode", new.name, "changed", f"Koden for «{name}» går fra {old.code} til {new.code}.",
                            old.code, new.code))
    before, after = _days(old), _days(new)
    if before != after:
        if new.valid_to and not old.valid_to and old.valid_from == new.valid_from:
            said = f"Koden {new.code} «{name}» opphører {shown(Date(), new.valid_to)}."
        else:
            said = f"Koden {new.code} «{name}» gjelder {after or 'alle dager'}, før {before or 'alle dager'}."
        found.append(Detail("kode", new.name, "changed", said, before, after))
    if old.title != new.title:
        found.append(Detail("kode", new.name, "reworded", f"Koden {new.code} «{name}» har en annen tittel.",
                            old.title, new.title, apart=True, wording=True))
    return found


# ── Entities and records ─────────────────────────────────────────────────────────────────────────────────────


def entity_details(old: ir.Entity, new: ir.Entity) -> tuple[Detail, ...]:
    found: list[Detail] = []
    for aspect, said, before, after in (
        ("forelder", "Hører til", old.parent, new.parent), ("flertall", "Står i saken som", old.plural, new.plural),
        ("nøkkel", "Nøkkelen er", old.key, new.key), ("rettsdato", "Rettsdatoen er", old.date, new.date),
    ):
        if before != after:
            found.append(Detail(aspect, "", "changed", f"{said} {after or 'ingenting'}, før {before or 'ingenting'}.",
                                before, after))
    return (*found, *_fields(old.fields, new.fields), *retitled(old.title, new.title))


def record_details(old: ir.RecordDecl, new: ir.RecordDecl) -> tuple[Detail, ...]:
    return (*_fields(old.fields, new.fields), *retitled(old.title, new.title))


def fields_told(fields: Sequence[ir.FieldDecl], new: bool) -> tuple[Detail, ...]:
    """The fields of an entity or record that is new, or gone."""
    way: Way = "new" if new else "gone"
    said = f"{'Har' if new else 'Hadde'} {counted(len(fields), 'ett felt', 'felter')}: " \
           f"{listed([each.name for each in fields])}." if fields else "Har ingen felter."
    return (Detail("antall", "", way, said),)


def _fields(old: Iterable[ir.FieldDecl], new: Iterable[ir.FieldDecl]) -> list[Detail]:
    before, after = ({each.name: each for each in side} for side in (old, new))
    found = [Detail("felt", name, "new", f"Nytt felt {_field(each)}.", "", _field(each))
             for name, each in after.items() if name not in before]
    found += [Detail("felt", name, "gone", f"Feltet {_field(each)} er tatt bort.", _field(each))
              for name, each in before.items() if name not in after]
    for name in before:
        if name in after:
            found += _field_details(before[name], after[name])
    return found


def _field(decl: ir.FieldDecl) -> str:
    title = f", {decl.title}" if decl.title else ""
    return f"«{decl.name}» ({type_name(decl.type)}{title})"


def _field_details(old: ir.FieldDecl, new: ir.FieldDecl) -> list[Detail]:
    found: list[Detail] = []
    kinds = type_name(old.type), type_name(new.type)
    if old.type != new.type:
        found.append(Detail("felt", new.name, "changed", f"Feltet «{new.name}» går fra {kinds[0]} til {kinds[1]}.",
                            *kinds))
    limits = limits_said(old.type), limits_said(new.type)
    if limits[0] != limits[1]:
        before, after = (each or "ingen grenser" for each in limits)
        said = f"Feltet «{new.name}» går fra {before} til {after}."
        found.append(Detail("felt", new.name, "changed", said, before, after))
    if old.title != new.title:
        found.append(Detail("felt", new.name, "reworded", f"Feltet «{new.name}» har en annen tittel.", old.title,
                            new.title, apart=True, wording=True))
    for word, first, second in (("valgfri", old.optional, new.optional), ("skjønn", old.skjonn, new.skjonn),
                                ("uforanderlig", old.fixed, new.fixed)):
        if first != second:
            said = f"Feltet «{new.name}» er {'nå' if second else 'ikke lenger'} merket {word}."
            found.append(Detail("felt", new.name, "reworded", said, word if first else "", word if second else "",
                                wording=True))
    return found


# ── Sources ──────────────────────────────────────────────────────────────────────────────────────────────────


def source_details(old: ir.Kilde, new: ir.Kilde) -> tuple[Detail, ...]:
    """What is said of a source, for all that rest on it. No outcome depends on any of it."""
    found: list[Detail] = []
    for aspect, said, before, after in (
        ("status", "Statusen", old.standing, new.standing), ("utgiver", "Utgiveren", old.publisher, new.publisher),
        ("år", "Året", str(old.year), str(new.year)), ("adresse", "Adressen", old.url, new.url),
    ):
        if before != after:
            long = len(before) + len(after) > FEW * 8
            told = "er en annen" if long or not (before and after) else f"går fra {before} til {after}"
            found.append(Detail(aspect, "", "reworded", f"{said} {told}.", before, after, apart=told == "er en annen",
                                wording=True))
    if old.note != new.note:
        told = "er en annen" if old.note and new.note else "er ny" if new.note else "er tatt bort"
        found.append(Detail("merknad", "", "reworded", f"Merknaden {told}.", old.note, new.note, apart=True,
                            wording=True))
    return (*retitled(old.title, new.title), *found)


# ── Results and properties ───────────────────────────────────────────────────────────────────────────────────


def result_details(old: ir.Result, new: ir.Result) -> tuple[Detail, ...]:
    found: list[Detail] = []
    if old.type != new.type:
        kinds = type_name(old.type), type_name(new.type)
        found.append(Detail("type", "", "changed", f"Typen går fra {kinds[0]} til {kinds[1]}.", *kinds))
    if old.entity != new.entity:
        found.append(Detail("entitet", "", "changed", f"Gis for {new.entity}, før for {old.entity}.", old.entity,
                            new.entity))
    if old.payer != new.payer:
        said = f"Betales av {new.payer}, før {f'av {old.payer}' if old.payer else 'var det ikke sagt av hvem'}." \
            if new.payer else f"Det er ikke lenger sagt hvem som betaler; før var det {old.payer}."
        found.append(Detail("betaler", "", "changed", said, old.payer, new.payer))
    if old.is_decision != new.is_decision:
        said = "Er blitt en beslutningstabell." if new.is_decision else "Var en beslutningstabell; gis nå av punkter."
        found.append(Detail("form", "", "changed", said))
    return (*found, *retitled(old.title, new.title))


def result_told(result: ir.Result, new: bool) -> tuple[Detail, ...]:
    paid = f", betalt av {result.payer}" if result.payer else ""
    said = f"{'Er' if new else 'Var'} {type_name(result.type)} for {result.entity}{paid}."
    return (Detail("type", "", "new" if new else "gone", said),)


def property_details(old: ir.Property, new: ir.Property) -> tuple[Detail, ...]:
    """A property promises something and decides nothing."""
    found = [
        Detail(aspect, "", "changed", said, before, after, apart=True)
        for aspect, said, before, after in (
            ("for alle", "Gjelder andre ting.", _about(old), _about(new)),
            ("der", "Gjelder under et annet vilkår.", _where(old), _where(new)),
            ("gjelder", "Lover noe annet.", words(old.holds), words(new.holds)),
            ("lovet fra", "Er lovet fra en annen dag.", _since(old), _since(new)),
        ) if before != after
    ]
    return (*found, *retitled(old.title, new.title), *recited(old.citations, new.citations))


def property_told(each: ir.Property, new: bool) -> tuple[Detail, ...]:
    where = f"der {_where(each)}, " if _where(each) else ""
    said = f"{'Lover' if new else 'Lovet'} at for {_about(each)}: {where}gjelder {words(each.holds)}."
    return (Detail("gjelder", "", "new" if new else "gone", said),)


def _about(each: ir.Property) -> str:
    like = each.likeness
    alike = ""
    if like is not None:
        but = f" unntatt {listed(['.'.join(path) for path in like.but])}" if like.but else ""
        alike = f", der {like.right} er som {like.left}{but}"
    return f"alle {each.entity} {listed(each.names)}{', i samme sak' if each.together else ''}{alike}"


def _where(each: ir.Property) -> str:
    return words(each.where) if each.where is not None else ""


def _since(each: ir.Property) -> str:
    return shown(Date(), each.promised_from) if each.promised_from else ""
