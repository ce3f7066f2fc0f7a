"""What can be wrong with a catalogue and with one edit."""


class CatalogueError(Exception):
    """The catalogue cannot be used; the text names the file, the entry and what is right."""


class EditError(Exception):
    """An edit does not fit its file, or its result is broken: the entry is INVALID."""
