"""Values out of people's words, in Chinese (both scripts) and English. Nothing here guesses: a
value is read where it is said, or not at all."""

from tools.reading.base import Reading
from tools.reading.read import read

__all__ = ["Reading", "read"]
