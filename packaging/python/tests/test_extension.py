"""The IPython extension in a real kernel: what it sees, what it says, and what it leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
import unittest
from typing import Any, Dict, List

from support import Sandbox, lacking

Output = Dict[str, Any]

#: The key comes from the environment, as it should, so that no source holds it.
BEGIN = "import os, sys\nkey = os.environ['TEST_KEY']"
HEAD = "baseleak: this cell holds a Baseten key"


class Kernel(Sandbox):
    def setUp(self) -> None:
        super().setUp()
        try:
            import ipykernel  # noqa: F401
            import nbclient  # noqa: F401
            import nbformat  # noqa: F401
        except ImportError as error:
            lacking(str(error.name))
        os.environ["TEST_KEY"] = self.key.text

    def run_cells(self, *sources: str) -> List[List[Output]]:
        """The outputs of each cell, run in a kernel of this Python."""
        import nbclient
        import nbformat

        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        client = nbclient.NotebookClient(book, timeout=120, allow_errors=True, kernel_name="python3")
        # The kernel repeats on its own streams what processes print in it; that is for nobody to read.
        quiet = subprocess.DEVNULL
        client.execute(env=dict(os.environ), stdout=quiet, stderr=quiet)
        return [list(cell.outputs) for cell in book.cells]

    def notices(self, outputs: List[Output]) -> List[str]:
        """What baseleak says among these outputs."""
        texts = []
        for output in outputs:
            text = output.get("data", {}).get("text/plain", "")
            if output["output_type"] == "display_data" and text.startswith("baseleak: "):
                texts.append(text)
                self.assert_hidden(output)
        return texts

    def text(self, outputs: List[Output]) -> str:
        return "".join(output.get("text", "") for output in outputs)


class WhatItSees(Kernel):
    def test_every_place(self) -> None:
        cases = (
            ("\nk = '%s'" % self.key.text, "source, line 2"),
            ("print('a')\nprint(key)", "output 0 (stdout), line 2"),
            ("print(key[:20], end='')\nprint(key[20:])", "output 0 (stdout), line 1"),
            ("print(key, file=sys.stderr)", "(stderr), line 1"),
            ("import logging\nlogging.warning(key)", "(stderr), line 1"),
            ("print('\\x1b[31m' + key[:12] + '\\x1b[0;1m' + key[12:] + '\\x1b[0m')", "(stdout), line 1"),
            ("key", "(text/plain), line 1"),
            ("{'a': [key]}", "(text/plain), line 1"),
            ("raise ValueError(key)", "(evalue), line 1"),
            ("def f(x): raise OSError('a\\n' + x)\nf(key)", "(traceback)"),
            ("from IPython.display import display, HTML\ndisplay(HTML('<p>\\n' + key))", "(text/html), line 2"),
            ("display({'application/json': {'a': [1, {'b': key}]}}, raw=True)", "(application/json"),
            ("display({'text/plain': 'x'}, metadata={'note': key}, raw=True)", "metadata"),
            ("shown = display('x', display_id=True)\nshown.update(key)", "(text/plain), line 1"),
            ("!echo {key}", "(stdout), line 1"),
            # What goes past `sys.stdout` takes its time to arrive.
            ("import time\n_ = os.system('echo ' + key)\ntime.sleep(1)", "(stdout), line 1"),
            ("import asyncio\nawait asyncio.sleep(0)\nprint(key)", "(stdout), line 1"),
            ("import warnings\nwarnings.warn(key)", "(stderr)"),
            ("import base64\nprint(base64.b64encode(('api_key=' + key).encode()).decode())", "(stdout)"),
            ("print('fine'); 1 + 1", ""),
            ("%%capture\nprint(key)", ""),
            ("k = key", ""),
            ("KEY = '%s'  # baseleak:allow dead\nprint(1)" % self.key.text, ""),
        )
        ran = self.run_cells("%load_ext baseleak", BEGIN, *(source for source, _ in cases))
        self.assertEqual([self.notices(outputs) for outputs in ran[:2]], [[], []], ran[:2])
        for (source, place), outputs in zip(cases, ran[2:]):
            said = self.notices(outputs)
            if not place:
                self.assertEqual(said, [], source)
                continue
            self.assertEqual(len(said), 1, (source, len(outputs)))
            head, where = said[0].splitlines()[:2]
            self.assertEqual(head, HEAD)
            self.assertIn(self.key.prefix, where)
            self.assertIn(place, where)

    def test_what_it_says(self) -> None:
        (outputs,) = self.run_cells("%load_ext baseleak\nimport os\nprint(os.environ['TEST_KEY'])")
        (said,) = self.notices(outputs)
        self.assertIn("baseleak revoke --prefix " + self.key.prefix, said)
        self.assertIn("os.environ", said)
        self.assertIn("getpass", said)
        self.assertIn("baseleak clean notebook.ipynb", said)
        markup = outputs[-1]["data"]["text/html"]
        self.assertIn('role="alert"', markup)
        self.assertIn("<code>%s</code>" % self.key.prefix, markup)

    def test_large_outputs(self) -> None:
        ran = self.run_cells(
            "%load_ext baseleak",
            BEGIN + "\nfrom baseleak import _extension",
            "list(_extension._watches.values())[0].capture.outputs.limit = 1024 * 1024",
            "print(key)\nprint('x' * 1024 * 1024)\nprint('y' * 100)",
            "print('x')",
        )
        said = self.notices(ran[3])
        self.assertEqual(len(said), 2)
        self.assertIn("larger than 1 MiB", said[1])
        self.assertEqual(self.notices(ran[4]), [])


class CellsInCells(Kernel):
    def test_what_comes_after_a_cell_within(self) -> None:
        within = "get_ipython().run_cell(%s)"
        cases = (
            ("%rerun 2\nprint(key)", 1),
            (within % "'1'" + "\nprint(key)", 1),
            (within % "''" + "\nprint(key)", 1),
            ("print(key)\n" + within % "'1'", 1),
            (within % "'print(key)'", 1),
            (within % "'print(key)'" + "\nprint(key)", 1),
            ("get_ipython().run_cell_magic('capture', '', 'print(1)')\nprint(key)", 1),
            ("import asyncio\nawait asyncio.sleep(0)\n" + within % "'1'" + "\nprint(key)", 1),
            (within % "'1/0'" + "\nprint(key)", 1),
            (within % "'1'" + "\nprint(1)", 0),
        )
        first = "%load_ext baseleak\n" + BEGIN + "\n" + within % "'1'" + "\nprint(key)"
        ran = self.run_cells(first, "print(2)", *(source for source, _ in cases), "print(3)")
        self.assertEqual(len(self.notices(ran[0])), 1)
        for (source, expected), outputs in zip(cases, ran[2:]):
            self.assertEqual(len(self.notices(outputs)), expected, source)
        self.assertEqual(self.notices(ran[-1]), [])

    def test_what_is_captured_stays_as_it_is(self) -> None:
        ran = self.run_cells(
            "%load_ext baseleak",
            BEGIN,
            "%%capture c\nprint(key)\ndisplay(key)",
            "print(len(c.outputs), c.stdout.count('baseleak'))",
            "%%capture d\nplanted = '" + self.key.text + "'\nprint(1)",
            "print(len(d.outputs))",
            "c.show()",
        )
        self.assertEqual(self.text(ran[3]), "1 0\n")
        self.assertEqual([len(self.notices(outputs)) for outputs in ran[2:6]], [0, 0, 1, 0])
        self.assertEqual(len(self.notices(ran[6])), 1)

    def test_a_clearing_that_waits(self) -> None:
        clear = BEGIN + "\nfrom IPython.display import clear_output"
        ran = self.run_cells(
            "%load_ext baseleak",
            clear,
            "print(key)\nclear_output(wait=True)",
            "print('next')",
            "print('old')\nclear_output(wait=True)\nprint(key)",
            "print(key)\nclear_output(wait=True)",
            "print('kept')\nclear_output(wait=True)",
            "%unload_ext baseleak",
        )
        self.assertEqual(self.text(ran[2]).strip(), self.key.text)
        self.assertEqual(self.notices(ran[2]), [])
        (said,) = self.notices(ran[3])
        self.assertTrue(said.startswith("baseleak: a cell before this one holds a Baseten key"), said)
        self.assertEqual(self.text(ran[3]), "next\n")
        self.assertEqual(self.text(ran[4]).strip(), self.key.text)
        self.assertEqual(len(self.notices(ran[4])), 1)
        self.assertEqual(self.text(ran[5]).strip(), self.key.text)
        self.assertEqual((self.text(ran[6]), self.notices(ran[6])), ("kept\n", []))
        self.assertEqual(len(self.notices(ran[7])), 1)


class WhatItLeaves(Kernel):
    def test_unloading(self) -> None:
        look = (
            "shell = get_ipython()\n"
            "places = [sys.stdout, sys.stderr, shell.display_pub, shell.displayhook, shell]\n"
            "own = [(name, id(value)) for place in places for name, value in vars(place).items() "
            "if name in ('publish', 'write_format_data', '_showtraceback')]\n"
            "ours = [str(f) for fs in shell.events.callbacks.values() for f in fs if 'baseleak' in str(f)]\n"
            "ours += [p.write for p in places[:2] if 'baseleak' in getattr(p.write, '__module__', '')]\n"
            "ours += [m for m in shell.magics_manager.magics['line'] if m == 'baseleak']\n"
            "print(own, ours)"
        )
        ran = self.run_cells(
            BEGIN, look, "%load_ext baseleak", look, "%unload_ext baseleak", look, "print(key)", "key"
        )
        self.assertTrue(self.text(ran[1]).endswith(" []\n"), self.text(ran[1]))
        self.assertNotEqual(self.text(ran[3]), self.text(ran[1]))
        self.assertEqual(self.text(ran[5]), self.text(ran[1]))
        self.assertEqual(self.notices(ran[6] + ran[7]), [])
        self.assertEqual(self.text(ran[6]).strip(), self.key.text)

    def test_switching(self) -> None:
        ran = self.run_cells(
            "%load_ext baseleak",
            BEGIN,
            "%baseleak off",
            "print(key)",
            "%baseleak on",
            "print(key)",
            "%reload_ext baseleak",
            "print(key)",
            "%baseleak",
        )
        self.assertIn("baseleak is off", self.text(ran[2]))
        self.assertEqual(self.notices(ran[3]), [])
        self.assertIn("baseleak is on", self.text(ran[4]))
        self.assertEqual([len(self.notices(outputs)) for outputs in ran[5:8]], [1, 0, 1])
        self.assertIn("baseleak is on: looked at 2 cells", self.text(ran[8]))

    def test_streams_that_are_replaced(self) -> None:
        ran = self.run_cells(
            "%load_ext baseleak",
            BEGIN + "\nimport contextlib, io",
            "with contextlib.redirect_stdout(io.StringIO()):\n    print(key)\nprint('after')",
            "kept = sys.stdout.write\nsys.stdout.write = lambda text: kept(text.upper())\nprint('loud')",
            "print('quiet')\nprint(key)",
        )
        self.assertEqual(self.text(ran[2]), "after\n")
        self.assertEqual(self.text(ran[3]), "LOUD\n")
        self.assertEqual(len(self.notices(ran[4])), 1)
        self.assertEqual(self.notices(ran[2] + ran[3]), [])


class TheMagic(Kernel):
    def test_a_command_line(self) -> None:
        self.plant("two words.env")
        ran = self.run_cells("%load_ext baseleak", "%baseleak scan 'two words.env'", "%baseleak scan --nothing")
        said = self.text(ran[1])
        self.assertIn(self.key.prefix, said)
        self.assertIn("exit code 1", said)
        self.assert_hidden(said)
        self.assertIn("exit code 2", self.text(ran[2]))

    def test_what_is_no_command_line(self) -> None:
        ran = self.run_cells("%load_ext baseleak", "%baseleak scan \"a\" 'c", "%unload_ext baseleak")
        self.assertIn("error: this is no command line", self.text(ran[1]))

    def test_one_cell_is_one(self) -> None:
        ran = self.run_cells("%load_ext baseleak", "%baseleak")
        self.assertIn("looked at 1 cell\n", self.text(ran[1]))

    def test_a_report_shows_itself(self) -> None:
        self.plant("deploy.env")
        (outputs,) = self.run_cells("import baseleak\nbaseleak.scan()")
        self.assertIn("<td>high</td>", outputs[0]["data"]["text/html"])
        self.assertIn("1 finding of 1 key", outputs[0]["data"]["text/plain"])
        self.assert_hidden(outputs)


class WhenItFails(Kernel):
    def test_a_program_that_breaks(self) -> None:
        self.program("import sys; print('error: it is broken', file=sys.stderr); sys.exit(2)")
        ran = self.run_cells(
            "%load_ext baseleak",
            BEGIN,
            "from baseleak import _program\n_program._found = %r" % str(self.root / "program"),
            "print('a')\n6 * 7",
            "%baseleak",
        )
        self.assertEqual(len(self.notices(ran[2])), 1)
        self.assertIn("it is broken", self.notices(ran[2])[0])
        self.assertEqual(self.notices(ran[3]), [])
        self.assertEqual(self.text(ran[3]), "a\n")
        self.assertEqual(ran[3][1]["data"]["text/plain"], "42")
        self.assertIn("could not look at 2 cells: it is broken", self.text(ran[4]))

    def test_each_cause_is_told_once(self) -> None:
        self.program("import sys; print('error: it is broken', file=sys.stderr); sys.exit(2)")
        broken = "_program._found = %r" % str(self.root / "program")
        other = "_scan = _extension.scan_text\ndef f(*a, **b): raise KeyError\n_extension.scan_text = f"
        ran = self.run_cells(
            "%load_ext baseleak",
            "from baseleak import _extension, _program\ngood = _program.program()",
            broken,
            "print(1)",
            other,
            "print(2)",
            "%baseleak",
            "_extension.scan_text = _scan\n_program._found = good",
            broken,
            "%baseleak",
        )
        self.assertEqual([len(self.notices(outputs)) for outputs in ran[2:]], [1, 0, 1, 0, 0, 0, 1, 0])
        self.assertIn("could not look at 4 cells: KeyError", self.text(ran[6]))
        self.assertIn("could not look at 6 cells: it is broken", self.text(ran[9]))

    def test_no_program(self) -> None:
        ran = self.run_cells(
            "from baseleak import _program\n_program._places = lambda: iter(['/gone'])",
            "%load_ext baseleak",
            "print('a')",
        )
        self.assertEqual((ran[1][0]["output_type"], ran[1][0]["ename"]), ("error", "ProgramMissing"))
        self.assertEqual(self.text(ran[2]), "a\n")

    def test_outputs_that_cannot_be_noted(self) -> None:
        ran = self.run_cells(
            "%load_ext baseleak",
            "from baseleak import _capture\n_capture._value = None",
            "6 * 7",
            "print('a')",
        )
        self.assertEqual(ran[2][0]["data"]["text/plain"], "42")
        self.assertIn("could not be noted", self.notices(ran[2])[0])
        self.assertEqual(self.notices(ran[3]), [])


class InATerminal(Sandbox):
    def test_ipython_without_a_kernel(self) -> None:
        try:
            import IPython  # noqa: F401
        except ImportError as error:
            lacking(str(error.name))
        os.environ["TEST_KEY"] = self.key.text
        code = "%%load_ext baseleak\n%s\nprint(key[:4])\nkey" % BEGIN
        said = subprocess.run(
            [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ).stdout.decode("utf-8")
        self.assertIn(HEAD, said)
        self.assertEqual(said.count(self.key.secret), 1)
        # It was shown in one place, and there is no notebook to clean.
        self.assertIn("(stdout), line 2\n", said)
        self.assertNotIn("text/plain", said)
        self.assertNotIn("baseleak clean", said)


if __name__ == "__main__":
    unittest.main()
