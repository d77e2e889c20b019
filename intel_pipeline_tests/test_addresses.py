"""Lists of hosts, origins and networks as settings give them."""

import pytest

from intel_pipeline.errors import SettingsError
from intel_pipeline.settings import load_settings


@pytest.mark.parametrize(
    ("field", "given", "read"),
    [
        ("web_hosts", " intel.example.org , 192.168.1.5:3000,", ("intel.example.org", "192.168.1.5:3000")),
        ("web_hosts", "[FE80::1]:3000, Intel.Example.org", ("[fe80::1]:3000", "intel.example.org")),
        (
            "web_cors",
            '["https://a.example.org", " http://localhost:8888 "]',
            ("https://a.example.org", "http://localhost:8888"),
        ),
        ("web_cors", "https://a.example.org,https://a.example.org", ("https://a.example.org",)),
        ("web_cors", "[]", ()),
        ("web_proxies", "10.0.0.2, 10.1.0.0/16 ,fd00::/8", ("10.0.0.2/32", "10.1.0.0/16", "fd00::/8")),
    ],
)
def test_a_list_is_json_or_commas_and_trimmed(field, given, read):
    assert getattr(load_settings(**{field: given}), field) == read


@pytest.mark.parametrize(
    ("field", "given", "named"),
    [
        ("web_cors", "*", "'*' in it would let every page on the web ask"),
        ("web_cors", "https://a.example.org, *", "'*' in it"),
        ("web_cors", '["https://a.example.org", "null"]', "'null' in it is no origin"),
        ("web_cors", "https://a.example.org/", "'https://a.example.org/' in it is no origin"),
        ("web_cors", "https://*.example.org", "'https://*.example.org' in it is no origin"),
        ("web_cors", "https://me:secret@a.example.org", "is no origin"),
        ("web_cors", "a.example.org", "'a.example.org' in it is no origin"),
        ("web_cors", '["https://a.example.org"', "it begins as a JSON list but is none"),
        ("web_cors", '["https://a.example.org", 1]', "1 in it is no text"),
        ("web_hosts", "a.example.org,*.example.org", "'*.example.org' in it is no host"),
        ("web_hosts", "http://a.example.org", "'http://a.example.org' in it is no host"),
        ("web_hosts", "a.example.org:99999", "'a.example.org:99999' in it is no host"),
        ("web_proxies", "10.0.0.2,*", "'*' in it is no address and no network"),
        ("web_proxies", "0.0.0.0/0", "'0.0.0.0/0' in it would trust everybody"),
        ("web_proxies", "10.0.0.2/8", "'10.0.0.2/8' in it is no address and no network"),
    ],
)
def test_the_bad_item_is_named(field, given, named):
    with pytest.raises(SettingsError) as caught:
        load_settings(**{field: given})
    assert named in caught.value.problem
    assert f"INTEL_{field.upper()}=" in caught.value.fix
