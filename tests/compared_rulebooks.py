"""Two editions of a small rulebook of hospital financing, with nearly every kind of change between them."""

FELLES = """\
felles data «Data»

kilde oss «Oss» Kontoret 2020 status eksempel

entitet Pasient «Pasient»
  nøkkel pasient_id : tekst

entitet Episode i Pasient som episoder «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  drg               : tekst
  form              : Form
  alder             : tall
  akutt             : ja/nei
  hjemme            : ja/nei valgfri
"""

FIRST = """\
regelverk prøve 2020 «Prøveordningen 2020»
  gjelder 2020-01-01 til 2020-12-31
  bruker data

kodeverk Form «Kontaktform»
  oppmøte  = 1
  digital  = 2

sats enhetspris : kroner per poeng «Pris»
  fra 2020-01-01: 45 808 ifølge oss

sats egenandel : kroner «Egenandel»
  fra 2020-01-01: 100,00 ifølge oss

tabell vekt «Kostnadsvekter»
  nøkkel drg : tekst
  kolonne vekt : poeng
  fil «vekt_2020.csv» ifølge oss

resultat tellende : ja/nei for Episode «Tellende»

resultat isf_poeng : poeng for Episode «Poeng»

resultat refusjon : kroner for Episode «Refusjon»

resultat trekk : kroner for Episode «Trekk»

punkt 4.1 «Hovedregel»
  ifølge oss
  tellende er ja

punkt 4.2 «Digitale kontakter»
  ifølge oss
  unntak fra 4.1
  når form er digital
  tellende er nei

beslutning faktor : tall med 2 desimaler for Episode «Faktor for alder»   treff første
  ifølge oss
  | alder | akutt || faktor |
  | < 18  | -     || 1,20   |
  | -     | ja    || 1,10   |
  | -     | -     || 1,00   |

punkt 5.1 «Poeng»
  ifølge oss
  isf_poeng er avrund(vekt[drg].vekt ellers 0 poeng; 3)

punkt 6.2 «Refusjon»
  ifølge oss
  refusjon er hvis tellende så avrund(0,4 * isf_poeng * enhetspris * faktor; 2) ellers 0 kr

punkt 7.1 «Trekk»
  ifølge oss
  trekk er egenandel
"""

WEIGHTS = "drg;vekt\n442;5,719\n10;1,000\n11;0,500\n"
NEW_WEIGHTS = "drg;vekt\n442;5,900\n10;1,000\n12;0,700\n"

SECOND = (
    FIRST.replace("2020 «Prøveordningen 2020»", "2021 «Prøveordningen 2021»")
    .replace("gjelder 2020-01-01 til 2020-12-31", "gjelder 2021-01-01 til 2021-12-31")
    .replace("fra 2020-01-01: 45 808", "fra 2021-01-01: 46 719")
    .replace("fra 2020-01-01: 100,00", "fra 2021-01-01: 100,00")
    .replace("digital  = 2", "video    = 2\n  telefon  = 3")
    .replace("vekt_2020.csv", "vekt_2021.csv")
    .replace("| < 18  | -     || 1,20   |", "| < 16  | -     || 1,25   |")
    .replace("punkt 6.2 «Refusjon»", "punkt 6.3 «Refusjon»")
    .replace("punkt 4.2 «Digitale kontakter»\n  ifølge oss\n  unntak fra 4.1\n  når form er digital\n  tellende er nei",
             "punkt 4.2 «Digitale kontakter»\n  ifølge oss\n  unntak fra 4.1\n  når form er telefon\n  tellende er nei")
    + """
sats tillegg : kroner «Tillegg hjemme»
  fra 2021-01-01: 250,00 ifølge oss

punkt 6.4 «Tillegg hjemme»
  ifølge oss
  unntak fra 6.3
  når hjemme og tellende
  refusjon er avrund(0,4 * isf_poeng * enhetspris * faktor; 2) + tillegg
"""
)
