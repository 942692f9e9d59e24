"""Run a supervisor: `python -m sre_course.supervisor RECORD.json`.

SRE_COURSE_IDLE, in seconds, is the time without use after which it ends.
"""

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from sre_course.domain.supervision import plan_from
from sre_course.supervisor.chores import IDLE, Chores
from sre_course.supervisor.supervise import Supervisor


def main() -> int:
    """Supervise what a plan says until somebody or something ends it."""
    path = Path(sys.argv[1])
    text = path.read_text(encoding="utf-8")
    plan = plan_from(text)
    idle = float(os.environ.get("SRE_COURSE_IDLE", IDLE))
    supervisor = Supervisor(plan, path, Chores(plan, path, text, idle=idle))

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        supervisor.stop(f"it was asked to by {signal.Signals(number).name}")

    # handlers, not SIG_IGN: what is ignored here would be ignored in the app too
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGHUP, lambda *_: None)
    supervisor.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
