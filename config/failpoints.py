"""Named points at which a test may stop the process for good, to prove that nothing is lost.

HUOKE_FAILPOINT=name kills this process (SIGKILL, no clean-up) the first time it gets there, and
name:3 the third time; unset, a failpoint is one comparison.
"""

import os
import signal

NAMES = (
    "received", "leased", "planned", "decided", "acted", "finishing", "finished", "sending",
    "delivered", "proposed", "voted", "effect_claimed", "effect_done", "executed",
    "job_begun", "job_done",
)  # fmt: skip

# Where a document is added and becomes known to the index; see tools/knowledge/adding.py.
OF_DOCUMENTS = ("document_read", "document_kept", "document_indexed")
OF_INDEX = ("chunks_told",)

# Where people serve customers; each is inside of a transaction.
OF_CASES = ("case_recorded", "case_offered", "words_carried")

# Where memories are made, told to the index, and erased.
OF_MEMORY = ("fact_kept", "listening", "listened", "memories_told", "erased", "unindexed")

# Where a visit is finished; see tools/visits/ending.py.
OF_VISITS = ("visit_ended", "visit_worded", "visit_written", "visit_finished")

_armed, _left = "", 1


def arm(wanted: str) -> None:
    global _armed, _left
    _armed, _, times = wanted.partition(":")
    _left = int(times or 1)


def failpoint(name: str) -> None:
    global _left
    if name != _armed:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


arm(os.environ.get("HUOKE_FAILPOINT", ""))
