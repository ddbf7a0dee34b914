"""A Spark cluster of the tests' own, from PyPI's pyspark: one master and some workers, each a process, on loopback."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

JAVA = 17
PATIENCE_S = 60.0
_MASTER = re.compile(r"Starting Spark master at (spark://\S+)")
_REGISTERED = re.compile(r"Successfully registered with master")
# Short lives: a compiler that starts quickly, and a collector that needs no threads.
_SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
# For drivers that ask this cluster.
DRIVER = {
    "spark.driver.extraJavaOptions": _SHORT_LIVED,
    "spark.executor.extraJavaOptions": _SHORT_LIVED,
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "512m",
    "spark.executor.memory": "512m",
    "spark.executor.cores": "1",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "4",
}


def missing() -> str | None:
    """Why no cluster can run here; None where it can."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed"
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(f"{home}/bin/java" if home else "java")
    if java is None:
        return "Java is not installed (on Debian: openjdk-17-jre-headless)"
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    version = re.search(r'version "(\d+)', answer)
    if version is None or int(version[1]) < JAVA:
        return f"Java {JAVA} or newer is needed, there is: {answer.splitlines()[0]}"
    return None


@dataclass(slots=True)
class Daemon:
    """One process of the cluster, with whatever it starts."""

    process: subprocess.Popen[bytes]
    log: Path

    def wait_for(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Wait until its log says something."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found = pattern.search(self.log.read_text(encoding="utf-8", errors="replace"))
            if found:
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"{pattern.pattern!r} does not come:\n{self.log.read_text(encoding='utf-8', errors='replace')}")

    def kill(self) -> None:
        """End it and its executors at once, as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class SparkCluster:
    """A master and its workers, of one core and 700 MB each."""

    def __init__(self, folder: Path, *, workers: int = 2) -> None:
        self._folder = folder
        self._started: list[Daemon] = []
        self.workers: list[Daemon] = []
        try:
            master = self._start("deploy.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
            self.address = master.wait_for(_MASTER)[1]
            self.grow(workers)
        except BaseException:
            self.stop()
            raise

    def grow(self, workers: int) -> None:
        """Start workers until so many live."""
        self.workers = [worker for worker in self.workers if worker.process.poll() is None]
        fresh = [self._start_worker() for _ in range(workers - len(self.workers))]
        for worker in fresh:
            worker.wait_for(_REGISTERED)
        self.workers += fresh

    def stop(self) -> None:
        """End every process."""
        for daemon in reversed(self._started):
            daemon.kill()

    def _start_worker(self) -> Daemon:
        place = ("--host", "127.0.0.1", "--port", "0", "--webui-port", "0", "--work-dir", str(self._folder / "work"))
        return self._start("deploy.worker.Worker", *place, "--cores", "1", "--memory", "700M", self.address)

    def _start(self, name: str, *arguments: str) -> Daemon:
        spec = find_spec("pyspark")
        assert spec is not None
        assert spec.origin is not None
        home = Path(spec.origin).parent
        log = self._folder / f"{len(self._started)}-{name}.log"
        settings = self._folder / "conf"  # empty: a developer's own cluster is nobody's business here
        settings.mkdir(parents=True, exist_ok=True)
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("SPARK_")},
            "SPARK_HOME": str(home),
            "SPARK_CONF_DIR": str(settings),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_DIRS": str(self._folder / "scratch"),
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": _SHORT_LIVED,
        }
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.{name}", *arguments]
        with log.open("wb") as output:
            # A group of its own, so that what a worker starts ends with it.
            process = subprocess.Popen(command, stdout=output, stderr=output, env=environment, start_new_session=True)
        self._started.append(Daemon(process, log))
        return self._started[-1]
