"""What waits reaches the service."""
