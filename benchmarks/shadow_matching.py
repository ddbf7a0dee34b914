"""Matching the hosts of a proxy log to AI services, ours beside a loop of ``endswith`` over every domain, in the same run.

Run: ``python -m benchmarks.shadow_matching [LINES]`` (default 300,000 lines; the loop sees the first 20,000 of them).

The log is generated: 5,000 host names with the popularity of real traffic (rank to the power of -1), one in fifty a service of
the shipped file. The loop is given a leading dot, so that it is right about label boundaries; it knows no hosts, patterns or
addresses, and is compared on names that only the domains can match.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from vendor_ai.detectors.indicator import load_services, shipped_indicators
from vendor_ai.detectors.network import HostMatcher
from vendor_ai.domain.sighting import Service
from vendor_ai.services.shadow_scan import scan

LOOP_LINES = 20_000


def traffic(services: Sequence[Service], lines: int, seed: int = 7) -> list[str]:
    """Host names in the order of a log."""
    chance = random.Random(seed)
    wanted = [domain for service in services for domain in service.domains]
    names = [
        f"www{chance.randrange(100)}.{chance.choice(wanted)}" if rank % 50 == 49 else f"cdn{rank}.site{rank % 700}.example"
        for rank in range(5_000)
    ]
    return chance.choices(names, weights=[1 / (rank + 1) for rank in range(len(names))], k=lines)


def by_endswith(services: Sequence[Service]) -> Callable[[str], str | None]:
    """The obvious way."""
    domains = [(domain, "." + domain, service.id) for service in services for domain in service.domains]

    def match(host: str) -> str | None:
        best: tuple[str, str | None] = ("", None)
        for domain, dotted, service in domains:
            if (host == domain or host.endswith(dotted)) and len(domain) > len(best[0]):
                best = (domain, service)
        return best[1]

    return match


def _rate(match: Callable[[str], object], hosts: Sequence[str]) -> float:
    start = time.perf_counter()
    for host in hosts:
        match(host)
    return len(hosts) / (time.perf_counter() - start)


def _scan_rate(services: Sequence[Service], hosts: Sequence[str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "access.log"
        with path.open("w", encoding="utf-8") as log:
            for number, host in enumerate(hosts):
                when, user = 1790000000 + number / 1000, f"user{number % 200}"
                log.write(f"{when:.3f}  150 10.0.0.7 TCP_TUNNEL/200 4821 CONNECT {host}:443 {user} HIER_DIRECT/192.0.2.1 -\n")
        start = time.perf_counter()
        scan([path], services=services, pseudonym_key=b"benchmark")
        return len(hosts) / (time.perf_counter() - start)


def main(lines: int) -> None:
    services, _ = load_services(shipped_indicators())
    hosts = traffic(services, lines)
    ours, loop = HostMatcher(services), by_endswith(services)
    for host in set(hosts):
        found = ours.match_host(host)
        assert (found.service if found else None) == loop(host), host
    distinct = list(dict.fromkeys(hosts))
    ours_rate, new_rate = _rate(ours.match_host, hosts), _rate(HostMatcher(services).match_host, distinct)
    loop_rate = _rate(loop, hosts[:LOOP_LINES])
    print(f"{lines:,} lines, {len(distinct):,} host names, {len(services)} services; both give the same answers")
    print(f"loop of endswith                {loop_rate / 1000:10,.0f} thousand hosts/s")
    print(f"ours, as the log has them       {ours_rate / 1000:10,.0f} thousand hosts/s, {ours_rate / loop_rate:,.0f} times the loop")
    print(f"ours, every host seen first     {new_rate / 1000:10,.0f} thousand hosts/s, {new_rate / loop_rate:,.1f} times the loop")
    print(f"whole scan, file to findings    {_scan_rate(services, hosts) / 1000:10,.0f} thousand lines/s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300_000)
