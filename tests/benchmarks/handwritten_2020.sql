-- ISF 2020 as one who knows both the regelverk and DuckDB would write it by hand: tellende, isf_poeng and refusjon of each
-- episode. It is the yardstick of the compiled rules: it decides the same, and explains nothing.
--
-- Reads «episoder» (one row for each episode) and «vekt» (slag, kode, vekt, lik_dagvekt: the weights of DRG, STG and TFG).
-- It holds for episodes of which all is known that the regelverk asks for: NULL then stands for an optional field that is
-- empty. Rows are read once; a function that costs is asked only where it can matter (CASE, for OR asks both sides).

WITH koblet AS (
  SELECT
    e.*,
    v.vekt,
    v.lik_dagvekt,
    CASE WHEN tfg IS NOT NULL THEN 'TFG' WHEN stg IS NOT NULL THEN 'STG' ELSE 'DRG' END AS slag,
    -- What is paid once: by day, somatikk by itself, by tertial (STG) or by year (TFG)
    CASE WHEN tfg IS NOT NULL THEN tfg WHEN stg IS NOT NULL THEN concat(stg, ' ', (month(utdato) - 1) // 4)
         ELSE concat(utdato, ' ', sektor = 'somatikk') END AS periode,
    omsorgsniva = 3 AS poliklinisk,
    sektor = 'somatikk' AS somatikk,
    CASE WHEN sarkoder IS NULL THEN false ELSE list_contains(sarkoder, 'B0044') END AS overgangsteam,
    CASE WHEN sarkoder IS NULL THEN false ELSE list_contains(sarkoder, 'B0045') END AS integrert_team,
    CASE WHEN sarkoder IS NULL THEN false ELSE list_contains(sarkoder, 'A0099') END AS kurs,
    CASE WHEN prosedyrer IS NULL THEN false ELSE list_contains(prosedyrer, 'IEAD00') END AS act_team,
    CASE WHEN prosedyrer IS NULL THEN false ELSE list_has_any(prosedyrer, ['WPBA10', 'WPBA15']) END AS samarbeidsmote,
    CASE WHEN prosedyrer IS NULL THEN false ELSE list_contains(prosedyrer, 'WPBA20') END AS samarbeidssamtale,
    CASE WHEN prosedyrer IS NULL THEN false ELSE list_contains(prosedyrer, 'WRBA24') END AS palliativ_radgivning
  FROM episoder e
  LEFT JOIN vekt v
    ON v.kode = coalesce(e.tfg, e.stg, e.drg)
    AND v.slag = CASE WHEN e.tfg IS NOT NULL THEN 'TFG' WHEN e.stg IS NOT NULL THEN 'STG' ELSE 'DRG' END
),

avgjort AS MATERIALIZED (
  SELECT
    episode_id, pasient_id, utdato, somatikk, slag, periode,
    NOT (
      -- Sectors, the journal, NPR, and where the patient lives
      (NOT somatikk AND NOT poliklinisk)
      OR NOT journalfort
      OR NOT rapportert_npr
      OR NOT bosatt_i_norge
      -- Who pays, and who carried it out (4.3.6: municipalities)
      OR debitor IN (11, 12, 13, 20, 22, 24, 30, 32, 51, 60, 70, 99)
      OR (debitor = 90 AND NOT somatikk)
      OR (utfort_av = 'annen' AND debitor <> 90)
      OR (
        utfort_av = 'kommune'
        AND NOT ("avtale.mellom_nivaaer" AND "avtale.forankret" AND "avtale.sikrer_rapportering")
      )
      -- What other means pay for
      OR saerformaal IS NOT NULL
      OR coalesce(NOT personrettet, false)
      OR (poliklinisk AND coalesce(fagomrade IN ('821', '822', '823', '830', '851', '852', '860'), false))
      -- Outpatient contacts: the patient takes part, and somebody who may carry them out does (5.24: video)
      OR (
        poliklinisk AND slag = 'DRG'
        AND NOT (overgangsteam OR integrert_team OR act_team OR samarbeidsmote OR samarbeidssamtale OR palliativ_radgivning)
        AND CASE WHEN pol_indir IS NULL THEN kontakttype = 5 ELSE pol_indir NOT IN (13, 17) END
      )
      OR CASE
        WHEN NOT (poliklinisk AND somatikk AND slag = 'DRG') OR list_contains(utforende, 1) THEN false
        ELSE NOT (
          list_has_any(utforende, [2, 8, 22, 23, 24, 25, 26, 27, 28, 29, 30])
          OR (list_contains(utforende, 14) AND hdg IN (1, 5, 8))
          OR (list_contains(utforende, 13) AND hdg IN (1, 8))
          OR (list_contains(utforende, 15) AND hdg IN (6, 7))
          OR (list_contains(utforende, 11) AND hdg = 3)
        )
      END
      OR (
        poliklinisk AND coalesce(pol_indir = 17, false)
        AND NOT (overgangsteam OR integrert_team OR act_team OR samarbeidsmote OR samarbeidssamtale OR palliativ_radgivning)
        AND NOT (coalesce(video_i_sanntid, true) AND coalesce(video_sikkert_utstyr, true))
      )
      -- 7.13 Patient education
      OR (
        kurs
        AND NOT (
          "opplaering.henvist_av_lege"
          AND "opplaering.undervisning" >= 7
          AND "opplaering.oppmote" >= 0.80
          AND "opplaering.tverrfaglig"
          AND "opplaering.plan_videre"
          AND "opplaering.medisinsk_ansvarlig"
        )
      )
      OR (kurs AND coalesce("opplaering.bare_roykeslutt", false))
      -- Cooperation across levels
      OR (overgangsteam AND NOT coalesce("team.sikrer_overganger", true))
      OR ((integrert_team OR act_team) AND NOT coalesce("team.paa_tvers_av_nivaaer", true))
      OR (act_team AND NOT coalesce("team.ambulant_oppsokende", true))
      OR (samarbeidsmote AND coalesce(samarbeidspart = 'spesialist', false))
      OR (
        samarbeidssamtale
        AND coalesce(samarbeidspart NOT IN ('kommunal_omsorg', 'barnevern', 'nav', 'skole'), false)
      )
      OR (palliativ_radgivning AND coalesce(samarbeidspart <> 'kommunal_omsorg', false))
    ) AS tellende,
    CASE
      WHEN korrigerte_poeng IS NOT NULL THEN korrigerte_poeng
      -- Short stays with leave all the time, unless the leave changes nothing
      WHEN permisjonsdogn BETWEEN 1 AND 3
        AND omsorgsniva = 1
        AND permisjonsdogn = utdato - inndato
        AND NOT (coalesce(lik_dagvekt, false) OR coalesce(drg IN ('462A', '462B'), false) OR sted_aktivitet IN (4, 5))
        THEN CASE
          WHEN dag_kir THEN 0.420 + permisjonsdogn * 0.048
          WHEN NOT dag_kir THEN (permisjonsdogn + 1) * 0.215
        END
      -- Treatment at home that is like an outpatient contact
      WHEN poliklinisk AND slag = 'DRG' AND sted_aktivitet IN (4, 5) THEN vekt + 0.020
      ELSE vekt
    END::DECIMAL(9, 3) AS isf_poeng
  FROM koblet
),

-- Of several episodes the same day the one with most points is paid, somatikk by itself; of several contacts with one STG in a tertial, or
-- with one TFG in a year, the first. Few share their period with another, so a hash finds those that may, and only they
-- are ranked.
delte AS (
  SELECT hash(pasient_id, slag, periode) AS plass FROM avgjort WHERE tellende GROUP BY plass HAVING count(*) > 1
),

ubetalte AS (
  SELECT episode_id
  FROM avgjort
  WHERE tellende AND hash(pasient_id, slag, periode) IN (FROM delte)
  QUALIFY row_number() OVER (
    PARTITION BY pasient_id, slag, periode
    ORDER BY CASE slag WHEN 'DRG' THEN -isf_poeng ELSE utdato - DATE '2020-01-01' END, episode_id
  ) > 1
)

SELECT
  episode_id,
  tellende,
  isf_poeng,
  CASE
    WHEN NOT tellende OR episode_id IN (FROM ubetalte) THEN 0
    WHEN tellende THEN round(isf_poeng * CASE WHEN somatikk THEN 45808 * 0.50 WHEN NOT somatikk THEN 3160 * 0.25 END, 2)
  END::DECIMAL(18, 2) AS refusjon
FROM avgjort
