"""Documents of the demo organisation: a small company that teaches English online and sells what
belongs to it."""
