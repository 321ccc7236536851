"""The core as logic, for a solver (z3). Its main difference with the interpreter is that facts are not values but
variables: one question is about all cases at once. Needs the extra ``prove``."""
