"""Addresses as mail gateways rewrite them. Every pair comes from a public place, named beside it; hosts of private
people and tokens were shortened.
"""

from __future__ import annotations

import pytest

from app.engine.links.canonical import canonical
from app.engine.links.unwrap import unwrap

MICROSOFT = [
    # learn.microsoft.com, "Safe Links in Microsoft Defender for Office 365"; github.com/macieklamberski/urlpurify
    (
        "https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.com%2Fstory&data=foo&sdata=bar&reserved=0",
        "https://example.com/story",
    ),
    (
        "https://eur01.safelinks.protection.outlook.com/ap/t-59584e83/?url=https%3A%2F%2Fexample.com%2Fmeet%2F33196825028634%3Fp%3DzPtq&data=05",
        "https://example.com/meet/33196825028634?p=zPtq",
    ),
    (
        "https://gcc02.safelinks.protection.outlook.com/GetUrlReputation?Url=https%3A%2F%2Fexample.com%2Fa",
        "https://example.com/a",
    ),
    (
        "https://safelinks.protection.office365.us/?url=http%3A%2F%2Fexample.com%2F&data=05",
        "http://example.com/",
    ),
    (
        "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html?url=https%3A%2F%2Fexample.com%2Fx%3Fy%3D1&locale=en-us&dest=https%3A%2F%2Fteams.microsoft.com%2Fapi",
        "https://example.com/x?y=1",
    ),
    # github.com/tsibley/unsafelinks
    (
        "https://outlook.office.com/mail/safelink.html?corid=abc&url=https%3A%2F%2Fexample.com%2Fq%3Fa%3D1%26b%3D2",
        "https://example.com/q?a=1&b=2",
    ),
    (
        "https://mcas-proxyweb.mcas.ms/certificate-checker?login=false&originalUrl=https%3A%2F%2Fwww.example.com.mcas.ms%2Fro%2F%3FMcasTsid%3D20893&McasCSRF=7b36",
        "https://www.example.com/ro/?McasTsid=20893",
    ),
]
PROOFPOINT = [
    # github.com/cardi/proofpoint-url-decoder, its tests (CC0)
    ("https://urldefense.com/v2/url?u=https-3A__www.example.com&d=&c=&r=&m=&s=&e=", "https://www.example.com/"),
    (
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__www.example.com_-40-40-21-40foobar&d=&c=&r=&m=&s=&e=",
        "https://www.example.com/@@!@foobar",
    ),
    ("https://urldefense.com/v3/__http://www.example.com__;!!foo!bar$", "http://www.example.com/"),
    ("https://urldefense.com/v3/__https://example.com/*newsletter__;Iw!!foo!bar$", "https://example.com/"),
    (
        "https://urldefense.com/v3/__http://example.com/?=*7B*7D**Aa1!b2@c3**D__;JSVbXSMjIyMj!!foo!bar$",
        "http://example.com/?={}[]a1!b2@c3",
    ),
    (
        "https://urldefense.com/v3/__http://example.com/?=a1!b2@c3*d4$5e*6*5E7&8*9(10*7C*5C**B7D*7B__;IyUlKiUlW10lJQ!!foo!bar$",
        "http://example.com/?=a1!b2@c3",
    ),
    ("https://urldefense.com/v3/__https://www.example.com/a__", "https://www.example.com/a"),
    # lore.kernel.org/linux-scsi, "Re: [PATCH] scsi: libsas", 2022
    (
        "https://urldefense.com/v3/__https://lore.kernel.org/linux-scsi/Ykqg0kr0F*2Fyzk2XW@infradead.org/__;JQ!!ACWV5N9M2RV99hQ!MwAZ$",
        "https://lore.kernel.org/linux-scsi/Ykqg0kr0F/yzk2XW@infradead.org/",
    ),
    # Proofpoint, "URL Defense decoder" (help.proofpoint.com), version 1
    (
        "https://urldefense.proofpoint.com/v1/url?u=http://www.bouncycastle.org/&k=oIvRg1%2BdGAgOoM1BIlLLqw%3D%3D%0A&r=IKM5&m=Ff&s=01",
        "http://www.bouncycastle.org/",
    ),
    (
        "https://urlisolation.com/browser?clickId=8D1C2AD6&traceToken=17&url=https%3A%2F%2Fwww.example.com%2Flifestyle%2F",
        "https://www.example.com/lifestyle/",
    ),
]
OTHERS = [
    # Barracuda: github.com/sjn/perlweeklychallenge-club and mail archives
    (
        "https://linkprotect.cudasvc.com/url?a=https%3A%2F%2Fwww.lakeviewresort.com%2Freservations%3Fpromo_code%3DGEO52125&c=E,1,gq-fB3OvXlnAOrkL&typo=1",
        "https://www.lakeviewresort.com/reservations?promo_code=GEO52125",
    ),
    # Cisco: github.com/macieklamberski/urlpurify, from published pages
    (
        "https://secure-web.cisco.com/1m2i0zyfcw/https%3a%2f%2fwww.example.com%2freports%2f6431%2ffile.html%3fidu%3d1",
        "https://www.example.com/reports/6431/file.html?idu=1",
    ),
    ("https://secure-web.cisco.com/1/abc?url=https%3A%2F%2Fexample.com%2Fdoc%2F7", "https://example.com/doc/7"),
    # Trend Micro: lore.kernel.org, virtio patches of 2023
    (
        "https://ddec1-0-en-ctp.trendmicro.com:443/wis/clicktime/v1/query?url=https%3a%2f%2fdocs.oasis%2dopen.org%2fvirtio%2fvirtio%2fv1.2%2f&umid=31e1&auth=53c7",
        "https://docs.oasis-open.org/virtio/virtio/v1.2/",
    ),
    (
        "https://imsva91-ctp.trendmicro.com/wis/clicktime/v1/query?url=http%3a%2f%2fexample.com%2fapi%3fpage%3d1&umid=8&auth=c",
        "http://example.com/api?page=1",
    ),
    # Sophos: github.com/langchain-ai/langgraph discussion 894
    (
        "https://eu-central-1.protection.sophos.com/?d=langchain-ai.github.io&u=aHR0cHM6Ly9sYW5nY2hhaW4tYWkuZ2l0aHViLmlvL2xhbmdncmFwaC9ob3ctdG9zL2h1bWFuX2luX3RoZV9sb29wL2VkaXQtZ3JhcGgtc3RhdGUv&i=NWY1NzY4&t=QkNX&h=afb3",
        "https://langchain-ai.github.io/langgraph/how-tos/human_in_the_loop/edit-graph-state/",
    ),
    # Symantec: github.com/intel FPGA samples; the newer form from GitHub documentation
    (
        "https://clicktime.symantec.com/38YrYPLxxSqYhBQLb1eruhW7Vc?u=http%3A%2F%2Fregistrationcenter-download.intel.com%2Fakdlm%2Ffpga_support_files.tgz",
        "http://registrationcenter-download.intel.com/akdlm/fpga_support_files.tgz",
    ),
    (
        "https://clicktime.symantec.com/15sLvRD3oLYf8RJd12KM3?h=PvINXCX_VUn2=&u=https://community.example.com/t5/ideas/m-p/1215361",
        "https://community.example.com/t5/ideas/m-p/1215361",
    ),
    # FireEye: lore.kernel.org, ksmbd patches of 2021
    (
        "https://protect2.fireeye.com/v1/url?k=65ecaaf0-3a779239&q=1&e=e44c9f9f-d7ae&u=https%3A%2F%2Flkml.org%2Flkml%2F2021%2F8%2F5%2F54",
        "https://lkml.org/lkml/2021/8/5/54",
    ),
    # Fortinet FortiMail runs on the customer's own host: github.com/linux-rdma discussions
    (
        "https://ofcsg2dvf1.dwd.de/fmlurlsvc/?fewReq=:B:JVE3PDk0Nyt7MD8jPStk&url=https%3a%2f%2fgithub.com%2flinux-rdma%2frdma-core%2fpull%2f1",
        "https://github.com/linux-rdma/rdma-core/pull/1",
    ),
    # Hornetsecurity, Zix, EdgePilot, Vade, Libraesva, TitanHQ, Trustwave, Check Point, Mailinblack: urlpurify's tests
    (
        "https://atpscan.global.hornetsecurity.com/?d=HzV-JpXnCxhoHNXVsqolz4M0beD&f=rhmY&i=&k=Eb5a&u=https%3A%2F%2Fwww.example.com%2Fnews%2F",
        "https://www.example.com/news/",
    ),
    (
        "https://link.zixcentral.com/u/08573078/uLbJvu8j6RG0fTcth3soMg?u=https%3A%2F%2Fwww.example.com%2F279937978",
        "https://www.example.com/279937978",
    ),
    (
        "https://link.edgepilot.com/s/e2b6ca7e/M2-CUdbmsU6-CdFBM7HzkQ?u=https://app.marriott.com/reslink?id=1765910571938%26key=GRP%26app=resvlink",
        "https://app.marriott.com/reslink?id=1765910571938&key=GRP&app=resvlink",
    ),
    (
        "https://m365.eu.vadesecure.com/safeproxy/v4?f=ExORTRxU&i=aQvUE&k=7dUc&r=YLk6&s=c982&u=https%3A%2F%2Fwww.example.com%2Fphoto%2F",
        "https://www.example.com/photo/",
    ),
    (
        "https://urlsand.esvalabs.com/?u=https%3A%2F%2Fexample.com%2Fsearch%3Fq%3Dfeeds%26page%3D2&e=4935d002&h=2f2f90a5&f=n&p=y",
        "https://example.com/search?q=feeds&page=2",
    ),
    (
        "https://linklock.titanhq.com/analyse?url=http%253A%252F%252Fexample.com%252Fracing&data=eJw8yUFrgzAUwPFPEw8Dh02eJsIy5g",
        "http://example.com/racing",
    ),
    (
        "https://scanmail.trustwave.com/?c=12359&d=r4Hr3QKImk33_n4k&u=https%3a%2f%2fwww%2eexample%2ecom%2f",
        "https://www.example.com/",
    ),
    (
        "https://protect.checkpoint.com/v2/r02/___https://www.qrcode-monkey.com/___.YzJlOmNwYWxsOmM6bzpmNmMzYzQ3M2UxYWQwN2Iw",
        "https://www.qrcode-monkey.com/",
    ),
    (
        "https://checkpoint.url-protection.com/v1/url?o=https%3A//example.org/page%3Fq%3Da%26id%3D7&g=NWQ3N2JlOTQw",
        "https://example.org/page?q=a&id=7",
    ),
    (
        "https://mibc-fr-03.mailinblack.com/securelink/?url=https://example.com&key=eyJsYW5nIjoiRlIiLCJ1cmwiOiJodHRwczovL2V4YW1wbGUuY29tL3NlYXJjaD9xPWZlZWRzJnBhZ2U9MiIsInRva2VuIjoiZ0FBQUFBQm5VMkhhUEVsIn0",
        "https://example.com/search?q=feeds&page=2",
    ),
    (
        "https://deref-web.de/mail/client/BnWC_HUE7ow/dereferrer/?redirectUrl=https%3A%2F%2Fexample.com%2Fkontakt",
        "https://example.com/kontakt",
    ),
    (
        "https://webmail.example.org/owa/redir.aspx?C=KwklBeQqIEGufaohydg70&URL=https%3a%2f%2fwww.example.com%2fevent%2f970904%2f",
        "https://www.example.com/event/970904/",
    ),
    ("https://slack-redir.net/link?url=https%3A%2F%2Fexample.com%2Farticle", "https://example.com/article"),
]


@pytest.mark.parametrize(("written", "target"), MICROSOFT + PROOFPOINT + OTHERS)
def test_what_a_mail_gateway_rewrote_is_the_target_again(written: str, target: str) -> None:
    assert unwrap(written).url == target


@pytest.mark.parametrize(("written", "target"), MICROSOFT + PROOFPOINT + OTHERS)
def test_the_canonical_form_of_a_rewritten_address_leads_to_the_same_target(written: str, target: str) -> None:
    assert unwrap(canonical(written)).url == target


def test_the_names_of_the_gateways_are_told_outermost_first() -> None:
    inner = "https://urldefense.com/v3/__https://example.com/a__;!!x!y$"
    outer = "https://nam02.safelinks.protection.outlook.com/?url=" + inner.replace(":", "%3A").replace("/", "%2F")
    assert unwrap(outer + "&data=05").url == "https://example.com/a"
    assert unwrap(outer + "&data=05").via == ("Microsoft Safe Links", "Proofpoint URL Defense")


@pytest.mark.parametrize(
    "written",
    [
        "https://examplesafelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.com%2Fpost",
        "https://safelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fexample.com%2Fpost",
        "https://nam02.safelinks.protection.outlook.com/?url=javascript%3Aalert(1)",
        "https://nam02.safelinks.protection.outlook.com/?data=05",
        "https://urldefense.com/v3/____;Iw!!foo!bar$",
        "https://secure-web.cisco.com/1FUSlj3K3QVkKY875RHGJXaTEmxvyRjzy",
        "https://us-east-2.protection.sophos.com/?d=rb.gy&b=990260467867425f8d991057d4ea7a24&i=NjE2",
        "https://protect-us.mimecast.com/s/abc123?domain=example.com",
        "https://url.emailprotection.link/?b6t_II7rHqeURY3L4E7-KcEv",
    ],
)
def test_what_only_looks_wrapped_or_tells_no_target_stays(written: str) -> None:
    assert unwrap(written).url == canonical(written)
    assert unwrap(written).via == ()


def test_wrappers_are_opened_to_a_bounded_depth() -> None:
    url = "https://example.com/"
    for _ in range(9):
        url = "https://slack-redir.net/link?url=" + url.replace("%", "%25").replace(":", "%3A").replace("/", "%2F")
        url = "https://l.facebook.com/l.php?u=" + url.replace("%", "%25").replace(":", "%3A").replace("/", "%2F")
    assert len(unwrap(url).via) <= 8
