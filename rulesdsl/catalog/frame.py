"""The small rulebook in which the examples of the catalogue are tried.

An example is most often one declaration; here stand the source, the fields and the results that it speaks of. An
example that begins with a head is a whole file and stands alone.
"""

import re

FRAME = """\
regelverk prøve 2020 «Prøveregelverk 2020»
  gjelder 2020-01-01 til 2020-12-31

kilde hdir «Regelverk 2020» Helsedirektoratet 2020 «https://www.helsedirektoratet.no/regelverk-2020»

kodeverk Utforer «Hvem som utfører»
  helseforetak = 1 «Helseforetak»
  kommune      = 2 «Kommune»
  privat       = 3 «Privat»

kodeverk Kontakttype «Kontakttype»
  utredning  = 1 «Utredning»
  behandling = 2 «Behandling»
  video      = 6 «Videokonsultasjon» fra 2021-01-01

post Avtale «Avtale mellom nivåene»
  mellom_nivaaer : ja/nei
  forankret      : ja/nei

entitet Pasient
  nøkkel pasient_id : tekst
  fodselsdato       : dato

entitet Episode i Pasient som episoder
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  inndato           : dato
  utfort_av         : Utforer
  kontakttype       : Kontakttype
  drg               : tekst
  hdg               : tall
  sarkoder          : liste av tekst
  permisjonsdogn    : døgn
  varighet          : timer
  korrigerte_poeng  : poeng
  pris              : kroner
  journalfort       : ja/nei
  avtale            : Avtale valgfri

sats enhetspris : kroner per poeng
  fra 2020-01-01: 45 808   ifølge hdir

tabell vekter
  nøkkel drg   : tekst
  kolonne vekt : poeng
  fil «vekter.csv»   ifølge hdir

kodesett samhandling : tekst
  ifølge hdir
  {«B0044»; «B0045»}

resultat tellende : ja/nei for Episode «Episoden teller»
resultat grunnpoeng : poeng for Episode «Poeng»
resultat refusjon : kroner for Episode «Refusjon»

punkt hovedregel «Alt teller om ikke annet er bestemt»
  ifølge hdir
  tellende er ja

punkt vekt «Poeng fra DRG»
  ifølge hdir
  grunnpoeng er vekter[drg].vekt ellers korrigerte_poeng

punkt refusjon «Refusjon»
  ifølge hdir
  regel teller: refusjon er avrund(grunnpoeng * enhetspris; 2) når tellende
  regel utenfor: refusjon er 0 kr når ikke tellende

"""

FILES = {"vekter.csv": "drg;navn;vekt;gruppe\n1;Første gruppe;0,500;A\n2;Andre gruppe;1,250;A\n"}
"""The tables beside the frame, by name."""


def in_frame(text: str) -> str:
    """A whole file: the example itself where it has a head, else the frame and the example after it."""
    return text if re.match(r"\s*(regelverk|felles|rettelse)\b", text) else FRAME + text
