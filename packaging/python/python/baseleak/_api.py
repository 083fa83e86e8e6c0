"""The functions of the package: each runs the program once, and reads its report."""

from __future__ import annotations

import os
from typing import Any, Iterable, List, Optional, Union

from ._document import parse
from ._errors import BaseleakError, IncompleteScan, from_stderr
from ._program import Hidden, call
from ._report import Report

#: A path as the functions of `os` take it. Names that are not UTF-8 are `bytes`, or text with
#: surrogates in it, as `os.fsdecode` makes it.
StrPath = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
#: None takes the file at the root of the repository if it is there, False takes none.
FileChoice = Union[StrPath, None, bool]


def scan(
    path: Union[StrPath, Iterable[StrPath]] = ".",
    *,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    ignored: bool = False,
    max_file_size: Union[int, str, None] = None,
    unpack: bool = True,
    decode: bool = True,
    rules: Iterable[StrPath] = (),
    disable: Iterable[str] = (),
    config: FileChoice = None,
    suppress: bool = True,
    baseline: FileChoice = None,
    fail_on: Optional[str] = None,
    max_findings: Optional[int] = None,
    verify: bool = False,
    threads: int = 0,
    allow_incomplete: bool = False,
    timeout: Optional[float] = None,
) -> Report:
    """Scans a folder, a file, or several of them.

    `include` and `exclude` are globs. `ignored=True` reads what git ignores, too. `rules` are files
    in gitleaks' format; `disable` names rules that are not run. `config=False` reads no
    configuration, and `suppress=False` lets every finding count: use both for what you do not trust.
    `fail_on` (`any`, `high`, `active`, `new`) and `max_findings` are the gate behind
    `Report.passed`. `verify=True` asks Baseten which keys are live, over the network; no leaked key
    is sent.

    Raises `IncompleteScan` where something could not be read, unless `allow_incomplete`, and
    `BaseleakError` where there is no report at all, or after `timeout` seconds.
    """
    arguments = _shared(
        include=include,
        exclude=exclude,
        max_file_size=max_file_size,
        unpack=unpack,
        decode=decode,
        rules=rules,
        disable=disable,
        config=config,
        suppress=suppress,
        baseline=baseline,
        fail_on=fail_on,
        max_findings=max_findings,
        verify=verify,
        threads=threads,
    )
    if ignored:
        arguments.append("--no-ignore")
    paths = list(_several(path, "path", "paths")) if not isinstance(path, _PATHS) else [path]
    if not paths:
        raise BaseleakError(
            "there is nothing to scan", "no path is given", "name a folder or a file, such as `.`"
        )
    return _run("scan", arguments, [_operand(each) for each in paths], allow_incomplete, timeout)


def scan_text(
    text: Union[str, bytes],
    *,
    name: Optional[StrPath] = None,
    unpack: bool = True,
    decode: bool = True,
    rules: Iterable[StrPath] = (),
    disable: Iterable[str] = (),
    config: FileChoice = None,
    suppress: bool = True,
    baseline: FileChoice = None,
    allow_incomplete: bool = False,
    timeout: Optional[float] = None,
) -> Report:
    """Scans a text, or bytes, as if it were a file called `name`.

    The name decides how it is read (`analysis.ipynb` is a notebook) and where the report says that
    the secret stands. The text goes to the program through a pipe, and is written nowhere.

    Raises what `scan` does.
    """
    if not isinstance(text, (str, bytes)):
        kind = type(text).__name__
        # What is raised would carry it along among its local variables, and so would what is below.
        del text
        raise TypeError("text= takes a text or bytes, and not %s" % kind)
    data = Hidden(text if isinstance(text, bytes) else _encoded(text))
    del text
    arguments = _shared(
        unpack=unpack,
        decode=decode,
        rules=rules,
        disable=disable,
        config=config,
        suppress=suppress,
        baseline=baseline,
    )
    if name is not None:
        arguments.append("--stdin-path=" + _path(name, "name"))
    return _run("scan", arguments, ["-"], allow_incomplete, timeout, data)


def staged(
    repo: Optional[StrPath] = None,
    *,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    max_file_size: Union[int, str, None] = None,
    unpack: bool = True,
    decode: bool = True,
    rules: Iterable[StrPath] = (),
    disable: Iterable[str] = (),
    config: FileChoice = None,
    suppress: bool = True,
    baseline: FileChoice = None,
    fail_on: Optional[str] = None,
    max_findings: Optional[int] = None,
    verify: bool = False,
    threads: int = 0,
    allow_incomplete: bool = False,
    timeout: Optional[float] = None,
) -> Report:
    """Scans what would be committed: the index, never the work tree.

    The options are those of `scan`, and it raises what that does.
    """
    arguments = _shared(
        include=include,
        exclude=exclude,
        max_file_size=max_file_size,
        unpack=unpack,
        decode=decode,
        rules=rules,
        disable=disable,
        config=config,
        suppress=suppress,
        baseline=baseline,
        fail_on=fail_on,
        max_findings=max_findings,
        verify=verify,
        threads=threads,
    )
    return _run("staged", arguments, _repository(repo), allow_incomplete, timeout, root=_root(repo))


def history(
    repo: Optional[StrPath] = None,
    *,
    range: Optional[str] = None,
    branch: Optional[str] = None,
    since: Optional[str] = None,
    max_depth: Optional[int] = None,
    all_commits: bool = False,
    submodules: bool = False,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    max_file_size: Union[int, str, None] = None,
    unpack: bool = True,
    decode: bool = True,
    rules: Iterable[StrPath] = (),
    disable: Iterable[str] = (),
    config: FileChoice = None,
    suppress: bool = True,
    baseline: FileChoice = None,
    fail_on: Optional[str] = None,
    max_findings: Optional[int] = None,
    verify: bool = False,
    threads: int = 0,
    allow_incomplete: bool = False,
    timeout: Optional[float] = None,
) -> Report:
    """Scans all that a repository keeps, or the part that `range`, `branch`, `since` or `max_depth` name.

    `range` is `A..B`: what B has and A has not, as for a pull request. The other options are those
    of `scan`, and it raises what that does; a shallow or partial clone is incomplete.
    """
    arguments = _shared(
        include=include,
        exclude=exclude,
        max_file_size=max_file_size,
        unpack=unpack,
        decode=decode,
        rules=rules,
        disable=disable,
        config=config,
        suppress=suppress,
        baseline=baseline,
        fail_on=fail_on,
        max_findings=max_findings,
        verify=verify,
        threads=threads,
    )
    for option, value in (("range", range), ("branch", branch), ("since", since)):
        if value is not None:
            arguments.append("--%s=%s" % (option, _text(value, option)))
    if max_depth is not None:
        arguments.append("--max-depth=%d" % _number(max_depth, "max_depth"))
    arguments.extend(_of_repositories(all_commits, submodules))
    return _run("history", arguments, _repository(repo), allow_incomplete, timeout, root=_root(repo))


def audit(
    repo: Optional[StrPath] = None,
    *,
    all_commits: bool = False,
    submodules: bool = False,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    max_file_size: Union[int, str, None] = None,
    unpack: bool = True,
    decode: bool = True,
    rules: Iterable[StrPath] = (),
    disable: Iterable[str] = (),
    config: FileChoice = None,
    suppress: bool = True,
    baseline: FileChoice = None,
    fail_on: Optional[str] = None,
    max_findings: Optional[int] = None,
    verify: bool = False,
    threads: int = 0,
    allow_incomplete: bool = False,
    timeout: Optional[float] = None,
) -> Report:
    """Scans a repository wherever it can hold a key: work tree, ignored files, index, history.

    The options are those of `scan` and `history`, and it raises what these do.
    """
    arguments = _shared(
        include=include,
        exclude=exclude,
        max_file_size=max_file_size,
        unpack=unpack,
        decode=decode,
        rules=rules,
        disable=disable,
        config=config,
        suppress=suppress,
        baseline=baseline,
        fail_on=fail_on,
        max_findings=max_findings,
        verify=verify,
        threads=threads,
    )
    arguments.extend(_of_repositories(all_commits, submodules))
    return _run("audit", arguments, _repository(repo), allow_incomplete, timeout, root=_root(repo))


def _shared(
    *,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    max_file_size: Union[int, str, None] = None,
    unpack: bool = True,
    decode: bool = True,
    rules: Iterable[StrPath] = (),
    disable: Iterable[str] = (),
    config: FileChoice = None,
    suppress: bool = True,
    baseline: FileChoice = None,
    fail_on: Optional[str] = None,
    max_findings: Optional[int] = None,
    verify: bool = False,
    threads: int = 0,
) -> List[str]:
    """The options that the commands share. Each value is joined to its option by `=`, so that none
    is taken for an option of its own."""
    arguments = ["--format=json"]
    for option, values in (("include", include), ("exclude", exclude), ("disable", disable)):
        arguments.extend(
            "--%s=%s" % (option, _text(each, option)) for each in _several(values, option, "texts")
        )
    arguments.extend("--rules=" + _path(file, "rules") for file in _several(rules, "rules", "files"))
    if max_file_size is not None:
        if isinstance(max_file_size, bool) or not isinstance(max_file_size, (int, str)):
            raise TypeError("max_file_size= takes a number of bytes, or a text such as 10MB")
        arguments.append("--max-file-size=%s" % max_file_size)
    if not unpack:
        arguments.append("--no-unpack")
    if not decode:
        arguments.append("--no-decode")
    if not suppress:
        arguments.append("--no-suppress")
    arguments.extend(_file("config", config))
    arguments.extend(_file("baseline", baseline))
    if fail_on is not None:
        arguments.append("--fail-on=" + _text(fail_on, "fail_on"))
    if max_findings is not None:
        arguments.append("--max-findings=%d" % _number(max_findings, "max_findings"))
    if verify:
        arguments.append("--verify")
    if _number(threads, "threads"):
        arguments.append("--threads=%d" % threads)
    return arguments


def _of_repositories(all_commits: bool, submodules: bool) -> List[str]:
    arguments = ["--all-commits"] if all_commits else []
    if submodules:
        arguments.append("--submodules")
    return arguments


#: One path, and no list of them.
_PATHS = (str, bytes, os.PathLike)


def _several(values: Any, name: str, what: str) -> Iterable[Any]:
    # A text is a list of its letters, too, and nobody means that.
    if isinstance(values, _PATHS) or not hasattr(values, "__iter__"):
        raise TypeError("%s= takes a list of %s" % (name, what))
    return list(values)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise TypeError("%s= takes text, and not %s" % (name, type(value).__name__))
    return value


def _number(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("%s= takes a whole number, and not %s" % (name, type(value).__name__))
    return value


def _file(option: str, choice: FileChoice) -> List[str]:
    if choice is None or choice is True:
        return []
    if choice is False:
        return ["--no-" + option]
    return ["--%s=%s" % (option, _path(choice, option))]


def _path(path: Any, name: str) -> str:
    if not isinstance(path, _PATHS):
        raise TypeError("%s= takes a path, and not %s" % (name, type(path).__name__))
    # Bytes become text with surrogates, which become the same bytes again when the program starts.
    text: str = os.fsdecode(path)
    if not text:
        raise BaseleakError(
            "an empty path names nothing", "it is given with %s=" % name, "the current folder is `.`"
        )
    return text


def _operand(path: Any) -> str:
    path = _path(path, "path")
    # To the program `-` is standard input, and here it is the file of that name.
    return os.path.join(".", path) if path == "-" else path


def _repository(repo: Optional[StrPath]) -> List[str]:
    return [] if repo is None else [_path(repo, "repo")]


def _root(repo: Optional[StrPath]) -> Optional[str]:
    """The root of the repository, which paths in its reports are from.

    None where it is not told by the folders alone: a bare repository, or one that git is told of by
    its environment.
    """
    if "GIT_DIR" in os.environ or "GIT_WORK_TREE" in os.environ:
        return None
    try:
        folder = os.path.realpath("." if repo is None else os.fsdecode(repo))
    except ValueError:
        # A null character, of which the run itself will tell.
        return None
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        # What looks like a repository without a work tree has no other above it.
        if above == folder or os.path.isfile(os.path.join(folder, "HEAD")):
            return None
        folder = above
    return folder


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # Other lone surrogates, as JavaScript and JSON have them. They are no part of a key.
        pass
    return text.encode("utf-8", "surrogatepass")


def _run(
    command: str,
    arguments: List[str],
    operands: List[str],
    allow_incomplete: bool,
    timeout: Optional[float],
    data: Optional[Hidden] = None,
    root: Optional[str] = "",
) -> Report:
    answer = call([command, "--color=never", *arguments, "--", *operands], data, timeout=timeout)
    if answer.exit_code not in (0, 1, 2) or not answer.stdout.strip():
        raise from_stderr(answer.stderr, answer.exit_code)
    report = parse(answer.stdout, answer.exit_code, root)
    if not report.is_complete and not allow_incomplete:
        raise IncompleteScan(report)
    return report
