"""Presence becomes session_start and session_end, and the will that names an open one; pure.

Why it is as it is: docs/design/sessions.md
"""
