"""Makes the calls of a published version of the package loginid that it is told to make.

Started with the server's base URL. Each line of standard input is an order, a JSON object:

  class    LoginID or LoginIdManagement, made with a client id and, for private applications, a key
  call     the name of a method, its args and its named arguments
  expect   the code with which the server is to refuse, where that is the documented answer

or {"uncalled": true}, for the public methods that no order has called as it should end. Each line of standard output
is {"result": …} or {"error": …}. The older package returns pairs of an error and a value, the newer one raises: the
replies do not show which.
"""
import inspect
import json
import sys
import warnings

warnings.simplefilter("ignore")  # the package uses what newer Pythons advise against

import loginid  # noqa: E402

CLASSES = {"LoginID": loginid.LoginID, "LoginIdManagement": loginid.LoginIdManagement}
LOCAL = {"get_clientId"}  # reads a member that the package never sets


def public_methods():
    """Every method that a program may call, under the name of the package's first class that has it."""
    found = {}
    for name, cls in CLASSES.items():
        for method, _ in inspect.getmembers(cls, callable):
            if not method.startswith("_") and method not in LOCAL:
                found.setdefault(method, name)
    return found


class Refused(Exception):
    """What the older package returns in place of an exception."""

    def __init__(self, status, body):
        super().__init__(str(body))
        self.status_code = status
        self.error_code = body.get("code", "") if isinstance(body, dict) else ""
        self.message = body.get("message", "") if isinstance(body, dict) else str(body)


def value_of(result):
    """The value of a pair, or of anything else itself."""
    if not isinstance(result, tuple) or len(result) != 2:
        return result
    error, value = result
    if error is None:
        return value
    if isinstance(error, Exception):
        raise error
    raise Refused(error, value)


def complaint(problem):
    return {"raised": type(problem).__name__, "message": getattr(problem, "message", "") or str(problem),
            "status": getattr(problem, "status_code", 0), "code": getattr(problem, "error_code", "")}


class Caller:
    def __init__(self, base):
        self.base = base
        self.called = set()

    def obey(self, order):
        if order.get("uncalled"):
            return sorted(set(public_methods()) - self.called)
        target = CLASSES[order["class"]](order["client"], order.get("key"), self.base)
        call = order["call"]
        if call not in public_methods():
            raise LookupError("the package has no method " + call)
        try:
            result = value_of(getattr(target, call)(*(order.get("args") or []), **(order.get("named") or {})))
        except Exception as problem:
            if order.get("expect") and getattr(problem, "error_code", "") == order["expect"]:
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
