"""Formatted text: parse modes, entities and their UTF-16 offsets."""
