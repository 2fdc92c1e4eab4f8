"""What dead runs left, and how a run begins.

Why it is as it is: docs/design/recovery.md
"""
