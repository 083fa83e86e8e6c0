"""CPU time and memory of a scan of a work tree, against ripgrep searching the same bytes for the same shape.

`baseleak scan --no-ignore` reads what `rg -uu -a` reads and is the fair pair;
`baseleak scan` is what users run. Rounds are interleaved. Counts nothing and
shows no match: that both find the same is for the tests to say. A tree with a
`.git` is refused, for ripgrep would search the packs too: use `git archive`.

    python3 benches/tree.py TREE [--rounds 11] [--baseleak target/release/baseleak] [--rg rg]
"""

import argparse
import pathlib
import sys

from measure import Command, interleave, program, table

REGEX = r"(?-u)[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--baseleak", default="target/release/baseleak")
    parser.add_argument("--rg", default="rg")
    parser.add_argument("--regex", default=REGEX, help="what ripgrep looks for (default: %(default)s)")
    parser.add_argument("--threads", type=int, help="threads of ripgrep (default: its own choice)")
    options = parser.parse_args()
    if not options.tree.is_dir():
        sys.exit(f"error: {options.tree} is not a folder")
    if next(options.tree.rglob(".git"), None) is not None:
        sys.exit(f"error: {options.tree} holds a .git, which only ripgrep may read; export it with git archive")

    tree = str(options.tree)
    ours, rg = program(options.baseleak), program(options.rg)
    threads = [f"--threads={options.threads}"] if options.threads else []
    commands = [
        Command("baseleak scan --no-ignore", [ours, "scan", "--no-ignore", tree]),
        Command("baseleak scan", [ours, "scan", tree]),
        # Its configuration file could change what it reads.
        Command("rg -uu -a", [rg, "--no-config", "-uu", "-a", *threads, options.regex, tree]),
    ]
    interleave(commands, options.rounds)
    print(f"{options.rounds} rounds over {options.tree.name}, CPU = user + system of the child\n")
    print(table(commands))


if __name__ == "__main__":
    main()
