"""What can be seen from an address alone: for every sign an address that has it, and a harmless twin that has not."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, strategies as st

from app.engine.links.canonical import canonical
from app.engine.links.judge import judge_link
from app.engine.model import Link, Severity, Verdict
from tests.fuzz import fuzzed


def ids(raw: str) -> set[str]:
    try:
        url = canonical(raw)
    except ValueError:
        url = raw
    return {finding.id.removeprefix("link.") for finding in judge_link(Link(raw, url)).findings}


MAIL = base64.b64encode(b"jane.doe@company.com").decode()

TWINS = [
    ("number", "http://5.188.86.20/a", "http://192.168.1.1/a"),
    ("disguised_number", "http://3232235777/", "http://192.168.1.1/"),
    ("disguised_number", "http://0x05.0xbc.0x56.0x14/login", "http://5.188.86.20/login"),
    ("disguised_number", "http://05.0274.0126.024/", "http://5.188.86.20/"),
    ("userinfo", "https://www.paypal.com@evil.com/", "https://jane@evil.com/"),
    ("userinfo", "https://accounts.google.com:443@evil.com/login", "https://user:secret@evil.com/repo.git"),
    ("userinfo", "https://bank.de%2Flogin@evil.com/", "https://evil.com/@bank.de/login"),
    ("userinfo", "https://user:pw@bank.com@evil.net/login", "https://user:p%40w@evil.net/login"),
    ("backslash", "https://good.com\\@evil.com/", "https:\\/\\/good.com\\/a@b"),
    ("escaped_letters", "http://evil.com/%6c%6f%67%69%6e", "http://evil.com/a%20b%2Fc%C3%A9"),
    ("carries_reader", "https://evil.com/x#jane.doe@company.com", "https://docs.com/x#installation"),
    ("carries_reader", f"https://evil.com/x#{MAIL}", "https://docs.com/x#c2VjdGlvbi1vbmUtdHdv"),
    ("carries_reader", f"https://evil.com/?{MAIL}", "https://shop.com/?utm_source=newsletter"),
    ("carries_reader", f"https://evil.com/a/{MAIL}", "https://shop.com/a/c2VjdGlvbi1vbmUtdHdv"),
    ("carries_reader", f"https://evil.com/a?e={MAIL}", f"https://shop.com/unsubscribe?e={MAIL}"),
    ("free_hosting", "https://pub-46691c16.r2.dev/One.html", "https://www.cloudflare.com/r2/"),
    ("free_hosting", "https://storage.googleapis.com/abc/def.html", "https://cloud.google.com/storage"),
    ("free_hosting", "https://attservernetwork.weebly.com/", "https://www.weebly.com/"),
    ("asks_on_free_hosting", "https://webmail-login.web.app/", "https://recipes.web.app/"),
    ("asks_on_free_hosting", "https://my-login.blogspot.de/", "https://my-recipes.blogspot.de/"),
    ("tunnel", "https://divx-obvious-suspected.trycloudflare.com/", "https://try.cloudflare.com/"),
    ("dynamic_name", "https://kjanitorial.duckdns.org/", "https://www.duckdns.org/"),
    ("ipfs", "https://bafybeibnkcf3t5gnn73.ipfs.dweb.link/", "https://docs.ipfs.tech/"),
    ("ipfs", "https://ipfs.io/ipfs/bafkreiawmghcaqrhn", "https://ipfs.tech/"),
    ("asking_name", "https://secure-login-update.com/", "https://mail-support.com/"),
    ("asks_in_clear", "http://crangasi29.ro/login", "https://crangasi29.ro/login"),
    ("program", "http://5.188.86.20/update.exe", "https://www.videolan.org/vlc.exe"),
    (
        "program",
        "https://cdn.discordapp.com/attachments/1/2/invoice.scr",
        "https://cdn.discordapp.com/attachments/1/2/a.png",
    ),
    ("archive", "https://transfer.sh/abc/invoice.zip", "https://github.com/a/b/archive/refs/tags/v1.zip"),
    ("port", "https://cn.145manx.com:9119/home", "https://cn.145manx.com:8443/home"),
    ("port", "http://evil.com:4444/", "http://localhost:4444/"),
    ("mixed_scripts", "https://gооgle-shop.com/", "https://хорошо.com/"),
    ("foreign_letters", "https://сорас.com/", "https://привет.com/"),
    ("random_name", "https://08f055893bcadc95b0aafcd5b9ca249b.com/", "https://international-trading.com/"),
    ("random_name", "https://9878818.com/", "https://163.com/"),
    ("random_name", "https://xkwqzvbnmt.com/", "https://keithschwarz.com/"),
    (
        "random_path",
        "http://bulk.com/track/o41094lDxxG22448528nEnr49413fcn34421UGWB176",
        "https://shop.com/p/3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    ),
    ("free_hosting", "https://abc.s3.amazonaws.com/office.html", "https://abc.s3.amazonaws.com/logo.png"),
    ("free_hosting", "https://docs.google.com/drawings/d/1A/preview", "https://docs.google.com/document/d/1A/edit"),
    (
        "free_hosting",
        "https://storage.googleapis.com/liveislive/STRG01.html",
        "https://storage.googleapis.com/a/b.png",
    ),
    ("free_hosting", "https://abc.s3.amazonaws.com/a.html", "https://sns.eu-west-1.amazonaws.com/unsubscribe.html"),
    ("domain_inside", "https://www.argos.co.uk.theninja.gknu.com/", "https://www.argos.co.uk/"),
    ("domain_inside", "https://webmail.roundcube.de-8080.com/", "https://webmail.de-laval.com/"),
    (
        "random_path",
        "http://bsq2.firiri.shop/V0RPUjMzbjdPeHRLVlo2RFZ4WXBqZklYbTBnY1Btc1R5aUp4",
        "http://vegan.shop/konto/bestellungen/2024/Rechnung1",
    ),
    ("port", "http://evil.com:4444/", "https://grafana.company.com:3000/alerting/list"),
    ("port", "https://evil.web.app:2083/", "https://server1.hosting.com:2083/?goto_app=ContactInfo_Change"),
    (
        "hidden_page",
        "https://a.com/wp-admin/css/mail/",
        "https://a.com/wp-admin/edit-comments.php?comment_status=moderated",
    ),
    (
        "hidden_page",
        "https://a.com/css/parcel/view.html",
        "https://www.amazon.de/gp/css/shiptrack/view.html?orderID=302-1",
    ),
    (
        "named_in_path",
        "https://a.com/wp-content/plugins/x/sharepoint/index.php",
        "https://a.com/help/sharepoint/index.php",
    ),
    ("lookalike_spelling", "https://pay-pal.com/", "https://pay-roll.com/"),
    ("lookalike_spelling", "https://snap-chat.tel/", "https://snap-shot.tel/"),
    ("many_labels", "https://a.b.c.d.e.evil.com/", "https://a.b.c.evil.com/"),
    ("abused_ending", "http://tjszf.sbs/", "http://tjszf.org/"),
    ("abused_ending", "http://fstvl.wmserve.my.id/", "http://fstvl.wmserve.id/"),
    ("hidden_page", "https://neighbor.org/wp-admin/top/tgm.html", "https://neighbor.org/wp-admin/"),
    ("hidden_page", "https://neighbor.org/assets/js/pages/jss/", "https://neighbor.org/assets/js/app.js"),
    ("hidden_page", "https://neighbor.org/wp-includes/ijs/", "https://neighbor.org/wp-content/uploads/2024/05/a.pdf"),
]


@pytest.mark.parametrize(("sign", "with_it", "without_it"), TWINS)
def test_a_sign_is_seen_and_its_harmless_twin_has_none(sign: str, with_it: str, without_it: str) -> None:
    assert sign in ids(with_it)
    assert sign not in ids(without_it)


@pytest.mark.parametrize(
    "url",
    [
        "https://storage.googleapis.com/liveislive/STRG01.html",
        f"https://power.evil.com/{MAIL}",
        f"https://power.evil.com/?{MAIL}",
        "https://digitizeyourart.com/wp-content/plugins/wp-college/Sharepoint/sharepoint/index.php",
        "https://www.argos.co.uk.theninja.gknu.com/www.argos.co.uk/account-login/",
        "http://bsq2.firiri.shop/V0RPUjMzbjdPeHRLVlo2RFZ4WXBqZklYbTBnY1Btc1R5aUp4",
    ],
)
def test_what_only_phishing_does_makes_a_link_suspicious_by_itself(url: str) -> None:
    assert judge_link(Link(url, canonical(url))).verdict is Verdict.SUSPICIOUS


def test_a_cheap_ending_says_something_only_beside_another_sign() -> None:
    (alone,) = judge_link(Link("x", "https://jodesign.xyz/")).findings
    assert (alone.id, alone.severity) == ("link.abused_ending", Severity.INFO)
    beside = judge_link(Link("x", "http://secure-login.xyz/"))
    assert {finding.severity for finding in beside.findings} == {Severity.SUSPICIOUS}
    assert beside.verdict is Verdict.SUSPICIOUS


ORDINARY = """
https://www.google.com/maps/place/Berlin https://meet.google.com/abc-defg-hij https://zoom.us/j/123456789?pwd=abc
https://teams.microsoft.com/l/meetup-join/19%3ameeting_Njk%40thread.v2/0?context=%7b%22Tid%22%3a%2272f9%22%7d
https://contoso.sharepoint.com/:w:/s/team/EaBcDeF?e=4Zx https://1drv.ms/w/s!AbCdEf https://docs.google.com/document/d/1A2b/edit
https://www.dropbox.com/s/abc/file.pdf?dl=0 https://we.tl/t-AbCdEf https://calendly.com/jane/30min
https://company.us1.list-manage.com/track/click?u=1a2b3c&id=4d5e6f&e=7a8b9c
https://u1234567.ct.sendgrid.net/ls/click?upn=u001.HIVfGxvP6wopKkylY2FsQ https://click.e.shop.com/?qs=0e8ecbae07b9f214ba3eb931
https://shop.com/newsletter/unsubscribe?email=jane%40company.com&list=5 https://www.linkedin.com/comm/in/jane-doe?trk=eml
https://www.facebook.com/company https://twitter.com/company https://www.instagram.com/company/ https://youtu.be/dQw4w9WgXcQ
https://support.company.com/hc/en-us/requests/12345 https://company.zendesk.com/agent/tickets/123 https://status.company.io/
https://github.com/company/repo/pull/12#issuecomment-1234567890 https://jira.company.com/browse/ABC-123
https://track.dhl.com/?id=00340434161094 https://www.ups.com/track?loc=de_DE&tracknum=1Z999AA10123456784
https://www.amazon.de/gp/css/order-history https://aws.amazon.com/console/ https://eu-west-1.console.aws.amazon.com/s3/home
https://company.atlassian.net/wiki/spaces/A/pages/1 https://app.hubspot.com/contacts/1 https://login.salesforce.com/
https://portal.customer.de/login https://id.company.com/account/verify?token=abcdef0123456789abcdef0123456789
https://intranet:8443/ http://10.0.0.5:3000/health https://www.bundesfinanzministerium.de/Web/DE/Home/home.html
https://www.elster.de/eportal/login/softpse https://www.sparkasse-koelnbonn.de/ https://www.ing.de/ https://www.paypal.com/invoice/p/#ABC
https://maps.app.goo.gl/AbCd https://wa.me/4915112345678 https://t.me/company https://apps.apple.com/de/app/x/id1234567890
https://play.google.com/store/apps/details?id=com.company.app https://company.myshopify.com/products/a
""".split()


@pytest.mark.parametrize("url", ORDINARY)
def test_links_of_ordinary_business_mails_say_nothing(url: str) -> None:
    assert ids(url) == set()


@fuzzed(80)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20))
def test_no_link_makes_judging_fail(raw: str, url: str, shown: str) -> None:
    for address in (url, "https://" + url, "https://xn--" + url, f"http://a.com/{url}"):
        assert judge_link(Link(raw, address, text=shown)).verdict is not Verdict.MALICIOUS


@pytest.mark.parametrize(
    "unit", ["a", "-", "a.", "1a", "%41", "@", "/js/", "paypal", "xn--", "=", "#", "aHR0cHM6Ly9", "\\", "b."]
)
def test_the_cost_of_a_long_link_stays_small(unit: str) -> None:
    text = "https://" + unit * (8_000 // len(unit))
    other = "https://a.com/" + unit * (8_000 // len(unit))
    for url in (text, other, f"https://a.com/?{unit * (8_000 // len(unit))}"):
        for _ in range(20):
            assert len(judge_link(Link(url, url, text=url)).findings) < 20
