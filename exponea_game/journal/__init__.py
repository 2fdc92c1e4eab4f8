"""The bytes of one run, on the player's disk.

Why it is as it is: docs/design/journal.md
"""
