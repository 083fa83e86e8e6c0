"""The IPython extension: after each cell its source and its outputs are looked at.

One run of the program for each cell. It is given them as a notebook of one cell through a pipe, and
knows from that where in it a key stands. Nothing is changed or held back: a key that was shown is
shown, and the warning says what to do about it.

**Invariant:** a cell does not fail because of this, and loses no output. What goes wrong here is told
once for each cause, and counted.
"""

from __future__ import annotations

import os
import shlex
import sys
from typing import Any, Dict, List, Optional, Set, Tuple

from . import _capture, _notice
from ._api import scan_text
from ._errors import BaseleakError
from ._program import call, program

#: No cell takes so many seconds; whatever does, hangs.
_TIMEOUT = 60.0

#: How often a cell is looked at, at most, while more output comes in.
_LOOKS = 3

#: A notice as text and as HTML.
_Notice = Tuple[str, str]

_watches: Dict[int, "Watch"] = {}


class Watch:
    """Watches the cells of one shell.

    A cell may run others (`%rerun`, `run_cell`, and each `%%capture` is one): they are parts of it,
    and all that it put out is looked at once, at its own end.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.capture = _capture.Capture(shell)
        self.on = True
        self.looked = 0
        self.failed = 0
        #: Why a cell could not be looked at, the last time.
        self.cause = ""
        # The causes that were told since a cell was looked at without any.
        self._told: Set[str] = set()
        # What could not be shown yet without taking an output away.
        self._waiting: List[_Notice] = []
        # Where notices are shown, and never what collects outputs for the user.
        self._publisher: Any = None

    def start(self) -> None:
        self.capture.attach()
        self._know_publisher()
        self.shell.events.register("pre_run_cell", self.before)
        self.shell.events.register("post_run_cell", self.after)
        self.shell.register_magic_function(self.magic, magic_kind="line", magic_name="baseleak")

    def stop(self) -> None:
        self._show_waiting()
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
        if self._is_within():
            return
        self.capture.clearing = False
        self._know_publisher()
        if not self.on:
            return
        try:
            self.capture.attach()
        except Exception as error:
            self._fail(error)

    def after(self, result: Any = None, *_: Any) -> None:
        """After a cell: looks at it, and warns."""
        if self._is_within():
            return
        # These are of cells before this one.
        self._waiting = [_notice.later(notice) for notice in self._waiting]
        try:
            if self.on:
                self._look(getattr(getattr(result, "info", None), "raw_cell", None) or "")
                self._told.clear()
        except Exception as error:
            self._fail(error)
        finally:
            self.capture.end_cell()
        self._show_waiting()

    def _is_within(self) -> bool:
        """Whether a cell is run by another one: then that one's code is below us on the stack.

        Counting beginnings and ends would not do: a cell without text has an end and no beginning,
        one that is interrupted may have no end, and the cell that loads us began before us.
        """
        above: Any = sys._getframe(1)
        while above is not None:
            if above.f_code.co_name == "run_code" and above.f_locals.get("self") is self.shell:
                return True
            above = above.f_back
        return False

    def _look(self, source: str) -> None:
        dropped = 0
        problem: Optional[BaseleakError] = None
        notebook = None if self.capture.terminal else notebook_name()
        # What a process of the cell wrote past `sys.stdout` may come while the program runs.
        for number in range(_LOOKS):
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
                self._waiting.append(_notice.found(report, notebook, late=number > 0))
            if not report.is_complete:
                problem = BaseleakError("the cell could not be read whole")
            elif any(note.kind == "notebook" for note in report.coverage.notes):
                # Keys are found all the same, but not those that its JSON hides.
                problem = BaseleakError("the cell was read as plain text")
        self.looked += 1
        if dropped:
            self._waiting.append(_notice.too_large(self.capture.outputs.limit, dropped))
        if self.capture.failures():
            problem = BaseleakError("an output of the cell could not be noted")
        if problem is not None:
            raise problem

    def _fail(self, error: Exception) -> None:
        self.failed += 1
        # Errors of others are told by their kind: their text may be about what was looked at.
        self.cause = str(error) if isinstance(error, BaseleakError) else type(error).__name__
        if self.cause not in self._told:
            self._told.add(self.cause)
            self._waiting.append(_notice.failed(self.cause))

    def _know_publisher(self) -> None:
        from IPython.core.displaypub import CapturingDisplayPublisher

        publisher = getattr(self.shell, "display_pub", None)
        # With `%%capture` another one stands there, whose outputs are the user's.
        if publisher is not None and not isinstance(publisher, CapturingDisplayPublisher):
            self._publisher = publisher

    def _show_waiting(self) -> None:
        """Shows what is to be said, unless front ends would clear the outputs of the cell for it."""
        self._know_publisher()
        if self.capture.clearing or self._publisher is None:
            return
        waiting, self._waiting = self._waiting, []
        muted, self.capture.muted = self.capture.muted, True
        try:
            for plain, markup in waiting:
                self._publisher.publish(data={"text/plain": plain, "text/html": markup}, metadata={})
        except Exception:
            # There is nowhere left to say it; `%baseleak` does.
            self.cause = "a warning could not be shown"
        finally:
            self.capture.muted = muted

    def magic(self, line: str) -> None:
        """`%baseleak` tells how it stands, `%baseleak on` and `off` switch the warnings, and anything
        else is a command line of the program, such as `%baseleak scan .`"""
        try:
            words = shlex.split(line, posix=os.name != "nt")
        except ValueError as error:
            print("error: this is no command line: %s" % error)
            return
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
        said = ["baseleak is %s: looked at %s" % ("on" if self.on else "off", _cells(self.looked))]
        if self.failed:
            said.append("could not look at %s: %s" % (_cells(self.failed), self.cause))
        elif self.cause:
            said.append(self.cause)
        if self.on and self.capture.unseen:
            said.append("cannot see here: " + ", ".join(self.capture.unseen))
        return "\n".join(said)


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else "%d cells" % number


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
