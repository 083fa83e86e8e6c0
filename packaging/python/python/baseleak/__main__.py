"""`python -m baseleak`: the program itself, with its arguments, exit codes and signals."""

from __future__ import annotations

import os
import subprocess
import sys

from ._errors import ProgramMissing
from ._program import program


def main() -> int:
    try:
        command = [program(), *sys.argv[1:]]
    except ProgramMissing as error:
        print("error: %s" % error, file=sys.stderr)
        return 2
    if os.name != "nt":
        # It takes the place of this process, so whatever is sent to this one reaches it.
        os.execv(command[0], command)
    child = subprocess.Popen(command)
    while True:
        # Ctrl-C goes to both of them, and it is the program's to answer.
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    sys.exit(main())
