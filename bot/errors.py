"""What can go wrong on the way to a chat."""

from config.errors import AppError


class NotDelivered(AppError):
    """The platform surely did not take the message; sending it again is safe."""
