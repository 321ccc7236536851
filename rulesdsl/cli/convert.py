"""``isfrules convert``: open data as downloaded, to the CSV files of tables, by a mapping that lies with the rules."""

import datetime
from pathlib import Path

import click

from rulesdsl.cli.invocation import fail, say
from rulesdsl.cli.norwegian import Command, Day
from rulesdsl.diagnostics import os_said


@click.command(
    "convert", cls=Command, help="Gjør en nedlastet CSV- eller JSON-fil til tabellfilene regelverket leser, etter en "
    "avbildning (TOML) som ligger i regelverkets mappe. Lister av koder («alle unntatt 701a t.o.m. 712») blir til par."
)
@click.argument("mapping", metavar="AVBILDNING", type=click.Path(path_type=Path))
@click.argument("source", metavar="KILDE", type=click.Path(path_type=Path))
@click.option("--out", metavar="MAPPE", type=click.Path(path_type=Path),
              help="Mappen tabellene skrives i; ellers der avbildningen ligger.")
@click.option("--date", "day", metavar="DATO", type=Day(), help="Ta bare med rader som gjelder denne dagen.")
@click.option("--check", is_flag=True, help="Skriv ingenting, men si fra om en tabell ville blitt annerledes.")
@click.pass_obj
def command(
    rulebooks: Path | None, mapping: Path, source: Path, out: Path | None, day: datetime.date | None, check: bool
) -> None:
    from rulesdsl.convert.mapping import Unusable, read_mapping
    from rulesdsl.convert.rows import on_day, read_rows
    from rulesdsl.convert.tables import make_tables

    folder = out or mapping.parent
    if not folder.is_dir():
        fail(f"Mappen «{folder}» finnes ikke.", "Lag den først, eller velg en annen med --out.")
    try:
        found = read_mapping(_text(mapping), mapping.name)
        rows = read_rows(_text(source), source.name, found)
        made = make_tables(on_day(rows, found, day.isoformat()) if day else rows, found)
    except Unusable as error:
        fail(error.message, error.hint)
    changed = [each for each in made if not _same(folder / each.file, each.text)]
    for each in made:
        if not check:
            (folder / each.file).write_text(each.text, encoding="utf-8", newline="")
        state = "" if each in changed else ", som før"
        say(f"{each.file}: {each.rows} {'rad' if each.rows == 1 else 'rader'}{state}")
        for note in each.notes:
            say(f"  {note}")
    if check and changed:
        say(f"{len(changed)} av {len(made)} tabeller ville blitt annerledes.")
        raise SystemExit(1)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        fail(f"«{path}» er ikke UTF-8 (byte {error.start + 1}).", "Lagre filen på nytt som UTF-8.")
    except OSError as error:
        fail(f"«{path}» kan ikke leses ({os_said(error)}).", "Se etter at navnet er riktig.")


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode("utf-8")
