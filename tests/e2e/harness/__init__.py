"""What the whole-program tests stand on. Standard library only."""
