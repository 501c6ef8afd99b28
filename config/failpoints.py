"""Named points at which a test may stop the process for good, to prove that nothing is lost.

HUOKE_FAILPOINT=name kills this process (SIGKILL, no clean-up) the first time it gets there;
unset, a failpoint is one comparison.
"""

import os
import signal

NAMES = (
    "received", "leased", "planned", "decided", "acted", "finishing", "finished", "sending",
    "delivered", "proposed", "voted", "effect_claimed", "effect_done", "executed",
    "job_begun", "job_done",
)  # fmt: skip

# Where a document is added; see tools/knowledge/adding.py.
OF_DOCUMENTS = ("document_read", "document_kept", "document_indexed")

_armed = os.environ.get("HUOKE_FAILPOINT")


def failpoint(name: str) -> None:
    if name == _armed:
        os.kill(os.getpid(), signal.SIGKILL)
