"""What is asked of the machine: clock, disk, log, threads; knows no game."""
