"""A rulebook of a few lines, for tests that need one of their own."""

from pathlib import Path

HEAD = """\
regelverk prøve 2020 «Prøve 2020»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

kodeverk Farge
  rød  = 1
  blå  = 2
  ny   = 3 fra 2021-01-01

entitet Sak
  nøkkel sak_id  : tekst
  rettsdato dato : dato
  a              : ja/nei
  b              : ja/nei
  beløp          : kroner
  farge          : Farge

resultat svar : ja/nei for Sak «Svaret»
"""

ONE = """
punkt en «En»
  ifølge oss
  når a
  svar er ja
"""

TWO = """
punkt to «To»
  ifølge oss
  når b
  svar er nei
"""

FALLBACK = """
punkt ellers_nei «Ellers»
  ifølge oss
  svar er nei

punkt en «En»
  ifølge oss
  unntak fra ellers_nei
  når a
  svar er ja
"""

NEXT_YEAR = HEAD.replace("2020", "2021")


def write(folder: Path, **files: str | bytes) -> Path:
    """A folder of rulebooks; ``a=…`` is ``a.isf``, and ``a_csv=…`` is ``a.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        stem, _, kind = name.rpartition("_")
        path = folder / (f"{stem}.csv" if kind == "csv" else f"{name}.isf")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def case(**facts: object) -> dict[str, object]:
    return {"sak_id": "S1", "dato": "2020-05-05", **facts}
