"""Who plays, and what they allow."""
