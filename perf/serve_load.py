"""Load on the HTTP door: ``python -m perf.serve_load [seconds]`` asks for classes, up to 50 at a time."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import statistics
import subprocess
import sys
import time
from typing import cast

HOST, PORT, CLIENTS = "127.0.0.1", 8377, 50
_VALUES = itertools.count(13_200_000)
_HEAD = "POST /classify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "


def question(equal: bool) -> bytes:
    """Ask what was asked before, or a value that was never asked."""
    value = 13_200_000 if equal else next(_VALUES)
    body = json.dumps({"value": f"{value / 1000} kWh/t", "item": "electrolytic-aluminium"})
    return f"{_HEAD}{len(body)}\r\n\r\n{body}".encode()


class Client(asyncio.Protocol):
    """Asks one question after the other over one connection; reads of an answer no more than whether it is whole."""

    def __init__(self, until: float, pause: float, equal: bool, times: list[float], failed: list[str]) -> None:
        self.until, self.pause, self.equal, self.times, self.failed = until, pause, equal, times, failed
        self.loop = asyncio.get_running_loop()
        self.done = self.loop.create_future()
        self.found = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin within the pause, so that not all clients begin at once."""
        self.transport = cast("asyncio.Transport", transport)
        self.loop.call_later(random.uniform(0, self.pause), self.ask)  # noqa: S311 - no secret

    def connection_lost(self, _: Exception | None) -> None:
        """Say that the server left, where it did."""
        if not self.done.done():
            self.failed.append("the connection is lost")
            self.done.set_result(None)

    def ask(self) -> None:
        """Send a question."""
        self.began = time.perf_counter()
        self.transport.write(question(self.equal))

    def data_received(self, data: bytes) -> None:
        """Count a whole answer, and ask again."""
        self.found += data
        head, _, body = self.found.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if not length or len(body) < int(length):
            return
        self.times.append(time.perf_counter() - self.began)
        if not (head.startswith(b"HTTP/1.1 200") and b'"level": "b' in body):
            self.failed.append(self.found.decode())
        self.found = b""
        if time.monotonic() > self.until:
            self.done.set_result(None)
            self.transport.close()
        elif self.pause:
            self.loop.call_later(self.pause, self.ask)
        else:
            self.ask()


async def load(clients: int, seconds: float, pause: float, equal: bool) -> str:
    """Ask by several clients at a time, each without a pause or with one after every answer."""
    times: list[float] = []
    failed: list[str] = []
    until = time.monotonic() + seconds
    loop = asyncio.get_running_loop()
    asking = [
        await loop.create_connection(lambda: Client(until, pause, equal, times, failed), HOST, PORT)
        for _ in range(clients)
    ]
    await asyncio.gather(*(one.done for _, one in asking))
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
            for clients, pause, share in ((1, 0.0, 10), (CLIENTS, 1.0, 3), (CLIENTS, 0.0, 1)):
                print(asyncio.run(load(clients, seconds / share, pause, equal)))
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
