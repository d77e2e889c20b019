"""Lists of hosts, origins and networks, as settings hold them: each item is looked at, and the bad one is named."""

import json
import re
from collections.abc import Callable
from ipaddress import ip_network
from urllib.parse import urlsplit

HOST = re.compile(r"(?:\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?)(?::(?P<port>[0-9]{1,5}))?")
# An address of IPv6 begins with a bracket as well.
LIST = re.compile(r'\s*\[\s*["\]]')


def items(given: object, one: Callable[[str], str]) -> object:
    """Return the items of a JSON list or of a text with commas, trimmed, each once; ValueError names a bad one."""
    if isinstance(given, str):
        given = json_list(given) if LIST.match(given) else given.split(",")
    if not isinstance(given, list | tuple):
        return given
    texts = [item.strip() if isinstance(item, str) else item for item in given]
    for text in texts:
        if not isinstance(text, str):
            message = f"{text!r} in it is no text"
            raise ValueError(message)  # noqa: TRY004  pydantic makes an error of ours out of this one
    return tuple(dict.fromkeys(one(text) for text in texts if text))


def json_list(text: str) -> object:
    """Return what a JSON text holds; ValueError where it is none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        message = f'it begins as a JSON list but is none ({error}); ["a", "b"] is one, and a, b will do'
        raise ValueError(message) from error


def host(text: str) -> str:
    """Return a name or address with or without its port, as the header `Host` has it; ValueError for what is none."""
    found = HOST.fullmatch(text.lower())
    if found is None or int(found["port"] or 1) not in range(1, 1 << 16):
        message = f"'{text}' in it is no host, as intel.example.org or 192.168.1.5:3000 is; wildcards are not taken"
        raise ValueError(message)
    return text.lower()


def origin(text: str) -> str:
    """Return an origin as browsers write it; ValueError for what is none, and for all of them."""
    if text == "*":
        message = "'*' in it would let every page on the web ask; name the origins"
        raise ValueError(message)
    parts = urlsplit(text.lower())
    bare = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in ("http", "https") or bare != text.lower() or not HOST.fullmatch(parts.netloc):
        message = f"'{text}' in it is no origin, as https://notebooks.example.org is: a scheme, a host, and no path"
        raise ValueError(message)
    return bare


def network(text: str) -> str:
    """Return an address or a network of addresses; ValueError for what is none, and for all addresses."""
    try:
        found = ip_network(text)
    except ValueError as error:
        message = f"'{text}' in it is no address and no network, as 10.0.0.2 and 10.0.0.0/24 are"
        raise ValueError(message) from error
    if not found.prefixlen:
        message = f"'{text}' in it would trust everybody to say who asks; name the proxies"
        raise ValueError(message)
    return str(found)


def hosts(given: object) -> object:
    """Return a list of hosts."""
    return items(given, host)


def origins(given: object) -> object:
    """Return a list of origins."""
    return items(given, origin)


def networks(given: object) -> object:
    """Return a list of addresses and networks."""
    return items(given, network)
