"""Makes the calls of the published authy package that it is told to make.

Started with the server's base URL. Each line of standard input is a JSON object: the API key, the name of a
method as programs write it ("users.create"), and its arguments. Each line of standard output is what the
package made of the answer, or the exception it raised.
"""
import json
import sys

from authy.api import AuthyApiClient

# What the package gives back besides the answer itself: attributes and methods of its objects.
ATTRIBUTES = ("id",)
METHODS = ("ok", "errors", "ignored", "get_uuid", "status")


def described(result):
    """What a program can learn from a result, under the package's own names."""
    if not hasattr(result, "response"):
        return {"value": result}
    out = {"content": result.content, "http": result.response.status_code}
    for name in ATTRIBUTES:
        if hasattr(result, name):
            out[name] = getattr(result, name)
    for name in METHODS:
        if not hasattr(result, name):
            continue
        try:
            out[name] = getattr(result, name)()
        except Exception as problem:  # some of the package's methods cannot read some answers
            out[name] = repr(problem)
    return out


def call(client, order):
    method = client
    for name in order["call"].split("."):
        method = getattr(method, name)
    return described(method(*order["args"], **order.get("named", {})))


def main(base):
    clients = {}
    for line in sys.stdin:
        order = json.loads(line)
        key = order["key"]
        if key not in clients:
            clients[key] = AuthyApiClient(key, api_uri=base)
        try:
            reply = call(clients[key], order)
        except Exception as problem:
            reply = {"raised": type(problem).__name__, "message": str(problem)}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
