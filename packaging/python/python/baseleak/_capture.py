"""What a cell puts out, noted while it goes by: streams, displays, results and tracebacks.

The methods that everything passes through get a wrapper on the one object that is in use: `write`
of standard output and error, `publish` of the display publisher, `write_format_data` of the display
hook, `_showtraceback` of the shell. Objects stay the same ones, so whoever holds them (the handlers
of `logging` hold streams) is seen, too. A wrapper notes what it is given and passes it on unchanged;
it never raises anything of its own.

Not seen: what is written when no cell runs, by threads and processes that outlive theirs; what
processes made by `multiprocessing` write; what widgets show, which is no output of the cell.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
import sys
from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Tuple

#: Colours and what else terminals are told, which stand between the parts of a key otherwise.
_CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")

#: So many characters of the output of a cell are kept to be looked at.
LIMIT = 16 * 1024 * 1024


class Taken(NamedTuple):
    """The outputs of a cell in the form of a notebook, each as JSON, and what was left out."""

    outputs: List[str]
    dropped: int


class Outputs:
    """Notes outputs up to a limit.

    Threads may write at once, and so may whatever Python runs in between: signal handlers, `__del__`
    and children after a fork. There is no lock that one of these could wait for in vain; appending to
    a list needs none, and of the size a rough count will do.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self._clear()

    def _clear(self) -> None:
        # The name of a stream and what was written to it, or no name and an output as JSON.
        self._noted: List[Tuple[str, str]] = []
        self._size = 0
        self._dropped = 0

    def stream(self, name: str, text: str) -> None:
        """Notes what was written to standard output or error."""
        room = max(0, self.limit - self._size)
        if len(text) > room:
            self._dropped += len(text) - room
            text = text[:room]
        if text:
            self._noted.append((name, text))
            self._size += len(text)

    def bundle(self, kind: str, data: Any, metadata: Any) -> None:
        """Notes `display_data` or `execute_result`, with all of its MIME types."""
        output: Dict[str, Any] = {"output_type": kind}
        if kind == "execute_result":
            output["execution_count"] = None
        output["data"] = {str(mime): _value(value) for mime, value in dict(data or {}).items()}
        output["metadata"] = dict(metadata or {})
        self._add(output)

    def error(self, name: str, value: str, traceback: Sequence[str]) -> None:
        """Notes an exception that is shown."""
        lines = [line for part in traceback for line in _plain(str(part)).split("\n")]
        self._add({"output_type": "error", "ename": name, "evalue": _plain(value), "traceback": lines})

    def _add(self, output: Dict[str, Any]) -> None:
        text = _json(output)
        if self._size + len(text) > self.limit:
            self._dropped += len(text)
            return
        self._noted.append(("", text))
        self._size += len(text)

    def take(self) -> Taken:
        """What was noted since the last time."""
        noted, dropped = self._noted, self._dropped
        self._clear()
        outputs = []
        # Writes to one stream, one after the other, are one output.
        for name, group in itertools.groupby(noted, key=lambda each: each[0]):
            if name:
                text = _plain("".join(text for _, text in group))
                outputs.append(_json({"output_type": "stream", "name": name, "text": lines(text)}))
            else:
                outputs.extend(text for _, text in group)
        return Taken(outputs, dropped)


def lines(text: str) -> List[str]:
    """A text as a notebook has it: a list of lines, each with its end."""
    return text.splitlines(True)


def _plain(text: str) -> str:
    return _CONTROL.sub("", text) if "\x1b" in text else text


def _value(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray, memoryview)):
        # The kernel does this with images when it sends them.
        return base64.b64encode(bytes(value)).decode("ascii")
    return lines(_plain(value)) if isinstance(value, str) else value


def _json(value: Any) -> str:
    # A line for each text, so that a comment behind one of them settles no other one.
    return json.dumps(value, separators=(",\n", ": "), default=str, skipkeys=True)


def notebook(source: str, taken: Taken) -> bytes:
    """The cell with its outputs as a notebook of its own, which the program knows how to read."""
    cell = (
        '{"cells": [{"cell_type": "code",\n"execution_count": null,\n"metadata": {},\n"source": %s,\n'
        '"outputs": [%s]}],\n"metadata": {},\n"nbformat": 4,\n"nbformat_minor": 4}\n'
    )
    return (cell % (_json(lines(source)), ",\n".join(taken.outputs))).encode("ascii")


def is_terminal(shell: Any) -> bool:
    """Whether it is IPython on a terminal, where there is no notebook."""
    return any(kind.__module__.startswith("IPython.terminal") for kind in type(shell).__mro__)


class _Wrapped:
    """A method of one object with a wrapper before it, and the way back."""

    def __init__(self, target: Any, name: str, note: Callable[..., None]) -> None:
        self.target = target
        self.name = name
        self.active = True
        #: How often something could not be noted.
        self.failures = 0
        # What stands on the object itself, and not on its class, is put back there.
        self._own: Tuple[Any, ...] = (vars(target)[name],) if name in vars(target) else ()
        original = getattr(target, name)

        def wrapper(*arguments: Any, **options: Any) -> Any:
            if self.active:
                try:
                    note(*arguments, **options)
                except Exception:
                    # Whatever it is, it is ours, and the cell must not see it.
                    self.failures += 1
            return original(*arguments, **options)

        self._wrapper = wrapper
        setattr(target, name, wrapper)

    def on_top(self) -> bool:
        """Whether a call reaches our wrapper first."""
        return vars(self.target).get(self.name) is self._wrapper

    def undo(self) -> None:
        self.active = False
        # Where somebody put a wrapper of theirs before ours, it stays, and passes everything on.
        if self.on_top():
            if self._own:
                setattr(self.target, self.name, self._own[0])
            else:
                delattr(self.target, self.name)


class Capture:
    """Wraps what the outputs of a shell pass through.

    Streams are wrapped while a cell runs, and no longer: IPython wraps `write` itself for each cell,
    and puts back at its end what was there before, so only what is done and undone within a cell
    leaves no trace. The rest is wrapped for as long as the extension is loaded.
    """

    def __init__(self, shell: Any, limit: int = LIMIT) -> None:
        self.shell = shell
        #: A terminal is shown everything as text on its standard output, and is watched there.
        self.terminal = is_terminal(shell)
        #: Whether the next output of this cell takes away all before it: `clear_output(wait=True)`.
        self.clearing = False
        self.outputs = Outputs(limit)
        #: While this is set, nothing is noted: what baseleak itself shows.
        self.muted = False
        self._wrapped: Dict[str, _Wrapped] = {}
        self._unseen: Dict[str, None] = {}
        self._failures = 0

    @property
    def unseen(self) -> List[str]:
        """What cannot be watched here, in words."""
        return list(self._unseen)

    def attach(self) -> None:
        """Wraps everything that is not wrapped."""
        for name in ("stdout", "stderr"):
            self._wrap(name, getattr(sys, name), "write", self._stream(name))
        if self.terminal:
            return
        publisher = getattr(self.shell, "display_pub", None)
        self._wrap("displays", publisher, "publish", self._publish)
        self._wrap("clearing of outputs", publisher, "clear_output", self._clear)
        self._wrap("results", getattr(self.shell, "displayhook", None), "write_format_data", self._result)
        self._wrap("tracebacks", self.shell, "_showtraceback", self._traceback)

    def end_cell(self) -> None:
        """Lets go of the streams."""
        for what in ("stdout", "stderr"):
            self._undo(what)

    def detach(self) -> None:
        """Takes all of it back."""
        for what in list(self._wrapped):
            self._undo(what)

    def failures(self) -> int:
        """How often an output could not be noted since the last time."""
        for wrapped in self._wrapped.values():
            self._failures += wrapped.failures
            wrapped.failures = 0
        failures, self._failures = self._failures, 0
        return failures

    def _wrap(self, what: str, target: Any, name: str, note: Callable[..., None]) -> None:
        known = self._wrapped.get(what)
        if known is not None:
            if known.target is target and known.on_top():
                return
            self._undo(what)
        try:
            self._wrapped[what] = _Wrapped(target, name, note)
            self._unseen.pop(what, None)
        except (AttributeError, TypeError):
            # It is not there, or is an object that takes no attributes.
            self._unseen[what] = None

    def _undo(self, what: str) -> None:
        wrapped = self._wrapped.pop(what, None)
        if wrapped is not None:
            wrapped.undo()
            self._failures += wrapped.failures

    def _stream(self, name: str) -> Callable[..., None]:
        def note(text: Any = "", *_: Any) -> None:
            if not self.muted and isinstance(text, str):
                self.clearing = self.clearing and not text
                self.outputs.stream(name, text)

        return note

    def _clear(self, wait: Any = False, *_: Any, **__: Any) -> None:
        self.clearing = bool(wait)

    def _publish(self, data: Any = None, metadata: Any = None, *_: Any, **options: Any) -> None:
        if not self.muted:
            # An update of what is shown already is no output of its own.
            self.clearing = self.clearing and bool(options.get("update"))
            self.outputs.bundle("display_data", data, metadata)

    def _result(self, format_dict: Any = None, md_dict: Any = None, *_: Any, **__: Any) -> None:
        if not self.muted:
            self.clearing = False
            self.outputs.bundle("execute_result", format_dict, md_dict)

    def _traceback(self, etype: Any, evalue: Any, stb: Any, *_: Any) -> None:
        if not self.muted:
            self.clearing = False
            parts = stb.split("\n") if isinstance(stb, str) else stb
            self.outputs.error(getattr(etype, "__name__", "error"), str(evalue), parts)
