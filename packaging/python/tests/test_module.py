"""The functions of the module on planted keys, and its errors."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import subprocess
import sys
import traceback
import unittest
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import baseleak
from support import ROOT, Sandbox


class Scans(Sandbox):
    def test_a_key_in_a_folder(self) -> None:
        self.plant("deploy.env")
        report = baseleak.scan(".")
        (finding,) = report.findings
        self.assertEqual(finding.key, self.key.prefix)
        self.assertEqual((finding.rule, finding.confidence), ("baseten-api-key", "high"))
        self.assertEqual((finding.line, finding.column), (2, 17))
        self.assertEqual((finding.end_line, finding.end_column), (2, 62))
        self.assertEqual(finding.path, "deploy.env")
        self.assertEqual(finding.file, "deploy.env")
        self.assertEqual(finding.snippet, "BASETEN_API_KEY=%s.****" % self.key.prefix)
        self.assertEqual(finding.reasons[0].kind, "shape")
        self.assertIsNone(finding.origin)
        self.assertEqual(report.keys, (self.key.prefix,))
        self.assertEqual((report.exit_code, report.passed, report.is_complete), (1, False, True))
        self.assertEqual(report.version, baseleak.__version__)
        self.assertEqual(report.gate.fail_on, "any")
        self.assertEqual(report.coverage.files, 1)
        self.assertIn("baseten-api-key", [rule.id for rule in report.rules])

    def test_a_folder_without_one(self) -> None:
        (self.work / "serve.py").write_text("import os\n", encoding="utf-8")
        report = baseleak.scan()
        self.assertEqual(report.findings, ())
        self.assertEqual((report.exit_code, report.passed, report.keys), (0, True, ()))
        self.assertEqual(str(report), "no keys found")

    def test_a_report_is_neither_true_nor_false(self) -> None:
        self.plant()
        with self.assertRaises(TypeError):
            bool(baseleak.scan())

    def test_several_paths_and_odd_names(self) -> None:
        for name in ("-", "--help", "-x.env", "two words.env", "ünïcode.env"):
            self.plant(name)
        paths: List[baseleak.StrPath] = ["-", b"--help", Path("-x.env"), "two words.env", "ünïcode.env"]
        report = baseleak.scan(paths)
        self.assertEqual(report.coverage.files, 5)
        self.assertEqual(len(report.findings), 5)
        self.assertEqual(len(report.keys), 1)
        for finding in report.findings:
            self.assertTrue(finding.file is not None and os.path.isfile(finding.file), finding.path)

    def test_names_that_are_not_utf_8(self) -> None:
        name = b"caf\xe9 \\x41.env"
        try:
            with open(os.path.join(os.fsencode(str(self.work)), name), "wb") as file:
                file.write(self.key.text.encode("ascii"))
        except OSError:
            self.skipTest("this file system has no such names")
        for path in (".", name, os.fsdecode(name)):
            report = baseleak.scan(path)
            (finding,) = report.findings
            self.assertIn("caf\\xE9 \\\\x41.env", finding.path)
            assert finding.file is not None
            self.assertEqual(os.path.basename(os.fsencode(finding.file)), name)
            # It can be printed, whatever the terminal takes.
            str(report).encode("utf-8")

    def test_a_name_with_a_key_in_it_is_no_file(self) -> None:
        (self.work / (self.key.text + ".txt")).write_text("x\n", encoding="utf-8")
        report = baseleak.scan()
        (finding,) = report.findings
        self.assertEqual(finding.place, "file-name")
        self.assertIsNone(finding.file)
        self.assert_hidden(report, repr(report), report._repr_html_())

    def test_options(self) -> None:
        self.plant("a.env")
        self.plant("b.py")
        cases = (
            (baseleak.scan(include=["*.py"]), 1),
            (baseleak.scan(exclude=["*.py", "*.env"]), 0),
            (baseleak.scan(disable=["baseten-api-key", "baseten-api-key-legacy"]), 0),
            (baseleak.scan(max_file_size="10"), 0),
            (baseleak.scan(max_file_size=10), 0),
            (baseleak.scan(threads=1, unpack=False, decode=False, config=False, baseline=False), 2),
        )
        for number, (report, expected) in enumerate(cases):
            self.assertEqual(len(report.findings), expected, number)

    def test_the_gate(self) -> None:
        self.plant()
        self.assertTrue(baseleak.scan(max_findings=1).passed)
        self.assertFalse(baseleak.scan(fail_on="high").passed)
        with self.assertRaises(baseleak.BaseleakError):
            baseleak.scan(fail_on="--help")

    def test_a_text_is_no_list(self) -> None:
        with self.assertRaises(TypeError):
            baseleak.scan(exclude="*.py")
        with self.assertRaises(TypeError):
            baseleak.scan(rules="rules.toml")

    def test_what_git_ignores(self) -> None:
        self.repository()
        (self.work / ".gitignore").write_text(".env\n", encoding="utf-8")
        self.plant()
        report = baseleak.scan()
        self.assertEqual((len(report.findings), report.coverage.ignored), (0, 1))
        self.assertEqual(len(baseleak.scan(ignored=True).findings), 1)

    def test_suppression(self) -> None:
        line = "KEY = '%s'  # baseleak:allow revoked\n" % self.key.text
        report = baseleak.scan_text(line, name="a.py")
        self.assertEqual(report.findings, ())
        (settled,) = report.suppressed
        assert settled.suppression is not None
        self.assertEqual((settled.suppression.kind, settled.suppression.reason), ("inline", "revoked"))
        self.assertTrue(report.passed)
        self.assertEqual(len(baseleak.scan_text(line, name="a.py", suppress=False).findings), 1)


class Texts(Sandbox):
    def test_forms_of_a_text(self) -> None:
        text = "é KEY=" + self.key.text
        for each in (text, text.encode("utf-8"), text.encode("utf-16"), "\ud800 " + text, "\udce9" + text):
            report = baseleak.scan_text(each)
            self.assertEqual(report.keys, (self.key.prefix,))
        self.assertEqual(baseleak.scan_text("").findings, ())
        self.assertEqual(baseleak.scan_text(b"").findings, ())

    def test_a_notebook(self) -> None:
        cell = {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {},
            "source": ["import os\n", "key = '%s'" % self.key.text],
            "outputs": [],
        }
        document = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
        (finding,) = baseleak.scan_text(json.dumps(document), name="train.ipynb").findings
        self.assertEqual((finding.path, finding.cell), ("train.ipynb", "cell 1, source, line 2"))

    def test_the_name_is_no_option(self) -> None:
        (finding,) = baseleak.scan_text(self.key.text, name="--version").findings
        self.assertEqual(finding.path, "--version")


class Repositories(Sandbox):
    def test_what_is_staged(self) -> None:
        self.repository()
        self.assertTrue(baseleak.staged().passed)
        self.plant("deploy.env")
        self.assertTrue(baseleak.staged().passed)
        self.git("add", "deploy.env")
        self.assertEqual(baseleak.staged().keys, (self.key.prefix,))
        os.chdir(str(self.root))
        self.assertEqual(baseleak.staged(self.work).keys, (self.key.prefix,))

    def test_a_range(self) -> None:
        self.repository()
        self.git("switch", "--quiet", "--create", "topic")
        self.plant("deploy.env")
        self.git("add", "deploy.env")
        self.git("commit", "--quiet", "--message", "Deploy")
        self.git("rm", "--quiet", "deploy.env")
        self.git("commit", "--quiet", "--message", "Undo it")
        report = baseleak.history(self.work, range="main..topic", all_commits=True)
        (finding,) = report.findings
        assert finding.origin is not None and finding.origin.commit is not None
        self.assertEqual(finding.origin.commit.author, "A <a@example.org>")
        self.assertEqual(finding.origin.commits, (finding.origin.commit,))
        self.assertFalse(finding.origin.in_head)
        (exposure,) = report.exposures
        self.assertEqual((exposure.key, exposure.findings), (self.key.prefix, (finding.fingerprint,)))
        self.assertTrue(baseleak.history(range="topic..main").passed)
        self.assertTrue(baseleak.history(branch="main").passed)

    def test_an_audit(self) -> None:
        self.repository()
        self.plant("deploy.env")
        self.git("add", "deploy.env")
        report = baseleak.audit()
        self.assertEqual(report.keys, (self.key.prefix,))
        self.assertIn("index", report.findings[0].seen_in)


    def test_files_are_for_opening(self) -> None:
        self.repository()
        folder = self.work / "deep"
        folder.mkdir()
        self.plant("deep/deploy.env")
        self.git("add", "deep/deploy.env")
        os.chdir(str(folder))
        reports = [baseleak.scan(), baseleak.staged(), baseleak.audit()]
        self.git("commit", "--quiet", "--message", "Deploy")
        reports.append(baseleak.history())
        os.chdir(str(self.root))
        reports += [baseleak.history(folder), baseleak.audit("work/deep")]
        for number, report in enumerate(reports):
            (finding,) = report.findings
            if number == 0:
                self.assertEqual(finding.file, "deploy.env")
                continue
            self.assertEqual(finding.path, "deep/deploy.env", number)
            self.assertEqual(finding.file, str(folder / "deploy.env"), number)
        self.git("clone", "--quiet", "--bare", ".", str(self.root / "bare.git"))
        for each in baseleak.audit("bare.git").findings:
            self.assertIsNone(each.file)


class Secrets(Sandbox):
    def test_nothing_says_the_secret(self) -> None:
        path = self.plant()
        report = baseleak.scan(path)
        self.assert_hidden(
            report,
            repr(report),
            report._repr_html_(),
            report.to_dict(),
            dataclasses.asdict(report),
            pickle.dumps(report),
        )

    def test_nor_does_an_error(self) -> None:
        self.program("import sys; sys.stdin.read(); sys.exit(7)")
        try:
            baseleak.scan_text("KEY=" + self.key.text)
        except baseleak.BaseleakError as error:
            told = traceback.TracebackException.from_exception(error, capture_locals=True)
            # The first frame is this test, whose variables are its own.
            frames = [frame for frame in told.stack if "test_module" not in frame.filename]
            self.assertTrue(frames)
            self.assert_hidden(error, repr(error), *(frame.locals for frame in frames))
            self.assertIsNone(error.__context__)
        else:
            self.fail("no error")

    def test_a_report_is_a_value(self) -> None:
        self.plant()
        report = baseleak.scan()
        self.assertEqual(report, pickle.loads(pickle.dumps(report)))
        self.assertEqual(len({report, baseleak.scan()}), 1)
        with self.assertRaises(dataclasses.FrozenInstanceError):
            report.exit_code = 0  # type: ignore[misc]
        document = report.to_dict()
        document["findings"].clear()
        self.assertEqual(len(report.to_dict()["findings"]), 1)


class Views(Sandbox):
    def test_names_do_nothing(self) -> None:
        names = ["<img src=x onerror=alert(1)>.env", "a\u202egnp.env", "new\nline.env", "$x$.env"]
        if os.name == "nt":
            names = ["a\u202egnp.env", "$x$.env"]
        for name in names:
            self.plant(name)
        report = baseleak.scan()
        page = report._repr_html_()
        self.assertNotIn("<img", page)
        for character in "\u202e\n$":
            self.assertNotIn(character, page)
        self.assertIn("a\\u{202e}gnp.env", page)
        self.assertIn("$x$.env", str(report))
        self.assertEqual(len(str(report).splitlines()), len(names) + 1)

    def test_many_are_counted(self) -> None:
        text = "".join("a%d=%s\n" % (line, self.key.text) for line in range(130))
        report = baseleak.scan_text(text)
        self.assertEqual(len(report.findings), 130)
        self.assertEqual(report._repr_html_().count("<tr>"), 101)
        self.assertIn("and 30 findings more", str(report))
        self.assertEqual(str(report).splitlines()[-1], "130 findings of 1 key")


class Errors(Sandbox):
    def test_an_incomplete_scan(self) -> None:
        missing = self.work / "missing"
        with self.assertRaises(baseleak.IncompleteScan) as caught:
            baseleak.scan([self.plant(), missing])
        error = caught.exception
        self.assertEqual((error.exit_code, error.report.keys), (2, (self.key.prefix,)))
        self.assertIn("no such file", str(error))
        again = pickle.loads(pickle.dumps(error))
        self.assertEqual((str(again), again.report), (str(error), error.report))
        report = baseleak.scan(missing, allow_incomplete=True)
        self.assertEqual((report.is_complete, report.passed, report.exit_code), (False, False, 2))
        self.assertEqual(report.skipped[0].reason, "unreadable")
        self.assertIn("no verdict", str(report))
        self.assertIn("not read", report._repr_html_())

    def test_what_the_program_refuses(self) -> None:
        with self.assertRaises(baseleak.BaseleakError) as caught:
            baseleak.history(self.work)
        error = caught.exception
        self.assertEqual(error.error, "cannot read the history")
        self.assertIn("not in a git repository", error.cause or "")
        self.assertIn("baseleak scan", error.hint or "")
        self.assertEqual(error.exit_code, 2)
        self.assertNotIsInstance(error, baseleak.IncompleteScan)
        again = pickle.loads(pickle.dumps(error))
        self.assertEqual((again.error, again.cause, again.exit_code), (error.error, error.cause, 2))

    def test_wrong_use(self) -> None:
        calls: List[Callable[[], baseleak.Report]] = [
            lambda: baseleak.scan([]),
            lambda: baseleak.scan("nul\0l"),
            lambda: baseleak.scan(max_file_size="much"),
            lambda: baseleak.scan(rules=["missing.toml"]),
            lambda: baseleak.scan(config="missing.toml"),
        ]
        for call in calls:
            with self.assertRaises(baseleak.BaseleakError) as caught:
                call()
            self.assertNotIsInstance(caught.exception, baseleak.IncompleteScan)
            self.assertTrue(caught.exception.error)

    def test_programs_that_break(self) -> None:
        good = "'schema': 1, 'tool': {'version': '1'}, 'findings': []"
        for script, words in (
            ("import sys; sys.exit(3)", "exit code 3"),
            ("import os; os.kill(os.getpid(), 9)", "signal 9"),
            ("import sys; sys.exit(130)", "interrupted"),
            ("print('{')", "cannot be read"),
            ("print('[]')", "is no JSON object"),
            ("import json; print(json.dumps({'schema': 2}))", "schema 2"),
            ("import json; print(json.dumps({%s}))" % good, "coverage"),
            ("print('[' * 100000)", "cannot be read"),
            ("pass", "no report"),
            ("import sys; print('Traceback: oh', file=sys.stderr); sys.exit(101)", "Traceback: oh"),
            ("import time; time.sleep(60)", "longer than 0.5 seconds"),
        ):
            self.program(script)
            with self.assertRaises(baseleak.BaseleakError, msg=script) as caught:
                baseleak.scan(timeout=0.5 if "sleep" in script else 60)
            self.assertIn(words, str(caught.exception))

    def test_an_end_that_contradicts_the_report(self) -> None:
        self.plant()
        document = json.dumps(baseleak.scan().to_dict())
        for code, expected in ((1, True), (0, True), (2, False)):
            self.program("import sys; print(%r); sys.exit(%d)" % (document, code))
            if expected:
                report = baseleak.scan()
                self.assertEqual((report.passed, report.exit_code), (False, 1), code)
                continue
            with self.assertRaises(baseleak.BaseleakError) as caught:
                baseleak.scan()
            self.assertIn("contradict", str(caught.exception))

    @unittest.skipIf(os.name == "nt", "Windows has no such signal")
    def test_where_ends_are_not_learned(self) -> None:
        import signal

        self.plant()
        before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        try:
            report = baseleak.scan()
            with self.assertRaises(baseleak.IncompleteScan):
                baseleak.scan("missing")
        finally:
            signal.signal(signal.SIGCHLD, before)
        self.assertEqual((report.passed, report.exit_code, len(report.findings)), (False, 1, 1))

    def test_options_of_other_types(self) -> None:
        cases: List[Tuple[Dict[str, Any], str]] = [
            ({"include": [b"a"]}, "include="),
            ({"exclude": 3}, "exclude="),
            ({"threads": "two"}, "threads="),
            ({"max_findings": 1.5}, "max_findings="),
            ({"fail_on": b"any"}, "fail_on="),
            ({"rules": [3]}, "rules="),
            ({"path": 3}, "path="),
            ({"path": [None]}, "path="),
            ({"timeout": "1"}, "timeout="),
        ]
        for options, named in cases:
            with self.assertRaises(TypeError) as caught:
                baseleak.scan(**options)
            self.assertIn(named, str(caught.exception))
        with self.assertRaises(TypeError) as raised:
            baseleak.scan_text(None)  # type: ignore[arg-type]
        self.assertIn("text=", str(raised.exception))

    def test_values_that_are_none(self) -> None:
        calls: List[Callable[[], baseleak.Report]] = [
            lambda: baseleak.scan(""),
            lambda: baseleak.scan(config=""),
            lambda: baseleak.staged(""),
            lambda: baseleak.scan(timeout=float("nan")),
            lambda: baseleak.scan(["a" * 100] * 200000),
        ]
        for call in calls:
            with self.assertRaises(baseleak.BaseleakError) as caught:
                call()
            self.assertTrue(caught.exception.hint)
        for timeout in (float("inf"), 1e10, 60):
            self.assertTrue(baseleak.scan(timeout=timeout).passed)

    @unittest.skipIf(os.name == "nt", "scripts are no programs on Windows")
    def test_an_interruption_ends_the_program(self) -> None:
        import signal
        import threading
        import time

        self.program(
            "import os, signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
            "open('pid.part', 'w').write(str(os.getpid()))\nos.rename('pid.part', 'pid')\ntime.sleep(60)"
        )

        def interrupt() -> None:
            while not os.path.exists("pid"):
                time.sleep(0.05)
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=interrupt).start()
        with self.assertRaises(KeyboardInterrupt):
            baseleak.scan()
        with self.assertRaises(ProcessLookupError):
            os.kill(int(Path("pid").read_text(encoding="utf-8")), 0)

    def test_no_other_installation_is_looked_at(self) -> None:
        from unittest import mock

        from baseleak import _program

        folders = {"purelib": str(self.root / "lib"), "platlib": str(self.root / "lib"), "scripts": "bin"}
        users = {"purelib": str(self.root / "user"), "platlib": str(self.root / "user"), "scripts": "user-bin"}

        def path(name: str, scheme: str = "") -> str:
            return (users if "user" in scheme else folders)[name]

        for home, expected in (("lib", "bin"), ("user", "user-bin"), ("target", str(self.root / "target/bin"))):
            file = str(self.root / home / "baseleak" / "_program.py")
            with mock.patch.object(_program, "__file__", file), mock.patch("sysconfig.get_path", path):
                places = [os.path.dirname(place) for place in _program._places()]
            self.assertEqual(places, [expected], home)

    def test_without_the_program(self) -> None:
        from unittest import mock

        from baseleak import _program

        gone = str(self.root / "gone")
        with mock.patch.object(_program, "_found", None), mock.patch.object(
            _program, "_places", lambda: iter([gone])
        ):
            with self.assertRaises(baseleak.ProgramMissing) as caught:
                baseleak.scan()
        self.assertIn(gone, str(caught.exception))
        self.assertIn("pip install", str(caught.exception))


class AsAProgram(Sandbox):
    def run_it(self, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [sys.executable, "-m", "baseleak", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def test_exit_codes(self) -> None:
        said = self.run_it("--version")
        self.assertEqual(said.stdout.split(), [b"baseleak", baseleak.__version__.encode()])
        self.assertEqual(self.run_it("scan").returncode, 0)
        self.plant()
        self.assertEqual(self.run_it("scan").returncode, 1)
        self.assertEqual(self.run_it("scan", "missing").returncode, 2)

    @unittest.skipIf(os.name == "nt", "Windows has no signals to send")
    def test_signals(self) -> None:
        import signal

        child = subprocess.Popen(
            [sys.executable, "-m", "baseleak", "scan", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert child.stdin is not None
        with child.stdin:
            # It waits for its input from when it has replaced Python.
            with self.assertRaises(subprocess.TimeoutExpired):
                child.wait(1.0)
            child.send_signal(signal.SIGTERM)
            self.assertEqual(child.wait(10), -signal.SIGTERM)


class Package(unittest.TestCase):
    def test_where_the_program_is(self) -> None:
        self.assertTrue(os.access(baseleak.program(), os.X_OK))

    def test_names(self) -> None:
        for name in baseleak.__all__:
            self.assertTrue(hasattr(baseleak, name), name)
        with self.assertRaises(AttributeError):
            getattr(baseleak, "nothing")

    def test_the_licences_are_those_of_the_root(self) -> None:
        if not (ROOT / "Cargo.toml").is_file():
            self.skipTest("the tests stand alone")
        for name in ("LICENSE-MIT", "LICENSE-APACHE"):
            copy = ROOT / "packaging" / "python" / "licenses" / name
            self.assertEqual(copy.read_bytes(), (ROOT / name).read_bytes())


if __name__ == "__main__":
    unittest.main()
