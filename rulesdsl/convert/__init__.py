"""Open data to the CSV files of ``tabell``, by a mapping that lies with the rules: no layout is known here."""
