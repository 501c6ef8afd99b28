"""The bot itself."""

from tests.emulators.telegram.call import Call, Json


def get_me(call: Call) -> Json:
    return call.bot.full_json()


def log_out(call: Call) -> bool:
    call.bot.logged_out = True
    return True


def close(call: Call) -> bool:
    return True


METHODS = {"getMe": get_me, "logOut": log_out, "close": close}
