"""What dead runs left, and how a run begins."""
