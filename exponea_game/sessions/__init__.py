"""Presence becomes session_start and session_end, and what is owed for an open session; pure.

Why it is as it is: docs/design/sessions.md
"""
