"""Where a request came from."""

import pytest
from django.test import RequestFactory

from standfirst.clients import client_address, client_network


def address_of(forwarded: str | None, *, trusted_proxies: int, remote: str = "192.0.2.1") -> str | None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)
    return client_address(request, trusted_proxies=trusted_proxies)


@pytest.mark.parametrize(
    ("forwarded", "trusted_proxies", "expected"),
    [
        (None, 0, "192.0.2.1"),
        (None, 1, "192.0.2.1"),
        ("198.51.100.7", 0, "192.0.2.1"),
        ("198.51.100.7", 1, "198.51.100.7"),
        ("203.0.113.9, 198.51.100.7", 1, "198.51.100.7"),
        ("203.0.113.9, 198.51.100.7", 2, "203.0.113.9"),
        ("203.0.113.9, 198.51.100.7", 3, "192.0.2.1"),
        ("6.6.6.6, 203.0.113.9,198.51.100.7 ", 2, "203.0.113.9"),
        ("2001:DB8::1", 1, "2001:db8::1"),
        ("fe80::1%eth0", 1, "fe80::1"),
        ("not an address", 1, None),
        ("", 1, "192.0.2.1"),
        (",", 1, None),
    ],
)
def test_entries_of_the_sites_own_proxies_are_believed(
    forwarded: str | None, trusted_proxies: int, expected: str | None
) -> None:
    assert address_of(forwarded, trusted_proxies=trusted_proxies) == expected


def test_a_socket_without_address_is_unknown() -> None:
    assert address_of(None, trusted_proxies=0, remote="") is None
    request = RequestFactory().get("/")
    del request.META["REMOTE_ADDR"]
    assert client_address(request, trusted_proxies=0) is None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.2", "192.0.2.2"),
        ("2001:db8:1:1::", "2001:db8:1:1::/64"),
        ("2001:db8:1:1:ffff:ffff:ffff:ffff", "2001:db8:1:1::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        (None, ""),
    ],
)
def test_a_subscriber_is_one_ipv4_address_or_one_ipv6_64(address: str | None, network: str) -> None:
    assert client_network(address) == network
