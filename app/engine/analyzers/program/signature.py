"""Who signed a Windows program, as its certificate says: read, never verified (Microsoft's Authenticode format)."""

from __future__ import annotations

import struct

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_PKCS7 = 2
#: Bytes of one signature that are read; with all their countersignatures they take about ten thousand.
_MOST = 256 * 1024


def signer(table: memoryview) -> str:
    """Return the common name in the certificate of the signer, empty when it cannot be read.

    ``table`` is the directory of certificates, which begins with the length and the type of the first.
    """
    if len(table) < 8:
        return ""
    length, _, kind = struct.unpack_from("<IHH", table)
    if kind != _PKCS7:
        return ""
    try:
        certificates = pkcs7.load_der_pkcs7_certificates(bytes(table[8 : min(length, _MOST)]))
        return _leaf(certificates)
    except (ValueError, TypeError, OverflowError, x509.UnsupportedGeneralNameType):
        return ""


def _leaf(certificates: list[x509.Certificate]) -> str:
    """Return the name of the certificate that signed no other, one for code before one for times."""
    issuers = {certificate.issuer.public_bytes() for certificate in certificates if not _is_own(certificate)}
    leaves = [certificate for certificate in certificates if certificate.subject.public_bytes() not in issuers]
    names = [_common_name(certificate) for certificate in leaves if not _is_for_times(certificate)]
    return next((name for name in names if name), "")


def _is_own(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject


def _is_for_times(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension):
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usage and ExtendedKeyUsageOID.CODE_SIGNING not in usage


def _common_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""
