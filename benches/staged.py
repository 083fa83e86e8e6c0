"""CPU time of a scan of what is staged, one changed file among 50,000, against `git diff --cached --quiet`.

Both compare the same index with the same HEAD; git only says whether they
differ. `true` runs beside them, as what starting any process costs here.

    python3 benches/staged.py [--rounds 51] [--entries 50000] [--baseleak target/release/baseleak]
"""

import argparse
import os
import pathlib
import subprocess
import tempfile

from measure import Command, interleave, program, table

PER_FOLDER = 20
"""Files in a folder; there are as many folders in a folder, three deep."""


def repository(folder: pathlib.Path, entries: int, git: str) -> None:
    """Makes a repository with so many entries, all alike but for their paths, and stages a change of one."""
    lonely = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    people = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
    environment = os.environ | lonely | dict.fromkeys(people, "bench@example.org")

    def run(*arguments: str, text: str = "") -> str:
        command = [git, "-C", str(folder), *arguments]
        return subprocess.run(command, input=text, env=environment, check=True, text=True, capture_output=True).stdout

    def path(number: int) -> str:
        inner, outer = number // PER_FOLDER, number // PER_FOLDER**2
        return f"package_{outer:04}/module_{inner:05}/source_file_{number:06}.py"

    run("init", "--quiet")
    blob = run("hash-object", "-w", "--stdin", text="nothing to see here\n").strip()
    index = "".join(f"100644 {blob}\t{path(number)}\n" for number in range(entries))
    run("update-index", "--index-info", text=index)
    run("commit", "--quiet", "--message", "all of it")
    # A fresh index, as a checkout leaves it, so that its cache tree is whole.
    run("read-tree", "HEAD")
    changed = run("hash-object", "-w", "--stdin", text="a change\n").strip()
    run("update-index", "--cacheinfo", f"100644,{changed},{path(entries // 2)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=51)
    parser.add_argument("--entries", type=int, default=50_000)
    parser.add_argument("--baseleak", default="target/release/baseleak")
    parser.add_argument("--git", default="git")
    options = parser.parse_args()
    ours, git, nothing = program(options.baseleak), program(options.git), program("true")

    with tempfile.TemporaryDirectory() as folder:
        repository(pathlib.Path(folder), options.entries, git)
        commands = [
            Command("baseleak staged", [ours, "staged", "--no-config", folder], codes=(0,)),
            Command("true", [nothing]),
            Command("git diff --cached --quiet", [git, "-C", folder, "diff", "--cached", "--quiet"], codes=(1,)),
        ]
        interleave(commands, options.rounds)
    print(f"{options.rounds} rounds, {options.entries} entries, one of them changed; CPU = user + system of the child\n")
    print(table(commands, unit="ms"))


if __name__ == "__main__":
    main()
