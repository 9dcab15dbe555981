"""A service under test: a function that asks it, one question a call.

Here the service is a function in the same file, so that nothing leaves the machine; yours makes a request.
"""

import json

from right import to_tce as on_the_server


def request(body: str) -> str:
    """Stand for the service: JSON in, JSON out, an error as a field of the answer."""
    question = json.loads(body)
    try:
        return json.dumps({"tce": on_the_server(question["amount"], question["unit"], question["carrier"])})
    except (KeyError, ValueError) as error:
        return json.dumps({"error": str(error)})


def to_tce(amount: float, unit: str, carrier: str) -> float | None:
    """Ask the service; None is a refusal."""
    answer = json.loads(request(json.dumps({"amount": amount, "unit": unit, "carrier": carrier})))
    found: float | None = answer.get("tce")
    return found
