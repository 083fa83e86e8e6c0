"""Looks at a built wheel and source distribution: `contents.py WHEEL SDIST VERSION`.

A wheel holds the module, the program, the licences and nothing else; a source distribution holds
all that builds it.
"""

from __future__ import annotations

import re
import sys
import tarfile
import zipfile
from email.parser import Parser
from typing import List

#: What a wheel may hold, with the version in the place of `V`.
WHEEL = (
    r"baseleak/[a-z_]+\.py",
    r"baseleak/py\.typed",
    r"baseleak-V\.data/scripts/baseleak(\.exe)?",
    r"baseleak-V\.dist-info/(METADATA|WHEEL|RECORD)",
    r"baseleak-V\.dist-info/licenses/licenses/LICENSE-(MIT|APACHE)",
    r"baseleak-V\.dist-info/sboms/[\w.-]+\.json",
)
#: What both must hold.
NEEDED = ("py.typed", "_extension.py", "LICENSE-MIT", "LICENSE-APACHE")


def check(wheel: str, sdist: str, version: str) -> List[str]:
    """What is wrong, in words."""
    wrong = []
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = Parser().parsestr(
            archive.read("baseleak-%s.dist-info/METADATA" % version).decode("utf-8")
        )
        scripts = [info for info in archive.infolist() if "/scripts/" in info.filename]
    allowed = [re.compile(pattern.replace("V", re.escape(version))) for pattern in WHEEL]
    wrong += ["the wheel holds " + name for name in names if not any(p.fullmatch(name) for p in allowed)]
    if len(scripts) != 1 or not (scripts[0].external_attr >> 16) & 0o111:
        wrong.append("the wheel has no program, or one that cannot be run")
    if metadata["Version"] != version:
        wrong.append("the version is %s and not %s" % (metadata["Version"], version))
    for field in ("License-Expression", "Requires-Python", "Summary", "Keywords", "Project-URL"):
        if not metadata[field]:
            wrong.append("the metadata has no " + field)
    if metadata["Requires-Dist"]:
        wrong.append("the package needs " + metadata["Requires-Dist"])
    with tarfile.open(sdist) as source:
        packed = source.getnames()
    for needed in NEEDED:
        for kind, held in (("wheel", names), ("source distribution", packed)):
            if not any(name.rsplit("/", 1)[-1] == needed for name in held):
                wrong.append("the %s lacks %s" % (kind, needed))
    top = "baseleak-%s/" % version
    for needed in ("pyproject.toml", "Cargo.toml", "Cargo.lock", "src/main.rs", "rules/baseten.toml"):
        if top + needed not in packed:
            wrong.append("the source distribution lacks " + needed)
    return wrong


def main() -> int:
    wrong = check(*sys.argv[1:4])
    for each in wrong:
        print("error: " + each, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
