"""Load on the HTTP door: ``python -m perf.serve_load [seconds]`` asks for classes, 50 at a time."""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import threading
import time

PORT, CLIENTS = 8377, 50
QUESTION = json.dumps({"value": "13200 kWh/t", "item": "electrolytic-aluminium"})


def client(until: float, times: list[float], failed: list[str]) -> None:
    """Ask one question after the other over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    while time.monotonic() < until:
        began = time.perf_counter()
        connection.request("POST", "/classify", QUESTION, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        found = json.loads(answer.read())
        times.append(time.perf_counter() - began)
        if answer.status != 200 or found["level"] != "baseline":
            failed.append(str(found))


def load(clients: int, seconds: float) -> str:
    """Ask by several clients at a time."""
    times: list[float] = []
    failed: list[str] = []
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=client, args=(until, times, failed)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    median = statistics.median(times) * 1000
    return f"{clients} at a time: {len(times)} answers, {len(failed)} failed, median {median:.2f} ms"


def main() -> None:
    """Start the server, load it, and end it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    server = subprocess.Popen([sys.executable, "-m", "energybench", "serve", "--port", str(PORT)])
    try:
        time.sleep(8)
        print(load(1, seconds / 10))
        print(load(CLIENTS, seconds))
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
