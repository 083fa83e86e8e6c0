"""CPU time of the smallest scan there is: one file of one line. What is left is the start of the program.

`true` runs beside it, as what starting any process costs here.

    python3 benches/startup.py [--runs 200] [--baseleak target/release/baseleak]
"""

import argparse
import pathlib
import tempfile

from measure import Command, interleave, program, table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--baseleak", default="target/release/baseleak")
    options = parser.parse_args()
    ours, nothing = program(options.baseleak), program("true")

    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "one-line.txt")
        file.write_text("nothing to see here\n")
        commands = [
            Command("baseleak scan FILE", [ours, "scan", str(file)], codes=(0,)),
            Command("baseleak --version", [ours, "--version"], codes=(0,)),
            Command("true", [nothing]),
        ]
        interleave(commands, options.runs)
    print(f"{options.runs} runs, CPU = user + system of the child\n")
    print(table(commands, unit="ms"))


if __name__ == "__main__":
    main()
