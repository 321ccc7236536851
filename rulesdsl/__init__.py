"""isfrules: the ISF regelverk as executable clauses, and decisions that explain themselves."""

__version__ = "0.1.0"
