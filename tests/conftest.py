"""What every test has: a cache of its own, and nothing from the surroundings."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

# Where a change is judged, the same examples are made up each time, so that it fails for what it changed; everywhere
# else new ones are, so that the laws go on being tried.
settings.register_profile("judged", derandomize=True, deadline=None, print_blob=True)
if os.environ.get("CI"):
    settings.load_profile("judged")

ROOT = Path(__file__).parents[1]


def pytest_configure(config: pytest.Config) -> None:
    """Compiled rulebooks are kept from test to test, and apart from the user's own, from the first that is collected:
    to compile all that are shipped takes seconds."""
    folder = tempfile.TemporaryDirectory(prefix="isfrules-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    os.environ["ISFRULES_CACHE"] = folder.name


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where tests run in parallel, those on Spark go to one worker: each session is a Java machine with gigabytes."""
    from xdist.scheduler import LoadScopeScheduling

    class OneSpark(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "spark" if "spark" in nodeid else nodeid

    return OneSpark(config, log)


@pytest.fixture(autouse=True)
def _own_surroundings(warm_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the user's changes what is tested. Tests that are about what is kept keep their own."""
    monkeypatch.setenv("ISFRULES_CACHE", str(warm_cache))
    for name in ("ISFRULES_RULEBOOKS", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def warm_cache() -> Path:
    """The cache of all tests of one process that are not about the cache."""
    return Path(os.environ["ISFRULES_CACHE"])


class Isfrules:
    """Runs commands as a user does, in this process."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache

    def __call__(self, *args: str | Path, given: str | bytes | None = None, **variables: str) -> Result:
        from rulesdsl.cli import group

        environment = {"ISFRULES_CACHE": str(self.cache), **variables}
        words = [str(arg) for arg in args]
        result = CliRunner().invoke(group, words, input=given, env=environment, prog_name="isfrules")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result


@pytest.fixture
def isfrules(warm_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Isfrules:
    monkeypatch.chdir(ROOT)
    return Isfrules(warm_cache)


@pytest.fixture
def program() -> list[str]:
    """The program as a process of its own."""
    return [sys.executable, "-m", "rulesdsl"]
