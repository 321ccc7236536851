"""``python -m rulesdsl`` is ``isfrules``."""

from rulesdsl.cli import main

main()
