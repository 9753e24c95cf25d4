"""Installing from a lock: with an old pip, after newer releases, and over what an earlier lock left."""

import importlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cms import bootstrap, locked
from tests.cms.wheels import lock_line, make_wheel

Run = Callable[..., "subprocess.CompletedProcess[str]"]
DEBIANS_PIP = "23.0.1"  # Of Debian 12; it forgets the pin of `name[extra]` once there is a newer release.
DEBIANS_WHEELS = Path("/usr/share/python-wheels")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Return the folder that stands for the package index."""
    return tmp_path / "index"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a repository of the files that bootstrap reads, with locks that name nothing."""
    root = tmp_path / "checkout"
    (root / "cms").mkdir(parents=True)
    for name in ("bootstrap.py", "locked.py"):
        shutil.copy(bootstrap.ROOT / "cms" / name, root / "cms")
    for lock in bootstrap.LOCKS.values():
        (root / lock.name).write_text("")
    return root


@pytest.fixture(scope="session")
def old_python() -> str:
    """Return a Python that Debian 12's pip runs on, which is 3.11 at most."""
    for command in (sys.executable, "/usr/bin/python3.11", "python3.11"):
        question = [command, "-c", "import sys; sys.exit(sys.version_info[:2] != (3, 11))"]
        if shutil.which(command) and subprocess.call(question, stderr=subprocess.DEVNULL) == 0:
            return command
    pytest.skip(f"pip {DEBIANS_PIP} runs on Python 3.11, and there is none beside {sys.version.split()[0]}")


@pytest.fixture(scope="session")
def old_pip(tmp_path_factory: pytest.TempPathFactory, not_run: Callable[[str], None]) -> Path:
    """Return the wheel of Debian 12's pip: Debian's own file, or else the same release from the index."""
    here = next(DEBIANS_WHEELS.glob(f"pip-{DEBIANS_PIP}-*.whl"), None)
    if here:
        return here
    folder = tmp_path_factory.mktemp("pip")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    if subprocess.call([*command, f"pip=={DEBIANS_PIP}"]):
        not_run(f"pip {DEBIANS_PIP} is neither on this machine nor to be had from a package index")
    return next(folder.glob("pip-*.whl"))


@pytest.fixture(scope="session")
def prepared_venv(old_python: str, old_pip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a virtual environment that holds Debian 12's pip and nothing else; not to be changed."""
    venv = tmp_path_factory.mktemp("old") / ".venv"
    subprocess.run([old_python, "-m", "venv", "--without-pip", str(venv)], check=True)
    install = ["install", "--quiet", "--no-index", "--no-deps", str(old_pip)]
    subprocess.run([str(venv / "bin" / "python"), str(old_pip / "pip"), *install], check=True)
    return venv


@pytest.fixture
def venv(prepared_venv: Path, checkout: Path) -> Path:
    """Return the checkout's own virtual environment with Debian 12's pip."""
    return shutil.copytree(prepared_venv, checkout / ".venv", symlinks=True)


@pytest.fixture
def run(checkout: Path, index: Path, venv: Path) -> Run:
    """Return a function that runs bootstrap with the local index and checks its exit code."""

    def run(*words: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
        result = subprocess.run(
            [sys.executable, str(checkout / "cms" / "bootstrap.py"), *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=only_from(index),
        )
        assert result.returncode == code, result.stdout + result.stderr
        return result

    return run


def only_from(index: Path) -> dict[str, str]:
    """Return the environment in which pip knows no index but the folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "PIP_NO_COMPILE": "1",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(index),
        "PIP_CONFIG_FILE": os.devnull,
    }


def installed(venv: Path) -> set[str]:
    command = [str(venv / "bin" / "python"), "-m", "pip", "freeze"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def write_locks(checkout: Path, *lines: str) -> None:
    """Have both locks hold the same lines."""
    for lock in bootstrap.LOCKS.values():
        (checkout / lock.name).write_text("".join(lines))


@pytest.fixture
def lock_a_release_behind(checkout: Path, index: Path) -> Path:
    """Return a lock that pins an extra's package at 1.0, made before 1.1 came out."""
    base = make_wheel(index, "demo-base", "1.0", ["demo-extra ; extra == 'more'"], ["more"])
    user = make_wheel(index, "demo-user", "1.0", ["demo-base[more]>=1"])
    extra = make_wheel(index, "demo-extra", "1.0")
    make_wheel(index, "demo-base", "1.1", ["demo-extra ; extra == 'more'"], ["more"])
    write_locks(checkout, lock_line(base), lock_line(extra), lock_line(user))
    return checkout / "requirements-dev.lock"


def test_every_written_command_leaves_resolving_out() -> None:
    """Guides, samples and scripts install a lock as bootstrap does, without exception."""
    places = (
        "README.md",
        "Makefile",
        ".ci",
        "docs",
        "cms",
        "benchmarks",
        "Dockerfile",
        "Containerfile",
        "deploy",
    )
    roots = [bootstrap.ROOT / place for place in places]
    files = [path for root in roots for path in (root.rglob("*") if root.is_dir() else [root])]
    lines = [
        line
        for path in files
        if path.is_file() and path.suffix not in {".pyc", ".png", ".webp", ".jpg"}
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if re.search(r"\bpip3? install\b.* (?:-r|--requirement)\b", line)
    ]
    assert lines
    assert [line for line in lines if "--no-deps" not in line] == []


LOCKED = {"demo-base==1.0", "demo-extra==1.0", "demo-user==1.0"}


def test_debians_pip_installs_a_lock_that_is_a_release_behind(
    run: Run, venv: Path, lock_a_release_behind: Path
) -> None:
    """What the lock pins is installed, whatever has come out since."""
    run("venv")
    assert installed(venv) == LOCKED


def test_the_fuse_is_real(venv: Path, index: Path, lock_a_release_behind: Path) -> None:
    """The same pip fails at the same lock if it may resolve: `--no-deps` is what the other test proves."""
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--require-hashes"]
    command = [*pip, "-r", str(lock_a_release_behind)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=only_from(index))
    assert result.returncode == 1
    assert "demo-base[more]" in result.stderr
    assert not installed(venv)


def test_progress_is_counted_to_its_end(run: Run, checkout: Path, index: Path) -> None:
    """Packages for other Pythons are not counted, and the last line says that all are there."""
    lines = [lock_line(make_wheel(index, f"demo-{letter}", "1.0")) for letter in "abc"]
    lines.append(lock_line(make_wheel(index, "demo-d", "1.0"), "python_full_version < '3'"))
    lines.append(lock_line(make_wheel(index, "demo-e", "2.0"), "sys_platform == 'win32'"))
    write_locks(checkout, *lines)
    counted = re.findall(r"^ +(\d+) of (\d+): (\S+)$", run("venv").stdout, flags=re.MULTILINE)
    assert counted == [("1", "3", "demo-a==1.0"), ("2", "3", "demo-b==1.0"), ("3", "3", "demo-c==1.0")]


def test_a_later_lock_takes_the_place_of_an_earlier_one(
    run: Run, venv: Path, checkout: Path, index: Path
) -> None:
    """Versions follow the lock both ways, what it no longer names goes, what people added stays."""
    kept, dropped = make_wheel(index, "demo-kept", "2.0"), make_wheel(index, "demo-dropped", "1.0")
    write_locks(checkout, lock_line(kept), lock_line(dropped))
    run("venv")
    make_wheel(index, "my-own", "1.0")
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "my-own"]
    subprocess.run(pip, check=True, env=only_from(index))
    assert installed(venv) == {"demo-kept==2.0", "demo-dropped==1.0", "my-own==1.0"}
    write_locks(checkout, lock_line(make_wheel(index, "demo-kept", "1.9")))
    second = run("venv")
    assert "Removing what is no longer locked: demo-dropped\n" in second.stdout
    assert installed(venv) == {"demo-kept==1.9", "my-own==1.0"}


def test_an_incomplete_lock_is_said_to_be_so(run: Run, checkout: Path, index: Path) -> None:
    """pip installs it without a word; that it can't work is a sentence, every time until it is mended."""
    base = make_wheel(index, "demo-base", "1.0", ["demo-extra ; extra == 'more'"], ["more"])
    user = make_wheel(index, "demo-user", "1.0", ["demo-base[more]>=1"])
    write_locks(checkout, lock_line(base), lock_line(user))
    for _ in range(2):
        error = run("venv", code=1).stderr
        assert "demo-base needs demo-extra" in error
        assert "which the lock lacks" in error
        assert "Traceback" not in error


class TestFaults:
    """What `locked.faults` says of packages that lie in a folder of their own."""

    @pytest.fixture
    def found(self, tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., set[str]]:
        site, lock = tmp_path / "site", tmp_path / "some.lock"
        monkeypatch.syspath_prepend(site)

        def found(*wheels: Path, absent: tuple[Path, ...] = (), project: str = "") -> set[str]:
            for wheel in wheels:
                with zipfile.ZipFile(wheel) as archive:
                    archive.extractall(site)
            importlib.invalidate_caches()
            lock.write_text("".join(map(lock_line, (*wheels, *absent))))
            (tmp_path / "pyproject.toml").write_text(project)
            path = tmp_path / ("pyproject.toml" if project else "no-such-file")
            return set(locked.faults(lock, path, {"dev"}))

        return found

    @pytest.mark.parametrize(
        ("requires", "said"),
        [
            (["demo-base>=1,<2", "Demo.Base"], set()),
            (["demo-missing>=3"], {"demo-user needs demo-missing>=3, which the lock lacks."}),
            (["demo-base>=1.1"], {"demo-user needs demo-base>=1.1, but the lock has 1.0."}),
            (["demo-base>1.0"], {"demo-user needs demo-base>1.0, but the lock has 1.0."}),
            (["demo-missing ; python_version < '3'", "demo-missing ; extra == 'x'"], set()),
            (
                ["pytest"],
                {f"demo-user needs pytest, which the lock lacks ({pytest.__version__} is installed)."},
            ),
        ],
    )
    def test_requirements(
        self, found: Callable[..., set[str]], index: Path, requires: list[str], said: set[str]
    ) -> None:
        """Each requirement that holds here is met by the lock itself, not by what else is installed."""
        base, user = make_wheel(index, "demo-base", "1.0"), make_wheel(index, "demo-user", "1.0", requires)
        assert found(user, base) == said

    def test_extras_are_followed(self, found: Callable[..., set[str]], index: Path) -> None:
        """An extra asked for far below counts, with its own extras; one that nobody asks for does not."""
        base = make_wheel(
            index,
            "demo-base",
            "1.0",
            [
                "demo-base[deep] ; extra == 'more'",
                "demo-far ; extra == 'deep'",
                "demo-not ; extra == 'other'",
            ],
            ["more", "deep", "other"],
        )
        user = make_wheel(index, "demo-user", "1.0", ["demo-base[more]"])
        (fault,) = found(base, user)
        assert fault.startswith("demo-base needs demo-far")

    def test_what_is_installed_is_what_is_locked(
        self, found: Callable[..., set[str]], index: Path, tmp_path: Path
    ) -> None:
        old = make_wheel(index, "demo-base", "1.0")
        found(old)
        new = make_wheel(index, "demo-base", "1.1")
        assert found(absent=(new, make_wheel(index, "demo-gone", "1.0"))) == {
            "demo-base is installed in version 1.0 instead of 1.1.",
            "demo-gone 1.0 is not installed.",
        }

    def test_the_project_itself(self, found: Callable[..., set[str]], index: Path) -> None:
        """What pyproject.toml asks for is looked at with its extras, those that name other ones included."""
        base = make_wheel(index, "demo-base", "1.0", ["demo-extra ; extra == 'more'"], ["more"])
        project = """
            [project]
            name = "demo"
            dependencies = ["demo-base"]
            [project.optional-dependencies]
            dev = ["demo[project]", "demo-old ; python_version < '3'"]
            project = ["demo-base[more] ; python_version >= '3'"]
            other = ["demo-other"]
        """
        (fault,) = found(base, project=project)
        assert fault.startswith("demo-base needs demo-extra")

    @pytest.mark.parametrize("kind", sorted(bootstrap.LOCKS))
    def test_the_locks_of_this_repository_are_complete(self, kind: str) -> None:
        """As far as this Python goes, which has the packages of the larger one."""
        project = bootstrap.ROOT / "pyproject.toml"
        assert list(locked.faults(bootstrap.LOCKS[kind], project, set(bootstrap.EXTRAS[kind]))) == []
