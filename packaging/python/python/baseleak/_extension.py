"""The IPython extension: after each cell its source and its outputs are looked at.

One run of the program for each cell. It is given them as a notebook of one cell through a pipe, and
knows from that where in it a key stands. Nothing is changed or held back: a key that was shown is
shown, and the warning says what to do about it.

**Invariant:** a cell does not fail because of this. What goes wrong here is told once, and counted.
"""

from __future__ import annotations

import os
import shlex
from typing import Any, Dict, List, Optional, Tuple

from . import _capture, _notice
from ._api import scan_text
from ._errors import BaseleakError
from ._program import call, program

#: No cell takes so many seconds; whatever does, hangs.
_TIMEOUT = 60.0

#: How often a cell is looked at, at most, while more output comes in.
_LOOKS = 3

_watches: Dict[int, "Watch"] = {}


class Watch:
    """Watches the cells of one shell."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.capture = _capture.Capture(shell)
        self.on = True
        self.looked = 0
        self.failed = 0
        self.told: List[str] = []

    def start(self) -> None:
        self.capture.attach()
        self.shell.events.register("pre_run_cell", self.before)
        self.shell.events.register("post_run_cell", self.after)
        self.shell.register_magic_function(self.magic, magic_kind="line", magic_name="baseleak")

    def stop(self) -> None:
        self.capture.detach()
        for event, function in (("pre_run_cell", self.before), ("post_run_cell", self.after)):
            try:
                self.shell.events.unregister(event, function)
            except ValueError:
                # Somebody took it out before.
                pass
        self.shell.magics_manager.magics["line"].pop("baseleak", None)

    def before(self, *_: Any) -> None:
        """Before a cell: begins to note what it puts out."""
        if not self.on:
            return
        try:
            self.capture.attach()
        except Exception as error:
            self._fail(error)

    def after(self, result: Any = None, *_: Any) -> None:
        """After a cell: looks at it, and warns."""
        try:
            if self.on:
                self._look(getattr(getattr(result, "info", None), "raw_cell", None) or "")
        except Exception as error:
            self._fail(error)
        finally:
            self.capture.end_cell()

    def _look(self, source: str) -> None:
        dropped = 0
        problem: Optional[BaseleakError] = None
        # What a process of the cell wrote past `sys.stdout` may come while the program runs.
        for _ in range(_LOOKS):
            taken = self.capture.outputs.take()
            dropped += taken.dropped
            if not source and not taken.outputs:
                break
            report = scan_text(
                _capture.notebook(source, taken),
                name=notebook_name(),
                allow_incomplete=True,
                timeout=_TIMEOUT,
            )
            source = ""
            if report.findings:
                self._show(_notice.found(report, notebook_name()))
            if not report.is_complete:
                problem = BaseleakError("the cell could not be read whole")
            elif any(note.kind == "notebook" for note in report.coverage.notes):
                # Keys are found all the same, but not those that its JSON hides.
                problem = BaseleakError("the cell was read as plain text")
        self.looked += 1
        if dropped:
            self._show(_notice.too_large(self.capture.outputs.limit, dropped))
        if self.capture.failures():
            problem = BaseleakError("an output of the cell could not be noted")
        if problem is not None:
            raise problem

    def _fail(self, error: Exception) -> None:
        self.failed += 1
        # Errors of others are told by their kind: their text may be about what was looked at.
        what = str(error) if isinstance(error, BaseleakError) else type(error).__name__
        if self.told:
            return
        self.told.append(what)
        self._show(_notice.failed(what))

    def _show(self, notice: Tuple[str, str]) -> None:
        plain, markup = notice
        muted, self.capture.muted = self.capture.muted, True
        try:
            self.shell.display_pub.publish(data={"text/plain": plain, "text/html": markup}, metadata={})
        except Exception:
            # There is nowhere left to say it; `%baseleak` does.
            self.told.append("a warning could not be shown")
        finally:
            self.capture.muted = muted

    def magic(self, line: str) -> None:
        """`%baseleak` tells how it stands, `%baseleak on` and `off` switch the warnings, and anything
        else is a command line of the program, such as `%baseleak scan .`"""
        words = shlex.split(line, posix=os.name != "nt")
        if words in (["on"], ["off"]):
            self.on = words == ["on"]
            if self.on:
                self.capture.attach()
            else:
                self.capture.detach()
                self.capture.outputs.take()
            words = []
        if words:
            run(words)
        else:
            print(self.status())

    def status(self) -> str:
        """How it stands, in a line or several."""
        said = ["baseleak is %s: looked at %d cells" % ("on" if self.on else "off", self.looked)]
        if self.failed:
            said.append("could not look at %d cells: %s" % (self.failed, "; ".join(self.told)))
        if self.on and self.capture.unseen:
            said.append("cannot see here: " + ", ".join(self.capture.unseen))
        return "\n".join(said)


def run(words: List[str]) -> None:
    """Runs the program as on a command line, and prints what it says."""
    try:
        answer = call(words)
    except BaseleakError as error:
        print("error: %s" % error)
        return
    said = answer.stdout.decode("utf-8", "replace") + answer.stderr
    print(said, end="" if said.endswith("\n") else "\n")
    if answer.exit_code:
        print("exit code %d" % answer.exit_code)


def notebook_name() -> str:
    """The file of the notebook where the server says it, else a name that any could have."""
    name = os.environ.get("JPY_SESSION_NAME", "")
    return name if name.endswith(".ipynb") else "notebook.ipynb"


def load(shell: Any) -> None:
    """Begins to watch. Raises `ProgramMissing` where there is no program to do it with."""
    if id(shell) in _watches:
        return
    program()
    watch = Watch(shell)
    watch.start()
    _watches[id(shell)] = watch


def unload(shell: Any) -> None:
    """Ends it, and leaves everything as it was."""
    watch = _watches.pop(id(shell), None)
    if watch is not None:
        watch.stop()
