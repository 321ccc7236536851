"""A table of cases decided at once: its columns matched with the fields of the rules, typed, decided and summed up."""
