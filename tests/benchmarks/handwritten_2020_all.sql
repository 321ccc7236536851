-- ISF 2020 as one who knows both the regelverk and DuckDB would write it by hand: every result of each episode, and the
-- rows that cannot be decided, with the field that is wrong. It is the yardstick of the compiled rules: it decides the
-- same, also of rows with holes, and explains nothing.
--
-- Reads «episoder» (one row for each episode of 2020, and file_row_number), «pasienter» and «vekt» (slag, kode, vekt,
-- lik_dagvekt: the weights of DRG, STG and TFG). Leaves «avvik» (rad, felt), and its last query gives the answers. Codes
-- are those of 2020, also in a row without a day, which is set aside for that.
--
-- NULL is not known, and SQL's logic is that of the regelverk: for conditions, tables and tellende it is enough. Where
-- default logic wants more it is written out: of two rules in doubt that say the same (avkortet; refusjon, which is 0
-- with another episode or without), and of other episodes of which too little is known (ubetalt).
--
-- What makes it fast: a column of codes is a dictionary in Parquet, and a function of one column and constants is
-- computed once for each word of it, so codes are looked up in MAPs (IN, CASE and COALESCE are computed for every row).
-- CASE computes a branch only for the rows that come to it: what is rare is asked last. The file is read once. Codes are
-- ENUMs, compared as numbers; a plain text beside one would make texts of all, hence the casts.

CREATE TYPE gruppeslag AS ENUM ('opphold', 'særtjeneste', 'tjenesteforløp');
CREATE TYPE betaler AS ENUM ('isf', 'fritt_valg', 'andre', 'uavklart');
CREATE TYPE kontaktform AS ENUM (
  'oppmøte', 'video', 'telefon', 'samarbeid', 'uten_pasient', 'enkel_samtale', 'teknisk', 'uavklart'
);
CREATE TYPE arena AS ENUM ('sykehus', 'hjemmesykehus', 'ambulant');

SET VARIABLE vekt_drg = (SELECT map(list(kode), list(vekt)) FROM vekt WHERE slag = 'DRG');
SET VARIABLE vekt_stg = (SELECT map(list(kode), list(vekt)) FROM vekt WHERE slag = 'STG');
SET VARIABLE vekt_tfg = (SELECT map(list(kode), list(vekt)) FROM vekt WHERE slag = 'TFG');
SET VARIABLE lik_dagvekt = (SELECT map(list(kode), list(lik_dagvekt)) FROM vekt WHERE slag = 'DRG');


-- What the codes mean to the rules. A code that is not in its kodeverk, or not in 2020, gives NULL; all others do not.

CREATE MACRO er_somatikk(sektor) AS map_extract_value(MAP {'somatikk': true, 'phv': false, 'tsb': false}, sektor);
CREATE MACRO kroner_per_poeng(sektor) AS map_extract_value(
  MAP {'somatikk': 45808 * 0.50, 'phv': 3160 * 0.25, 'tsb': 3160 * 0.25}::MAP(VARCHAR, DECIMAL(7, 2)),
  sektor
);
CREATE MACRO er_dogn(omsorgsniva) AS map_extract_value(MAP {1: true, 2: false, 3: false, 8: false}, omsorgsniva);
CREATE MACRO er_poliklinisk(omsorgsniva) AS map_extract_value(MAP {1: false, 2: false, 3: true, 8: false}, omsorgsniva);
CREATE MACRO er_hjemme(sted_aktivitet) AS
  map_extract_value(MAP {1: false, 2: false, 3: false, 4: true, 5: true, 6: false, 9: false}, sted_aktivitet);
CREATE MACRO form_av_type(kontakttype) AS map_extract_value(
  MAP {
    1: 'oppmøte', 2: 'oppmøte', 3: 'oppmøte', 5: 'uten_pasient', 12: 'oppmøte', 13: 'oppmøte', 14: 'oppmøte',
    99: 'oppmøte'
  }::MAP(INTEGER, kontaktform),
  kontakttype
);
CREATE MACRO form_av_indir(pol_indir) AS map_extract_value(
  MAP {
    1: 'uten_pasient', 2: 'uten_pasient', 3: 'uavklart', 5: 'uten_pasient', 6: 'uten_pasient', 7: 'uten_pasient',
    8: 'uten_pasient', 11: 'uavklart', 12: 'enkel_samtale', 13: 'telefon', 17: 'video', 18: 'uavklart',
    21: 'teknisk', 22: 'uten_pasient', 23: 'uten_pasient', 71: 'uten_pasient'
  }::MAP(INTEGER, kontaktform),
  pol_indir
);
CREATE MACRO betaler_av(debitor) AS map_extract_value(
  MAP {
    1: 'isf', 40: 'isf', 43: 'isf', 44: 'isf', 45: 'isf', 47: 'isf', 50: 'isf', 80: 'isf',
    90: 'fritt_valg',
    12: 'andre', 13: 'andre', 20: 'andre', 22: 'andre', 24: 'andre', 30: 'andre', 32: 'andre', 51: 'andre', 60: 'andre',
    11: 'uavklart', 70: 'uavklart', 99: 'uavklart'
  }::MAP(INTEGER, betaler),
  debitor
);
CREATE MACRO har_avtale(utfort_av) AS map_extract_value(
  MAP {'helseforetak': true, 'privat_med_avtale': true, 'avtalespesialist': true, 'kommune': false, 'annen': false},
  utfort_av
);
CREATE MACRO er_lab(fagomrade) AS map_extract_value(
  MAP {
    '821': true, '822': true, '823': true, '830': true, '851': true, '852': true, '860': true,
    '010': false, '020': false, '030': false, '040': false, '050': false, '060': false, '070': false, '080': false,
    '090': false, '100': false, '105': false, '110': false, '120': false, '130': false, '140': false, '150': false,
    '160': false, '170': false, '180': false, '190': false, '200': false, '210': false, '220': false, '230': false,
    '233': false, '234': false, '240': false, '250': false, '260': false, '290': false, '300': false, '310': false,
    '320': false, '330': false, '340': false, '350': false, '360': false, '365': false, '370': false, '380': false,
    '410': false, '420': false, '430': false, '840': false, '853': false, '900': false, '999': false
  },
  fagomrade
);
CREATE MACRO er_saerformaal(saerformaal) AS map_extract_value(
  MAP {
    'forskning': true, 'legemiddel_basis': true, 'amk': true, 'behandlingshjelpemiddel': true, 'syketransport': true,
    'salg_utleie': true, 'kompetansesenter': true, 'registerdrift': true
  },
  saerformaal
);
CREATE MACRO opptil_3(kode) AS map_extract_value(MAP {1: true, 2: true, 3: true}, kode);
CREATE MACRO opptil_5(kode) AS map_extract_value(MAP {1: true, 2: true, 3: true, 4: true, 5: true}, kode);
CREATE MACRO opptil_8(kode) AS
  map_extract_value(MAP {1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 8: true}, kode);
CREATE MACRO ja_nei_uvisst(kode) AS map_extract_value(MAP {1: true, 2: true, 9: true}, kode);

-- Lists of codes become sets of bits. Bit 0 and bit 10 are of no profession.
CREATE MACRO fag(u) AS CASE WHEN u BETWEEN 1 AND 30 THEN 1 << u ELSE 1 END;
CREATE MACRO fag_i_hdg(hdg) AS map_extract_value(
  MAP {
    1: fag(13) | fag(14), 3: fag(11), 5: fag(14), 6: fag(15), 7: fag(15), 8: fag(13) | fag(14),
    2: 0, 4: 0, 9: 0, 10: 0, 11: 0, 12: 0, 13: 0, 14: 0, 15: 0, 16: 0, 17: 0, 18: 0, 19: 0, 21: 0, 22: 0, 23: 0, 24: 0,
    30: 0, 40: 0, 99: 0
  },
  hdg
);
-- Teams: 1 B0044, 2 B0045, 4 IEAD00. Meetings and calls: 8 WPBA10, 16 WPBA15, 32 WPBA20, 64 WRBA24. Courses: 128 A0099.
CREATE MACRO bit_av(koder, kode, verdi) AS CASE WHEN list_contains(koder, kode) THEN verdi ELSE 0 END::UTINYINT;
CREATE MACRO tekst(koder, verdi, navn) AS CASE WHEN koder & verdi <> 0 THEN navn END;
CREATE MACRO tiltak_med(samarbeidspart) AS map_extract_value(
  MAP {
    'spesialist': 0, 'fastlege': 8 + 16, 'andre_utenfor': 8 + 16, 'barnevern': 8 + 16 + 32, 'nav': 8 + 16 + 32,
    'skole': 8 + 16 + 32, 'kommunal_omsorg': 8 + 16 + 32 + 64
  },
  samarbeidspart
);

CREATE MACRO er_ugyldig(kode, betydning) AS kode IS NOT NULL AND betydning IS NULL;
CREATE MACRO feil(felt, ugyldig) AS CASE WHEN ugyldig THEN felt END;

-- Points with the rule of short leave and without it: the same either way is known, also where the rule is in doubt.
CREATE MACRO avkortet(gjelder, med, uten) AS
  CASE WHEN gjelder THEN med WHEN NOT gjelder THEN uten WHEN med = uten THEN uten END;
-- What is paid once: by day, by tertial (STG) or by year (TFG).
CREATE MACRO periode(slag, utdato) AS CASE slag
  WHEN 'opphold'::gruppeslag THEN utdato - DATE '2020-01-01'
  WHEN 'særtjeneste'::gruppeslag THEN 3 * year(utdato) + (month(utdato) - 1) // 4
  ELSE year(utdato)
END;


CREATE TEMP TABLE avgjort AS
WITH
lest AS (
  SELECT
    *,
    hash(pasient_id) AS hjem,
    er_somatikk(sektor) AS somatikk,
    er_dogn(omsorgsniva) AS dogn,
    er_poliklinisk(omsorgsniva) AS poliklinisk,
    er_hjemme(sted_aktivitet) AS hjemme,
    form_av_type(kontakttype) AS form_av_type,
    form_av_indir(pol_indir) AS form_av_indir,
    betaler_av(debitor) AS betaler,
    har_avtale(utfort_av) AS har_avtale,
    er_lab(fagomrade) AS lab,
    er_saerformaal(saerformaal) AS holdes_utenfor,
    tiltak_med(samarbeidspart) AS tiltak_med,
    fag_i_hdg(hdg) AS fag_i_hdg,
    opptil_5(innmate_hast) AS innmate,
    opptil_3(inntilstand) AS inn,
    opptil_3(uttilstand) AS ut,
    opptil_8(pol_kon_aktivitet) AS aktivitet,
    ja_nei_uvisst(fritt_behandlingsvalg) AS valgt,
    list_bit_or([fag(u) FOR u IN utforende]) AS alle_fag,
    CASE WHEN sarkoder IS NULL THEN 0::UTINYINT
      ELSE bit_av(sarkoder, 'B0044', 1) + bit_av(sarkoder, 'B0045', 2) + bit_av(sarkoder, 'A0099', 128) END
    + CASE WHEN prosedyrer IS NULL THEN 0::UTINYINT
      ELSE bit_av(prosedyrer, 'IEAD00', 4) + bit_av(prosedyrer, 'WPBA10', 8) + bit_av(prosedyrer, 'WPBA15', 16)
        + bit_av(prosedyrer, 'WPBA20', 32) + bit_av(prosedyrer, 'WRBA24', 64) END AS koder,
    CASE WHEN tfg IS NULL AND stg IS NULL THEN 'opphold'::gruppeslag
      WHEN tfg IS NULL THEN 'særtjeneste'::gruppeslag ELSE 'tjenesteforløp'::gruppeslag END AS gruppeslag
  FROM episoder
),

tolket AS (
  SELECT
    *,
    gruppeslag = 'opphold'::gruppeslag AS opphold,
    CASE WHEN alle_fag & (1 | fag(10)) = 0 THEN alle_fag WHEN len(utforende) = 0 THEN 0 END AS fag,
    CASE WHEN koder & 127 <> 0 THEN 'samarbeid'::kontaktform
      WHEN form_av_indir IS NULL THEN form_av_type ELSE form_av_indir END AS kontaktform,
    CASE WHEN NOT hjemme THEN 'sykehus'::arena
      WHEN hjemme AND dogn THEN 'hjemmesykehus'::arena
      WHEN hjemme AND NOT dogn THEN 'ambulant'::arena END AS arena,
    CASE WHEN permisjonsdogn IS NULL THEN false
      ELSE dogn AND utdato - inndato BETWEEN 1 AND 3 AND permisjonsdogn = utdato - inndato END AS hele_permisjon,
    -- A group that has no weight waits for the points of the data
    CASE gruppeslag
      WHEN 'opphold'::gruppeslag
        THEN CASE WHEN drg IS NOT NULL
          THEN coalesce(map_extract_value(getvariable('vekt_drg'), drg), korrigerte_poeng) END
      WHEN 'særtjeneste'::gruppeslag
        THEN coalesce(map_extract_value(getvariable('vekt_stg'), stg), korrigerte_poeng)
      ELSE coalesce(map_extract_value(getvariable('vekt_tfg'), tfg), korrigerte_poeng)
    END AS grunnpoeng
  FROM lest
),

vurdert AS (
  SELECT
    *,
    (fag & (fag(1) | fag(2) | fag(8))) <> 0
      OR ((fag & (fag(11) | fag(13) | fag(14) | fag(15))) <> 0 AND (fag & fag_i_hdg) <> 0) AS utforende_2016,
    fag >= fag(22) AS utforende_siden_2016,
    CASE WHEN NOT hjemme THEN 0
      WHEN hjemme AND poliklinisk AND opphold THEN 0.020
      WHEN NOT (hjemme AND poliklinisk AND opphold) THEN 0 END::DECIMAL(4, 3) AS tilleggspoeng
  FROM tolket
),

regnet AS (
  SELECT
    *,
    -- Sectors, the journal, NPR, and where the patient lives
    (somatikk OR poliklinisk)
    AND journalfort
    AND rapportert_npr
    AND bosatt_i_norge
    -- Who pays, and who carried it out (4.3.6: municipalities)
    AND betaler <= 'fritt_valg'::betaler
    AND (somatikk OR betaler <> 'fritt_valg'::betaler)
    AND CASE WHEN har_avtale THEN true
      ELSE (utfort_av <> 'annen' OR betaler = 'fritt_valg'::betaler)
        AND (
          utfort_av <> 'kommune'
          OR ("avtale.mellom_nivaaer" AND "avtale.forankret" AND "avtale.sikrer_rapportering")
        ) END
    -- What other means pay for
    AND holdes_utenfor IS NULL
    AND coalesce(personrettet, true)
    AND CASE WHEN lab THEN NOT poliklinisk ELSE true END
    -- Outpatient contacts: the patient takes part, and somebody who may carry them out does (5.24: video)
    AND CASE WHEN kontaktform < 'uten_pasient'::kontaktform THEN true
      ELSE NOT (poliklinisk AND opphold AND kontaktform >= 'uten_pasient'::kontaktform) END
    AND CASE WHEN utforende_2016 THEN true
      ELSE NOT (poliklinisk AND somatikk AND opphold) OR utforende_2016 OR utforende_siden_2016 END
    AND CASE WHEN NOT (video_i_sanntid AND video_sikkert_utstyr)
      THEN NOT (poliklinisk AND kontaktform = 'video'::kontaktform) ELSE true END
    AND CASE WHEN koder = 0 THEN true
      ELSE (
        -- 7.13 Patient education
        koder & 128 = 0
        OR (
          "opplaering.henvist_av_lege"
          AND "opplaering.undervisning" >= 7
          AND "opplaering.oppmote" >= 0.80
          AND "opplaering.tverrfaglig"
          AND "opplaering.plan_videre"
          AND "opplaering.medisinsk_ansvarlig"
          AND NOT coalesce("opplaering.bare_roykeslutt", false)
        )
      )
      -- Cooperation across levels
      AND (koder & 1 = 0 OR coalesce("team.sikrer_overganger", true))
      AND (koder & (2 + 4) = 0 OR coalesce("team.paa_tvers_av_nivaaer", true))
      AND (koder & 4 = 0 OR coalesce("team.ambulant_oppsokende", true))
      AND coalesce(koder & (8 + 16 + 32 + 64) = koder & tiltak_med, true) END AS tellende,
    CASE
      WHEN korrigerte_poeng IS NOT NULL THEN korrigerte_poeng
      WHEN permisjonsdogn IS NULL THEN grunnpoeng + tilleggspoeng
      ELSE avkortet(
        hele_permisjon
        AND permisjonsdogn >= 1
        AND NOT (
          hele_permisjon
          AND (
            CASE WHEN drg IS NOT NULL
              THEN coalesce(map_extract_value(getvariable('lik_dagvekt'), drg), false) OR drg IN ('462A', '462B') END
            OR arena = 'hjemmesykehus'::arena
          )
        ),
        CASE
          WHEN dag_kir THEN 0.420 + permisjonsdogn * 0.048
          WHEN NOT dag_kir THEN (permisjonsdogn + 1) * 0.215
        END,
        grunnpoeng + tilleggspoeng
      )
    END::DECIMAL(9, 3) AS isf_poeng
  FROM vurdert
)

SELECT
  file_row_number + 1 AS rad,
  pasient_id,
  episode_id,
  utdato,
  somatikk,
  coalesce(tfg, stg) AS gruppe,
  gruppeslag,
  betaler,
  koder & 127 AS tiltak,
  kontaktform,
  utforende_2016,
  utforende_siden_2016,
  tellende,
  grunnpoeng,
  arena,
  tilleggspoeng,
  hele_permisjon,
  isf_poeng,
  -- As if there were no other episodes
  CASE WHEN tellende THEN round(isf_poeng * kroner_per_poeng(sektor), 2) WHEN NOT tellende THEN 0 END::DECIMAL(13, 2)
    AS belop,
  CASE
    WHEN utdato IS NULL
      OR alle_fag & (1 | fag(10)) <> 0
      OR er_ugyldig(sektor, somatikk)
      OR er_ugyldig(omsorgsniva, dogn)
      OR er_ugyldig(kontakttype, form_av_type)
      OR er_ugyldig(pol_indir, form_av_indir)
      OR er_ugyldig(sted_aktivitet, hjemme)
      OR er_ugyldig(debitor, betaler)
      OR er_ugyldig(utfort_av, har_avtale)
      OR er_ugyldig(fagomrade, lab)
      OR er_ugyldig(saerformaal, holdes_utenfor)
      OR er_ugyldig(samarbeidspart, tiltak_med)
      OR er_ugyldig(hdg, fag_i_hdg)
      OR er_ugyldig(innmate_hast, innmate)
      OR er_ugyldig(inntilstand, inn)
      OR er_ugyldig(uttilstand, ut)
      OR er_ugyldig(pol_kon_aktivitet, aktivitet)
      OR er_ugyldig(fritt_behandlingsvalg, valgt)
      THEN [felt FOR felt IN [
        feil('utdato', utdato IS NULL),
        feil('utforende', alle_fag & (1 | fag(10)) <> 0),
        feil('sektor', er_ugyldig(sektor, somatikk)),
        feil('omsorgsniva', er_ugyldig(omsorgsniva, dogn)),
        feil('kontakttype', er_ugyldig(kontakttype, form_av_type)),
        feil('pol_indir', er_ugyldig(pol_indir, form_av_indir)),
        feil('sted_aktivitet', er_ugyldig(sted_aktivitet, hjemme)),
        feil('debitor', er_ugyldig(debitor, betaler)),
        feil('utfort_av', er_ugyldig(utfort_av, har_avtale)),
        feil('fagomrade', er_ugyldig(fagomrade, lab)),
        feil('saerformaal', er_ugyldig(saerformaal, holdes_utenfor)),
        feil('samarbeidspart', er_ugyldig(samarbeidspart, tiltak_med)),
        feil('hdg', er_ugyldig(hdg, fag_i_hdg)),
        feil('innmate_hast', er_ugyldig(innmate_hast, innmate)),
        feil('inntilstand', er_ugyldig(inntilstand, inn)),
        feil('uttilstand', er_ugyldig(uttilstand, ut)),
        feil('pol_kon_aktivitet', er_ugyldig(pol_kon_aktivitet, aktivitet)),
        feil('fritt_behandlingsvalg', er_ugyldig(fritt_behandlingsvalg, valgt))
      ] IF felt IS NOT NULL]
  END AS feil,
  -- Where those meet that are the same, or paid once: the same hash, and seldom anybody else's
  hash(hjem, episode_id) AS nokkel,
  CASE WHEN NOT tellende OR utdato IS NULL OR pasient_id IS NULL THEN NULL
    WHEN opphold THEN hash(hjem, utdato)
    ELSE hash(hjem, coalesce(tfg, stg), periode(gruppeslag, utdato)) END AS plass
FROM regnet;


CREATE TEMP TABLE avvik AS
SELECT rad, unnest(feil) AS felt FROM avgjort WHERE feil IS NOT NULL
UNION ALL
SELECT rad, 'pasient.pasient_id' FROM avgjort ANTI JOIN pasienter USING (pasient_id) WHERE pasient_id IS NOT NULL
UNION ALL
(
  -- The first of those that have a key keeps it
  SELECT rad, 'episode_id'
  FROM avgjort
  WHERE nokkel IN (SELECT nokkel FROM avgjort GROUP BY nokkel HAVING count(*) > 1)
    AND pasient_id IS NOT NULL
    AND episode_id IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY pasient_id, episode_id ORDER BY rad) > 1
);


-- Of several episodes the same day the one with most points is paid, in somatikk and in the rest by themselves; of
-- several contacts with one STG in a tertial, or with one TFG in a year, the first. Only those that count compete.
-- Whether one does may not be known, nor its points, its sektor or its day: then nothing is known of the others in its
-- period, or, without a day, in any period. Episodes that are set aside compete with what is known of them.
CREATE TEMP TABLE ubetalt AS
WITH
perioder AS (
  SELECT
    list(rad) AS rader,
    bool_or(tellende IS NULL OR (gruppeslag = 'opphold'::gruppeslag AND isf_poeng IS NULL)) AS ukjent,
    arg_min(rad, (
      CASE gruppeslag WHEN 'opphold'::gruppeslag THEN -isf_poeng ELSE (utdato - DATE '2020-01-01')::DECIMAL(9, 3) END,
      episode_id,
      rad
    )) AS betalt
  FROM avgjort
  WHERE plass IN (SELECT plass FROM avgjort WHERE plass IS NOT NULL GROUP BY plass HAVING count(*) > 1)
    AND (gruppeslag <> 'opphold'::gruppeslag OR somatikk IS NOT NULL)
  GROUP BY
    pasient_id, gruppeslag, gruppe, periode(gruppeslag, utdato),
    CASE gruppeslag WHEN 'opphold'::gruppeslag THEN somatikk END
),

uten_dag AS (
  SELECT pasient_id, somatikk, gruppeslag, gruppe FROM avgjort WHERE utdato IS NULL AND tellende IS DISTINCT FROM false
),

uten_sektor AS (
  SELECT pasient_id, utdato
  FROM avgjort
  WHERE somatikk IS NULL AND gruppeslag = 'opphold'::gruppeslag AND tellende IS DISTINCT FROM false
),

berort AS (
  SELECT rad, ukjent FROM (SELECT unnest(rader) AS rad, ukjent, betalt FROM perioder) WHERE ukjent OR rad <> betalt
  UNION ALL
  SELECT rad, true
  FROM avgjort AS a
  SEMI JOIN uten_dag AS u
    ON a.pasient_id = u.pasient_id AND a.gruppeslag = u.gruppeslag AND a.gruppe IS NOT DISTINCT FROM u.gruppe
    AND (a.gruppeslag <> 'opphold'::gruppeslag OR coalesce(a.somatikk = u.somatikk, true))
  UNION ALL
  SELECT rad, true
  FROM avgjort AS a
  SEMI JOIN uten_sektor AS u ON a.pasient_id = u.pasient_id AND a.utdato = u.utdato
  WHERE a.gruppeslag = 'opphold'::gruppeslag AND a.somatikk IS NOT NULL
)

SELECT rad, bool_or(ukjent) AS ukjent FROM berort GROUP BY rad;


SELECT
  rad,
  pasient_id,
  episode_id,
  gruppeslag,
  betaler,
  CASE
    WHEN tiltak = 0 THEN []
    ELSE [navn FOR navn IN [
      tekst(tiltak, 1, 'teambasert oppfølging (B0044)'),
      tekst(tiltak, 2, 'tverrfaglig integrert team (B0045)'),
      tekst(tiltak, 4, 'ACT-team eller lignende (IEAD00)'),
      tekst(tiltak, 8, 'samarbeidsmøte uten pasient (WPBA10)'),
      tekst(tiltak, 16, 'samarbeidsmøte med pasient (WPBA15)'),
      tekst(tiltak, 32, 'samarbeidssamtale på telefon (WPBA20)'),
      tekst(tiltak, 64, 'palliativt senter og kommune (WRBA24)')
    ] IF navn IS NOT NULL]
  END AS samhandlingstiltak,
  tiltak <> 0 AS samarbeider,
  kontaktform,
  utforende_2016 AS "utførende_2016",
  utforende_siden_2016 AS "utførende_siden_2016",
  tellende,
  grunnpoeng,
  arena,
  tilleggspoeng,
  hele_permisjon,
  isf_poeng,
  -- Not paid because of another; and where that is not known, 0 is 0 with it or without
  CASE WHEN ukjent IS NULL THEN belop WHEN NOT ukjent OR belop = 0 THEN 0 END::DECIMAL(13, 2) AS refusjon
FROM avgjort
LEFT JOIN ubetalt USING (rad)
ANTI JOIN avvik USING (rad)
