"""A cron expression in words."""

from config.i18n import Language, say


def in_words(language: Language, cron: str) -> str:
    """Everyday rhythms in words ("every Monday at 08:30"), any other as it is written."""
    minute, hour, day, month, weekday = cron.split()
    if not (minute.isdecimal() and hour.isdecimal()) or month != "*":
        return cron
    at = f"{int(hour):02}:{int(minute):02}"
    if day == "*" and weekday == "*":
        return say(language, "schedules.rhythm.daily", at=at)
    if day == "*" and weekday == "1-5":
        return say(language, "schedules.rhythm.workdays", at=at)
    if day == "*" and weekday.isdecimal() and int(weekday) <= 7:
        name = say(language, f"schedules.weekdays.d{int(weekday) % 7}")
        return say(language, "schedules.rhythm.weekly", at=at, weekday=name)
    if day.isdecimal() and weekday == "*":
        return say(language, "schedules.rhythm.monthly", at=at, day=int(day))
    return cron
