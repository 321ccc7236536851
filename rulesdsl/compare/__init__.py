"""Two editions of a rulebook held against each other: what differs, and what each change means for a case."""
