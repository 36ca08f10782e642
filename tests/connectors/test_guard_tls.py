"""TLS is verified always and never older than 1.2, with authorities and certificates made here (F48)."""

import datetime as dt
import ipaddress
import ssl
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fullcircle.connectors.guard import GuardedClient
from fullcircle.core.errors import PermanentSourceError, TransientSourceError, UnknownOutcomeError
from tests.connectors.hostile_server import answer, saying, serving

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)
ME = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Authority:
    """Signs what a test wants signed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        certificate = self._build("Test authority", self.key, []).add_extension(x509.BasicConstraints(True, None), True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(certificate.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def _build(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        places: list[x509.GeneralName],
        ends: dt.datetime = NOW + DAY,
        issuer: str = "Test authority",
    ) -> x509.CertificateBuilder:
        builder = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(NOW, ends) - 10 * DAY)
            .not_valid_after(ends)
        )
        return builder.add_extension(x509.SubjectAlternativeName(places), False) if places else builder

    def context(
        self, places: list[x509.GeneralName], is_self_signed: bool = False, ends: dt.datetime = NOW + DAY
    ) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._build("server", key, places, ends, "server" if is_self_signed else "Test authority")
        certificate = builder.sign(key if is_self_signed else self.key, hashes.SHA256())
        file = self.folder / f"{certificate.serial_number}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


def test_it_speaks_to_a_server_it_can_verify(authority: Authority) -> None:
    with serving(saying(answer()), authority.context([ME])) as server:
        client = GuardedClient(frozenset({server.place}), ca_file=str(authority.file))
        assert client.request("GET", server.url(scheme="https")).status == 200
        assert client.request("POST", server.url(scheme="https"), body=b"x").status == 200
        client.close()


def old_protocol(authority: Authority) -> ssl.SSLContext:
    context = authority.context([ME])
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    return context


REFUSED: dict[str, Callable[[Authority], ssl.SSLContext]] = {
    "another host": lambda authority: authority.context([x509.DNSName("other.example")]),
    "another address": lambda authority: authority.context([x509.IPAddress(ipaddress.ip_address("127.0.0.2"))]),
    "no name at all": lambda authority: authority.context([]),
    "expired": lambda authority: authority.context([ME], ends=NOW - DAY),
    "self-signed": lambda authority: authority.context([ME], is_self_signed=True),
    "TLS 1.1": old_protocol,
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_sends_nothing_to_a_server_it_cannot_verify(authority: Authority, case: str) -> None:
    with serving(saying(answer()), REFUSED[case](authority)) as server:
        with GuardedClient(frozenset({server.place}), ca_file=str(authority.file), deadline_s=5) as client:
            for method in ("GET", "POST"):
                with pytest.raises(TransientSourceError) as caught:
                    client.request(method, server.url("/secret", scheme="https"), headers={"Authorization": "canary"})
                assert not isinstance(caught.value, UnknownOutcomeError)
                assert "certificate" in str(caught.value) or case == "TLS 1.1"
        assert server.requests == []
        assert server.connects == 2


def test_it_trusts_no_authority_of_its_own_accord(authority: Authority) -> None:
    with (
        serving(saying(answer()), authority.context([ME])) as server,
        GuardedClient(frozenset({server.place})) as client,
    ):
        with pytest.raises(TransientSourceError, match="certificate"):
            client.request("GET", server.url(scheme="https"))
        assert server.requests == []


def test_it_never_goes_from_https_to_http(authority: Authority) -> None:
    with serving(saying(answer())) as plain:
        leaving = saying(answer("302 Found", b"", f"Location: {plain.url()}"))
        with serving(leaving, authority.context([ME])) as server:
            allow = frozenset({server.place, plain.place})
            client = GuardedClient(allow, ca_file=str(authority.file))
            with pytest.raises(PermanentSourceError, match="https to http"):
                client.request("GET", server.url(scheme="https"))
            client.close()
        assert plain.connects == 0
