"""Why a model gave no usable answer."""

from config.errors import TransientError


class ModelFailed(TransientError):
    """One question to one model led to nothing."""


class NoUsableReply(ModelFailed):
    """The reply was empty, or held a call that cannot be read."""


class NoAnswer(ModelFailed):
    """No answer, or not in time: asking the same model again would only cost time."""


class AskAgain(ModelFailed):
    """The model is busy or stumbled; a second try may succeed."""


class ModelsUnavailable(TransientError):
    """Every model failed, or the time for the answer ran out."""
