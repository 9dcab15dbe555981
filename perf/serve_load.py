"""Load on the HTTP door: ``python -m perf.serve_load [seconds]`` asks for classes, 50 at a time."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import statistics
import subprocess
import sys
import threading
import time

PORT, CLIENTS = 8377, 50
_VALUES = itertools.count(13_200_000)


def question(equal: bool) -> str:
    """Ask what was asked before, or a value that was never asked."""
    value = 13_200_000 if equal else next(_VALUES)
    return json.dumps({"value": f"{value / 1000} kWh/t", "item": "electrolytic-aluminium"})


def client(until: float, pause: float, equal: bool, times: list[float], failed: list[str]) -> None:
    """Ask one question after the other over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    time.sleep(random.uniform(0, pause))  # noqa: S311 - so that they do not all begin at once
    while time.monotonic() < until:
        began = time.perf_counter()
        connection.request("POST", "/classify", question(equal), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        found = json.loads(answer.read())
        times.append(time.perf_counter() - began)
        if answer.status != 200 or found["level"] not in ("baseline", "below-baseline"):
            failed.append(str(found))
        time.sleep(pause)


def load(clients: int, seconds: float, pause: float = 0.0, *, equal: bool) -> str:
    """Ask by several clients at a time, each without a pause or with one after every answer."""
    times: list[float] = []
    failed: list[str] = []
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=client, args=(until, pause, equal, times, failed)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    median, late = statistics.median(times) * 1000, sorted(times)[int(len(times) * 0.95)] * 1000
    how = f"{clients} clients, {'equal' if equal else 'different'} questions, a pause of {pause:g} s"
    return f"{how}: {len(times)} answers, {len(failed)} failed, median {median:.2f} ms, 95 % in {late:.1f} ms"


def main() -> None:
    """Start the server, load it, and end it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    server = subprocess.Popen([sys.executable, "-m", "energybench", "serve", "--port", str(PORT)])
    try:
        time.sleep(8)
        for equal in (True, False):
            print(load(1, seconds / 10, equal=equal))
            print(load(CLIENTS, seconds / 3, 1.0, equal=equal))
            print(load(CLIENTS, seconds, equal=equal))
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
