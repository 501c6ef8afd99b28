"""The control paths of 微信客服, beside those of control.Control: POST with JSON.

kf_open, kf_say {text}, kf_press {button}, kf_take {by}, kf_staff_say {by, text}, kf_end {by}; all
with `customer`, a name. GET kf_screen?customer=…
"""

from typing import TYPE_CHECKING, Any

from tests.emulators.wecom.control import Control

if TYPE_CHECKING:
    from tests.emulators.wecom.kf.server import WecomKfEmulator

Json = dict[str, Any]


class KfControl(Control):
    def __init__(self, emulator: "WecomKfEmulator") -> None:
        super().__init__(emulator)
        person, staff = emulator.customer, emulator.servicer
        self._actions |= {
            "kf_open": lambda asked: person(asked["customer"]).opens(),
            "kf_say": lambda asked: person(asked["customer"]).says(asked["text"]),
            "kf_press": lambda asked: person(asked["customer"]).presses(asked["button"]),
            "kf_take": lambda asked: staff(asked["by"]).takes(person(asked["customer"])),
            "kf_staff_say": lambda asked: staff(asked["by"]).says(
                person(asked["customer"]), asked["text"]
            ),
            "kf_end": lambda asked: staff(asked["by"]).ends(person(asked["customer"])),
        }
        self._views["kf_screen"] = lambda asked: person(asked["customer"]).screen
