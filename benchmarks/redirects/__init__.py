"""How much of a no-op Django view's speed is left for a redirect that is looked up, counted, logged and measured."""
