"""What waits reaches the service.

Why it is as it is: docs/design/delivery.md
"""
