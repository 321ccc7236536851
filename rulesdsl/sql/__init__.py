"""The core as SQL: one query that decides a whole table, and still knows the clause of every answer."""
