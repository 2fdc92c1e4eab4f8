"""What is put on paper, and the press that prints it on the screen."""
