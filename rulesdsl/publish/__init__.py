"""Rendering of explanations and messages: terminal, JSON, Markdown and HTML. No files, no clock, no locale.

What is shown at each level of detail is decided once, in ``outline``; terminal, Markdown and HTML only style it.
JSON holds everything that the others show.
"""
