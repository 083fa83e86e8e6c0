"""What the tests share: keys made while they run, folders, repositories, programs that break."""

from __future__ import annotations

import os
import random
import stat
import string
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from baseleak import _program

#: The root of the source tree, where the tests stand in one.
ROOT = Path(__file__).resolve().parents[3]

_RANDOM = random.SystemRandom()


class Key(NamedTuple):
    """A key of the documented shape that was never anybody's."""

    prefix: str
    secret: str

    @property
    def text(self) -> str:
        return "%s.%s" % (self.prefix, self.secret)


def _letters(count: int) -> str:
    return "".join(_RANDOM.choice(string.ascii_letters + string.digits) for _ in range(count))


def make_key() -> Key:
    return Key("b10_" + _letters(8), _letters(32))


def needs_all() -> bool:
    """Whether a test that lacks what it needs fails instead of being skipped."""
    return os.environ.get("BASELEAK_TEST_ALL") == "1"


def lacking(what: str) -> None:
    """Skips a test that lacks something, or fails it where nothing may be skipped."""
    if needs_all():
        raise AssertionError("%s is not there, and BASELEAK_TEST_ALL is set" % what)
    raise unittest.SkipTest("%s is not there" % what)


class Sandbox(unittest.TestCase):
    """A folder of its own, which is the current one, and an environment without anybody's settings."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        # Named as the program names it, whatever links lead there.
        self.root = Path(os.path.realpath(folder.name))
        (self.root / "home").mkdir()
        self.work = self.root / "work"
        self.work.mkdir()
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(str(self.work))
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "BASETEN_"))
        }
        environment.update(
            HOME=str(self.root / "home"),
            GIT_CONFIG_NOSYSTEM="1",
            GIT_AUTHOR_NAME="A",
            GIT_AUTHOR_EMAIL="a@example.org",
            GIT_COMMITTER_NAME="C",
            GIT_COMMITTER_EMAIL="c@example.org",
        )
        patch = mock.patch.dict(os.environ, environment, clear=True)
        patch.start()
        self.addCleanup(patch.stop)
        self.key = make_key()

    def plant(self, name: str = ".env") -> Path:
        """Writes the key into a file of the current folder."""
        path = self.work / name
        path.write_text("one=1\nBASETEN_API_KEY=%s\n" % self.key.text, encoding="utf-8")
        return path

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=str(self.work), check=True, stdout=subprocess.DEVNULL)

    def repository(self) -> None:
        """Makes the current folder a repository with one commit."""
        self.git("init", "--quiet", "--initial-branch=main")
        (self.work / "serve.py").write_text("import os\n", encoding="utf-8")
        self.git("add", "serve.py")
        self.git("commit", "--quiet", "--message", "Serve")

    def program(self, script: str) -> None:
        """Has a Python script answer in the place of the program."""
        if os.name == "nt":
            raise unittest.SkipTest("scripts are no programs on Windows")
        path = self.root / "program"
        path.write_text("#!%s\n%s\n" % (sys.executable, script), encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        patch = mock.patch.object(_program, "_found", str(path))
        patch.start()
        self.addCleanup(patch.stop)

    def assert_hidden(self, *texts: object) -> None:
        """None of these says the secret."""
        for text in texts:
            self.assertNotIn(self.key.secret, str(text))
