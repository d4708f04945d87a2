"""Makes the calls of a published version of the package authsignal that it is told to make.

Started with the server's base URL. Each line of standard input is an order, a JSON object:

  secret   the key with which the class is made
  call     the name of a method, and its args
  expect   the status with which the server is to refuse, where that is the documented answer

or {"uncalled": true}, for the public methods that no order has called as it should end. Each line of standard output
is {"result": …} or {"error": …}.
"""
import inspect
import json
import sys

from authsignal import client

CLASS = getattr(client, "AuthsignalClient", None) or client.Client


def public_methods():
    """Every method that a program may call."""
    return {name for name, _ in inspect.getmembers(CLASS, callable) if not name.startswith("_")}


def status_of(problem):
    """The status of an answer that the package turned into an exception; older ones keep it in the cause alone."""
    status = getattr(problem, "status_code", None) or getattr(problem, "http_status_code", None)
    cause = getattr(problem, "__cause__", None)
    response = getattr(cause, "response", None)
    return status or getattr(response, "status_code", 0)


def complaint(problem):
    return {"raised": type(problem).__name__, "message": str(problem), "status": status_of(problem),
            "code": getattr(problem, "error_code", "") or "", "description": getattr(problem, "error_description", "") or ""}


class Caller:
    def __init__(self, base):
        self.base = base
        self.called = set()

    def obey(self, order):
        if order.get("uncalled"):
            return sorted(public_methods() - self.called)
        target = CLASS(order["secret"], self.base, 30.0)
        call = order["call"]
        if call not in public_methods():
            raise LookupError("the package has no method " + call)
        try:
            result = getattr(target, call)(*(order.get("args") or []))
        except Exception as problem:
            if order.get("expect") and status_of(problem) == order["expect"]:
                self.called.add(call)
            raise
        if not order.get("expect"):
            self.called.add(call)
        return result


def main(base):
    caller = Caller(base)
    replies, sys.stdout = sys.stdout, sys.stderr  # the older package prints
    for line in sys.stdin:
        try:
            reply = {"result": caller.obey(json.loads(line))}
        except Exception as problem:  # whatever a program would have to catch
            reply = {"error": complaint(problem)}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
