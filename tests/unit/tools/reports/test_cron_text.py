"""Everyday rhythms are told in words, others as they are written."""

import pytest

from config.i18n import Language
from tools.reports.cron_text import in_words


@pytest.mark.parametrize(
    ("cron", "chinese", "english"),
    [
        ("0 9 * * *", "每天 09:00", "every day at 09:00"),
        ("30 8 * * 1", "每周一 08:30", "every Monday at 08:30"),
        ("0 18 * * 0", "每周日 18:00", "every Sunday at 18:00"),
        ("0 18 * * 7", "每周日 18:00", "every Sunday at 18:00"),
        ("5 7 * * 1-5", "工作日 07:05", "on working days at 07:05"),
        ("0 10 1 * *", "每月 1 日 10:00", "on day 1 of every month at 10:00"),
        ("*/15 * * * *", "*/15 * * * *", "*/15 * * * *"),
        ("0 9 1 1 *", "0 9 1 1 *", "0 9 1 1 *"),
    ],
)
def test_a_rhythm_in_words(cron: str, chinese: str, english: str) -> None:
    assert in_words(Language.zh_cn, cron) == chinese
    assert in_words(Language.en, cron) == english
