"""What the container layer's tests share; nothing here asks a question."""
