"""What people are told of without having asked, and how storms of it are held back."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from config.section import Section


class NoticeKind(StrEnum):
    approval = "approval"  # please answer
    outcome = "outcome"  # how an approval that one asked for has ended
    alert = "alert"  # the service itself is not well
    rule = "rule"
    experiment = "experiment"
    job = "job"  # progress and end of work that takes long
    report = "report"  # what one ordered for a time of one's own choice
    lead = "lead"
    human = "human"  # a customer wants to talk to a person
    ticket = "ticket"
    deadline = "deadline"  # of a ticket: it comes near, or was missed
    rating = "rating"  # a customer was not content
    follow_up = "follow_up"  # a customer has left, and something is to be done


class NoticeSettings(Section):
    """Of notices about the same thing the first comes at once, and those of the next `window` as
    one, with their number, at its end; 0 sends each of them."""

    window: timedelta = Field(default=timedelta(minutes=10), ge=timedelta(0))
