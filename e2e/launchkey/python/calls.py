"""Makes the calls of the published launchkey package that it is told to make.

Started with the server's base URL. Each line of standard input is an order, a JSON object:

  factory   kind, id, private key, further private keys, and how its transport signs and digests
  client    kind and id of the client that the factory makes; none for a call of the factory itself
  call      the name of a method, its args and its named arguments
  without   a member of an answer that the package shall read once more as if the server had not sent it

or {"uncalled": true}, for the public methods that no order has called with success. Each line of standard output is
what the package gave back, or the exception it raised.
"""
import base64
import datetime
import enum
import importlib
import inspect
import json
import sys

import pytz

from launchkey import clients, factories
from launchkey.transports import JOSETransport

MODULES = [importlib.import_module("launchkey." + name) for name in
           ("entities.service", "entities.service.policy", "entities.shared")]
SUBJECTS = (factories.OrganizationFactory, factories.DirectoryFactory, factories.ServiceFactory,
            clients.OrganizationClient, clients.DirectoryClient, clients.ServiceClient)


def public_methods():
    """Every method that a program may call, by class, whether the package documents it or not."""
    return {(cls.__name__, name) for cls in SUBJECTS for name, _ in inspect.getmembers(cls, callable)
            if not name.startswith("_")}


def named_class(name):
    for module in MODULES:
        if hasattr(module, name):
            return getattr(module, name)
    raise LookupError("the package has no class " + name)


def made(value):
    """An argument as the package wants it. Objects with a $ say what to make."""
    if isinstance(value, list):
        return [made(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("$")
    if kind is None:
        return {name: made(item) for name, item in value.items()}
    return MAKERS[kind](value)


def made_object(value):
    thing = named_class(value["class"])(*made(value.get("args") or []), **made(value.get("named") or {}))
    for step in value.get("then") or []:
        getattr(thing, step["call"])(*made(step.get("args") or []), **made(step.get("named") or {}))
    return thing


def made_time(value):
    return datetime.time(value["hour"], value["minute"], tzinfo=pytz.timezone(value["zone"]))


MAKERS = {
    "new": made_object,
    "enum": lambda value: named_class(value["class"])[value["name"]],
    "datetime": lambda value: datetime.datetime.strptime(value["iso"], "%Y-%m-%dT%H:%M:%SZ"),
    "time": made_time,
    "bytes": lambda value: base64.b64decode(value["base64"]),
}


def described(value):
    """What a program sees of a result, under the package's own names."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, datetime.time):
        return {"hour": value.hour, "minute": value.minute, "zone": value.tzname()}
    if isinstance(value, dict):
        return {str(name): described(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [described(item) for item in value]
    out = {"class": type(value).__name__}
    for name, item in inspect.getmembers(value):
        if not name.startswith("_") and name != "transport" and not callable(item):
            out[name] = described(item)
    return out


def complaint(problem):
    """An exception with everything that it carries."""
    out = {"raised": type(problem).__name__, "text": str(problem)}
    for name in ("status_code", "data", "expires", "from_same_service", "authorization_request_id"):
        if hasattr(problem, name):
            out[name] = described(getattr(problem, name))
    return out


class Caller:
    """Keeps factories and clients as a program does, so that what they cache is used."""

    def __init__(self, base):
        self.base = base
        self.kept = {}
        self.called = set()

    def factory(self, order):
        at = json.dumps(order, sort_keys=True)
        if at not in self.kept:
            transport = JOSETransport(**order["transport"]) if order.get("transport") else None
            maker = getattr(factories, order["kind"] + "Factory")
            made_factory = maker(order["id"], order["key"], url=self.base, transport=transport)
            for number, key in enumerate(order.get("more") or []):
                # the two names of one method, in turn
                name = ("add_encryption_private_key", "add_additional_private_key")[number % 2]
                self.call(made_factory, name, [key], {})
            self.kept[at] = made_factory
        return self.kept[at]

    def client(self, factory, order):
        at = (id(factory), order["kind"], order.get("id"))
        if at not in self.kept:
            args = [order["id"]] if order.get("id") else []
            self.kept[at] = self.call(factory, "make_%s_client" % order["kind"], args, {})
        return self.kept[at]

    def call(self, target, name, args, named):
        result = getattr(target, name)(*args, **named)
        self.called.add((type(target).__name__, name))
        return result

    def obey(self, order):
        if order.get("uncalled"):
            return sorted(".".join(method) for method in public_methods() - self.called)
        target = self.factory(order["factory"])
        if order.get("client"):
            target = self.client(target, order["client"])
        result = self.call(target, order["call"], made(order.get("args") or []), made(order.get("named") or {}))
        if order.get("without"):
            left = {name: value for name, value in result.data.items() if name != order["without"]}
            result = type(result)(left, result.transport)
        return described(result)


def main(base):
    caller = Caller(base)
    for line in sys.stdin:
        try:
            reply = {"value": caller.obey(json.loads(line))}
        except Exception as problem:  # whatever a program would have to catch
            reply = complaint(problem)
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
