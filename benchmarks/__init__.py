"""What is claimed about speed and durability, as programs that print a table."""
