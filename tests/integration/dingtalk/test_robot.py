"""The custom robot of a group: signed, and refused with a reason."""

import pytest
from pydantic import SecretStr

from bot.channels.base import WebhookCall
from bot.channels.dingtalk.robot.channel import HERE, DingtalkRobotChannel
from bot.channels.dingtalk.robot.check import check_robot
from bot.errors import Busy, NotDelivered
from bot.messages import File, OutboundMessage
from config.channels import DingtalkRobotSettings
from config.errors import AppError, PermanentError, TransientError
from tests.builders.dingtalk import GROUP
from tests.emulators.dingtalk.server import DingtalkEmulator
from tests.emulators.dingtalk.world import Robot

SECRET = "SEC0123456789abcdef"


@pytest.fixture
def robot(ding: DingtalkEmulator) -> Robot:
    return ding.custom_robot(ding.group(GROUP), secret=SECRET)


def settings_of(
    ding: DingtalkEmulator, robot: Robot, secret: str = SECRET
) -> DingtalkRobotSettings:
    return DingtalkRobotSettings(
        access_token=SecretStr(robot.access_token), secret=SecretStr(secret), api=ding.old_url
    )


async def send(settings: DingtalkRobotSettings, text: str, **more: object) -> list[str]:
    message = OutboundMessage(address=HERE, text=text, **more)  # type: ignore[arg-type]
    async with DingtalkRobotChannel(settings) as channel:
        return [await channel.send(part) for part in channel.parts(message)]


@pytest.mark.parametrize(("markdown", "kind"), [(False, "text"), (True, "markdown")])
async def test_an_alert_shows_in_the_group(
    ding: DingtalkEmulator, robot: Robot, markdown: bool, kind: str
) -> None:
    ids = await send(settings_of(ding, robot), "**花费** 300", markdown=markdown)
    (shown,) = ding.delivered(GROUP)
    assert (shown.kind, shown.text) == (kind, "**花费** 300")
    assert ids
    assert ding.refusals == []


async def test_every_send_has_an_id_of_its_own(ding: DingtalkEmulator, robot: Robot) -> None:
    settings = settings_of(ding, robot)
    assert await send(settings, "same") != await send(settings, "same")


async def test_a_long_alert_comes_whole(ding: DingtalkEmulator, robot: Robot) -> None:
    text = "字" * 12_000
    await send(settings_of(ding, robot), text)
    assert "".join(each.text for each in ding.delivered(GROUP)) == text


@pytest.mark.parametrize(
    ("kind", "becomes"),
    [
        ("too_fast", Busy), ("qps", Busy), ("webhook_limit", Busy), ("unknown_error", Busy),
        ("banned", Busy), ("security", PermanentError), ("session_expired", PermanentError),
        ("bad_request", PermanentError), ("lost", TransientError), ("reset_before", TransientError),
        ("reset_after", TransientError), ("malformed", TransientError), ("cut", TransientError),
    ],
)  # fmt: skip
async def test_what_goes_wrong_says_what_became_of_the_alert(
    ding: DingtalkEmulator, robot: Robot, kind: str, becomes: type[AppError]
) -> None:
    ding.faults.next(kind, "robot/send")
    with pytest.raises(AppError) as caught:
        await send(settings_of(ding, robot), "hello")
    assert isinstance(caught.value, becomes)
    assert robot.access_token not in str(caught.value)


async def test_a_wrong_secret_is_said_to_be_one(ding: DingtalkEmulator, robot: Robot) -> None:
    with pytest.raises(PermanentError, match="sign not match"):
        await send(settings_of(ding, robot, "SECwrong"), "hello")
    assert ding.delivered(GROUP) == []


async def test_words_that_have_to_be_there_are_named(ding: DingtalkEmulator) -> None:
    robot = ding.custom_robot(ding.group(GROUP), secret=SECRET, keywords=("告警",))
    with pytest.raises(PermanentError, match="keywords not in content"):
        await send(settings_of(ding, robot), "hello")


async def test_a_file_is_refused(ding: DingtalkEmulator, robot: Robot) -> None:
    with pytest.raises(PermanentError, match="no files"):
        await send(
            settings_of(ding, robot), "", files=(File(name="a", media_type="b", content=b"c"),)
        )


async def test_where_nobody_listens_nothing_was_delivered(ding: DingtalkEmulator) -> None:
    async with DingtalkEmulator() as gone:
        robot = gone.custom_robot(gone.group(GROUP), secret=SECRET)
        settings = settings_of(gone, robot)
    with pytest.raises(NotDelivered):
        await send(settings, "hello")


async def test_nothing_comes_in_by_it(ding: DingtalkEmulator, robot: Robot) -> None:
    async with DingtalkRobotChannel(settings_of(ding, robot)) as channel:
        assert (await channel.webhook(WebhookCall(body=b"{}"))).status == 404
        assert channel.paces(HERE)["dingtalk_robot"].count == 20


async def test_the_doctor_sees_that_it_is_right_and_says_nothing(
    ding: DingtalkEmulator, robot: Robot
) -> None:
    assert (await check_robot(settings_of(ding, robot))).fine
    assert ding.delivered(GROUP) == []


@pytest.mark.parametrize(
    ("kind", "advice"),
    [("security", "DINGTALK_ROBOT__SECRET"), ("session_expired", "DINGTALK_ROBOT__ACCESS_TOKEN"),
     ("too_fast", "600 seconds"), ("reset_before", "network")],
)  # fmt: skip
async def test_the_doctor_says_what_to_do(
    ding: DingtalkEmulator, robot: Robot, kind: str, advice: str
) -> None:
    ding.faults.next(kind, "robot/send")
    finding = await check_robot(settings_of(ding, robot))
    assert not finding.fine
    assert advice in finding.advice
    assert robot.access_token not in f"{finding.seen}{finding.advice}"
