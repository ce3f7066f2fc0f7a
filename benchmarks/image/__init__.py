"""How large the image is, how long it takes to build it, and how soon a container of it serves."""
