"""Where a request came from, as far as that can be known."""

import ipaddress

from django.http import HttpRequest

# The least that one subscriber is given of IPv6 (RFC 6177): whoever has one of its addresses has all of them.
IPV6_SUBSCRIBER_BITS = 64


def client_address(request: HttpRequest, *, trusted_proxies: int) -> str | None:
    """Return the address that a request came from, None if it is unknown or malformed.

    ``trusted_proxies`` is how many entries at the end of X-Forwarded-For were written by proxies of the site;
    with 0 the header is ignored.
    """
    address = request.META.get("REMOTE_ADDR", "")
    header = request.headers.get("X-Forwarded-For", "")
    if trusted_proxies > 0 and header.strip():
        forwarded = header.split(",")
        # Entries further left were written by whoever sent the request, and may say anything.
        if len(forwarded) >= trusted_proxies:
            address = forwarded[-trusted_proxies]
    try:
        return str(ipaddress.ip_address(address.strip().partition("%")[0]))
    except ValueError:
        return None


def client_network(address: str | None) -> str:
    """Return what stands for one subscriber: an IPv4 address, or the /64 of an IPv6 address; "" for None.

    An IPv4 address that is written as IPv6 (``::ffff:192.0.2.1``) counts as what it is.
    """
    if address is None:
        return ""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ipaddress.ip_network((parsed, IPV6_SUBSCRIBER_BITS), strict=False))
        parsed = parsed.ipv4_mapped
    return str(parsed)
