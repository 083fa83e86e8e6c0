"""The bundled program: where it is, and how it is run. What it answers is read in `_report`.

It is run directly, never through a shell, and only the one that was installed with this package:
whatever else is called `baseleak` on the PATH may be another version, or somebody else's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from typing import Iterator, List, NamedTuple, Optional, Sequence

from ._errors import BaseleakError, ProgramMissing

_NAME = "baseleak.exe" if os.name == "nt" else "baseleak"
_found: Optional[str] = None


class Hidden:
    """Holds what is scanned while the program runs.

    Tracebacks that print local variables show what these are; this one says nothing.
    """

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __repr__(self) -> str:
        return "<%d bytes>" % len(self.data)


class Answer(NamedTuple):
    """What the program said: standard output as it is, standard error as text."""

    exit_code: int
    stdout: bytes
    stderr: str


def program() -> str:
    """The path of the program that was installed with this package.

    Raises `ProgramMissing` where it is not there.
    """
    global _found
    if _found is not None and os.path.isfile(_found):
        return _found
    looked: List[str] = []
    for path in _places():
        if path in looked:
            continue
        looked.append(path)
        # Without the bit to run it, it is none: a wheel that was unpacked by hand.
        if os.path.isfile(path) and os.access(path, os.X_OK):
            _found = path
            return path
    raise ProgramMissing(
        "the program `%s` is not installed beside this package" % _NAME,
        "looked for " + ", ".join(looked),
        "install it again: python -m pip install --force-reinstall baseleak",
    )


def _places() -> Iterator[str]:
    """Where an installer may have put the program, the surest place first."""
    # The package lies in a folder that knows its neighbours: `pip install --target` has its
    # programs in `bin` there.
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    installed = sysconfig.get_path("purelib"), sysconfig.get_path("platlib")
    if home in installed:
        yield os.path.join(sysconfig.get_path("scripts"), _NAME)
    yield from _recorded()
    yield os.path.join(home, "bin", _NAME)
    yield os.path.join(sysconfig.get_path("scripts"), _NAME)
    user = "nt_user" if os.name == "nt" else "posix_user"
    if sys.platform == "darwin" and sysconfig.get_config_var("PYTHONFRAMEWORK"):
        user = "osx_framework_user"
    if user in sysconfig.get_scheme_names():
        yield os.path.join(sysconfig.get_path("scripts", scheme=user), _NAME)


def _recorded() -> Iterator[str]:
    """Where the installer says that it put it. Editable installations say so, too."""
    # Reading it takes 20 ms, which is spent only where the usual place is not the right one.
    from importlib import metadata

    try:
        files = metadata.files("baseleak") or []
    except metadata.PackageNotFoundError:
        return
    for file in files:
        if file.name == _NAME:
            yield os.path.normpath(str(file.locate()))


def call(
    arguments: Sequence[str],
    stdin: Optional[Hidden] = None,
    cwd: Optional[str] = None,
    timeout: Optional[float] = None,
) -> Answer:
    """Runs the program and waits for its end.

    Raises `BaseleakError` where it cannot be started or takes longer than `timeout` seconds.
    """
    command = [program()]
    command.extend(arguments)
    # A kernel has no console on Windows, and each start would flash up a window.
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    failure: Optional[BaseleakError] = None
    try:
        if stdin is None:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                timeout=timeout,
                creationflags=flags,
                check=False,
            )
        else:
            done = subprocess.run(
                command,
                input=stdin.data,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                timeout=timeout,
                creationflags=flags,
                check=False,
            )
    except subprocess.TimeoutExpired:
        failure = BaseleakError(
            "the scan took longer than %g seconds" % (timeout or 0),
            None,
            "give it more time with timeout=, or less to read",
        )
    except (OSError, ValueError) as error:
        # A ValueError is a path with a null character in it.
        cause = error.strerror if isinstance(error, OSError) else str(error)
        failure = BaseleakError("the program could not be run", cause or str(error))
    if failure is not None:
        # Raised here and not above, so that it does not drag along what was being handled.
        raise failure
    return Answer(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))
