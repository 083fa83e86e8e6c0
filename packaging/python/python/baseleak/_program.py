"""The bundled program: where it is, and how it is run. What it answers is read in `_report`.

It is run directly, never through a shell, and only the one that was installed with this package:
whatever else is called `baseleak` on the PATH may be another version, or somebody else's.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import subprocess
import sys
import sysconfig
from typing import Iterator, List, NamedTuple, Optional, Sequence

from ._errors import BaseleakError, ProgramMissing

_NAME = "baseleak.exe" if os.name == "nt" else "baseleak"
_found: Optional[str] = None

#: Whatever is longer, a month, is no limit: the system counts milliseconds in 32 bits.
_LONGEST = 2_000_000.0


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
    """Where the installer of this very package may have put the program, the surest place first.

    What lies beside another installation may be another version, or somebody else's.
    """
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    scheme = _scheme(home)
    if scheme is not None:
        yield os.path.join(sysconfig.get_path("scripts", scheme=scheme), _NAME)
    yield from _recorded(home)
    if scheme is None:
        # `pip install --target` has its programs in `bin` there.
        yield os.path.join(home, "bin", _NAME)


def _scheme(home: str) -> Optional[str]:
    """The way of installing that puts packages into this folder, if it is one of this Python's."""
    user = "nt_user" if os.name == "nt" else "posix_user"
    if sys.platform == "darwin" and sysconfig.get_config_var("PYTHONFRAMEWORK"):
        user = "osx_framework_user"
    # Before Python 3.10 its own had no public name.
    own = getattr(sysconfig, "get_default_scheme", getattr(sysconfig, "_get_default_scheme", None))
    known = sysconfig.get_scheme_names()
    for scheme in ([] if own is None else [own()]) + [user]:
        if scheme in known:
            folders = (sysconfig.get_path(name, scheme=scheme) for name in ("purelib", "platlib"))
            if any(_same(home, folder) for folder in folders):
                return str(scheme)
    return None


def _same(one: str, other: str) -> bool:
    return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))


def _recorded(home: str) -> Iterator[str]:
    """Where the installer of the package in this folder says that it put the program."""
    # Reading it takes 20 ms, which is spent only where the usual place is not the right one.
    from importlib import metadata

    for path in ([home], sys.path):
        for distribution in metadata.distributions(name="baseleak", path=path):
            files = distribution.files or []
            beside = _same(str(distribution.locate_file("")), home)
            # An editable installation leads from elsewhere to the folder of the sources.
            if beside or any(_leads_to(str(file.locate()), home) for file in files):
                for file in files:
                    place = os.path.normpath(str(file.locate()))
                    # `pip install --target` records a path that leads to another's program.
                    if file.name == _NAME and file.hash and _is_that(place, file.hash.value):
                        yield place


def _is_that(file: str, digest: str) -> bool:
    """Whether it is the file that was installed, by its SHA-256 as installers write it."""
    try:
        with open(file, "rb") as program:
            found = hashlib.sha256(program.read()).digest()
    except OSError:
        return False
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode("ascii") == digest


def _leads_to(file: str, home: str) -> bool:
    """Whether it is a file of paths for Python with this folder in it."""
    if not file.endswith(".pth"):
        return False
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as lines:
            return any(_same(line.strip(), home) for line in lines if line.strip())
    except (OSError, ValueError):
        return False


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
    timeout = _limit(timeout)
    failure: Optional[BaseleakError] = None
    try:
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            creationflags=flags,
        ) as child:
            try:
                stdout, stderr = child.communicate(None if stdin is None else stdin.data, timeout)
            except BaseException:
                # Whatever ends the waiting, Ctrl-C or the limit, ends the program, too.
                child.kill()
                child.wait()
                raise
    except subprocess.TimeoutExpired:
        failure = BaseleakError(
            "the scan took longer than %g seconds" % (timeout or 0),
            None,
            "give it more time with timeout=, or less to read",
        )
    except (OSError, ValueError) as error:
        # A ValueError is a path with a null character in it.
        cause = error.strerror if isinstance(error, OSError) else str(error)
        hint = None
        if isinstance(error, OSError) and (error.errno == errno.E2BIG or getattr(error, "winerror", 0) == 206):
            hint = "name the folder that holds the paths, or scan them in several calls"
        failure = BaseleakError("the program could not be run", cause or str(error), hint)
    if failure is not None:
        # Raised here and not above, so that it does not drag along what was being handled.
        raise failure
    return Answer(child.returncode, stdout, stderr.decode("utf-8", "replace"))


def _limit(timeout: Optional[float]) -> Optional[float]:
    """The seconds to wait, or None where there is no limit or none that the system could keep."""
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
        raise TypeError("timeout= takes a number of seconds")
    if timeout != timeout or timeout < 0:
        raise BaseleakError(
            "timeout=%r is no time to wait" % timeout, None, "give a number of seconds, or None for no limit"
        )
    return None if timeout > _LONGEST else timeout
