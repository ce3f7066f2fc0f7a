"""Images on a machine that reaches no image registry.

`python3 -m offline` (`make images`) goes through `images.env`: what is on the machine is taken, what a registry serves
is pulled, and where no registry answers a stand-in is built from Debian packages and Go modules, with the official
image's contract. The choice is written to `.env`. It needs the standard library alone, because it runs before there is
a virtual environment.
"""
