"""Files that users sent."""

from tests.emulators.telegram.call import Call, Json


def get_file(call: Call) -> Json:
    stored = call.world.files.to_fetch(call.given.text("file_id"))
    return {**stored.json(), "file_path": stored.path}


METHODS = {"getFile": get_file}
