"""Runs commands and says what each cost: CPU seconds of the child (user + system) and its peak memory.

For the scripts beside it; measures nothing by itself. Linux and macOS, standard library only.
"""

import os
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field


def program(name: str) -> str:
    """The full path of a program, which must be one and not a script that starts it.

    The launchers of version managers are scripts: their cost would be counted as the program's.
    """
    path = shutil.which(name)
    if path is None:
        sys.exit(f"error: there is no program called {name}")
    with open(path, "rb") as file:
        if file.read(2) == b"#!":
            sys.exit(f"error: {path} is a script; name the program it starts")
    return path


@dataclass
class Command:
    """A command and what its runs cost."""

    name: str
    arguments: list[str]
    codes: tuple[int, ...] = (0, 1)
    """Exit codes that mean the work was done; all of ours and ripgrep's: 0 and 1."""
    cpu: list[float] = field(default_factory=list)
    """CPU seconds, user and system, one per run."""
    peak: list[int] = field(default_factory=list)
    """Peak resident memory in bytes, one per run; never below `memory_floor()`."""

    def run(self) -> None:
        """Runs once and keeps the cost. The output is read by nobody, so that no pipe takes time."""
        process = subprocess.Popen(
            self.arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        # The process is reaped: without this, Popen would wait for it once more.
        process.returncode = code
        if code not in self.codes:
            sys.exit(f"error: {self.name} ended with {code}: {' '.join(self.arguments)}")
        self.cpu.append(usage.ru_utime + usage.ru_stime)
        self.peak.append(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def interleave(commands: list[Command], rounds: int) -> None:
    """Runs every command once per round, beginning with another one each round.

    What disturbs the machine for a while then disturbs all of them. One round
    before the others fills the caches and is not counted.
    """
    for command in commands:
        command.run()
        command.cpu.clear()
        command.peak.clear()
    for turn in range(rounds):
        start = turn % len(commands)
        for command in commands[start:] + commands[:start]:
            command.run()


def memory_floor() -> int:
    """The least peak that can be seen, in bytes.

    A child begins as a copy of this process, and Linux keeps that peak across
    exec: whatever stays below the size of Python is reported as Python's.
    """
    nothing = Command("true", [program("true")])
    for _ in range(5):
        nothing.run()
    return max(nothing.peak)


def memory(command: Command, floor: int) -> str:
    """Peak memory in MiB, or only that it is below what can be seen."""
    peak = max(command.peak)
    # Python itself grows a little from run to run.
    if peak <= floor * 1.1:
        return f"below {floor * 1.1 / 2**20:.0f}"
    return f"{peak / 2**20:.1f}"


def table(commands: list[Command], unit: str = "s") -> str:
    """A Markdown table; the ratio is the median of the ratios to the last command of the same round."""
    scale = {"s": 1, "ms": 1000}[unit]
    base = commands[-1]
    floor = memory_floor()
    rows = [
        f"| command | CPU, median ({unit}) | least | most | ratio to {base.name} | peak memory (MiB) |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for command in commands:
        cpu = [seconds * scale for seconds in command.cpu]
        ratios = [one / other for one, other in zip(command.cpu, base.cpu) if other > 0]
        ratio = f"{statistics.median(ratios):.2f}" if ratios else "-"
        rows.append(
            f"| {command.name} | {statistics.median(cpu):.3f} | {min(cpu):.3f} | {max(cpu):.3f} "
            f"| {ratio} | {memory(command, floor)} |"
        )
    return "\n".join(rows)
