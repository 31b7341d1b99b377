"""Who rewrites addresses, and where the target stands in them. Data; ``unwrap`` reads it.

Gathered in November 2026 from the makers' documentation and from rewritten addresses in public mail archives and
repositories; the pairs in the tests name theirs. Services that keep the target to themselves are not listed: nothing
can be known of it from the address.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial


class Kind(StrEnum):
    """Why an address was rewritten."""

    #: By the reader's mail gateway: says nothing about the sender.
    GATEWAY = "gateway"
    #: By a site that leads on to whatever its address names.
    REDIRECT = "redirect"
    #: By the sender's mailing service, to count clicks.
    TRACKER = "tracker"


@dataclass(frozen=True, slots=True)
class Wrapper:
    """One way of rewriting addresses.

    name   shown to people: ``Microsoft Safe Links``
    kind   who rewrites, and why
    hosts  hosts that do it; subdomains count
    form   how the target is written, a key of ``FORMS`` in ``wrapper_forms``; ``value``: as a value of the query
    names  for ``value`` and some others: names of the query's values that may hold it, in lower case
    paths  beginnings of the path that do it; none: all of them
    own    other values of the query that are the wrapper's: where an unescaped target in front of them ends
    """

    name: str
    kind: Kind
    hosts: tuple[str, ...]
    form: str = "value"
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    own: frozenset[str] = frozenset()


def _wrapper(
    kind: Kind, name: str, hosts: str, names: str = "", own: str = "", *, form: str = "value", paths: str = ""
) -> Wrapper:
    """Return a row of the table; lists are written with blanks between."""
    return Wrapper(
        name,
        kind,
        tuple(hosts.split()),
        form,
        tuple(names.split()),
        tuple(paths.split()),
        frozenset(own.split()),
    )


_gateway = partial(_wrapper, Kind.GATEWAY)
_redirect = partial(_wrapper, Kind.REDIRECT)
_tracker = partial(_wrapper, Kind.TRACKER)

_MICROSOFT = (
    "safelinks.protection.outlook.com safelinks.protection.office365.us safelinks.protection.partner.outlook.cn"
)
_PROOFPOINT = "urldefense.com urldefense.proofpoint.com urldefense.us urldefense.eu"
_DEREF = (
    "deref-gmx.net deref-gmx.com deref-gmx.fr deref-gmx.co.uk deref-web.de deref-web-02.de deref-mail.com "
    "deref-mail-02.com deref-1und1.de deref-1und1-02.de"
)

WRAPPERS: tuple[Wrapper, ...] = (
    # Mail gateways.
    _gateway("Microsoft Safe Links", _MICROSOFT, "url", "data sdata reserved"),
    _gateway(
        "Microsoft Safe Links",
        "statics.teams.cdn.office.net teams.cdn.office.net",
        "url",
        "locale dest pc lang",
        paths="/evergreen-assets/safelinks/",
    ),
    _gateway(
        "Microsoft Safe Links",
        "outlook.office.com outlook.office365.com outlook.live.com outlook.cloud.microsoft",
        "url",
        "corid data sdata",
        paths="/mail/safelink",
    ),
    _gateway("Microsoft Safe Links", "safelink.emails.azure.net", "destination", "p", paths="/redirect"),
    _gateway("Microsoft Defender for Cloud Apps", "mcas-proxyweb.mcas.ms", "originalurl", "mcascsrf", form="mcas"),
    _gateway("Microsoft Defender for Cloud Apps", "mcas.ms access.mcas.ms", form="mcas_host"),
    _gateway("Proofpoint URL Defense", _PROOFPOINT, "u", "k r m s e", paths="/v1/url"),
    _gateway("Proofpoint URL Defense", _PROOFPOINT, "u", "d c r m s e", form="proofpoint_2", paths="/v2/url"),
    _gateway("Proofpoint URL Defense", _PROOFPOINT, form="proofpoint_3", paths="/v3/"),
    _gateway("Proofpoint Isolation", "urlisolation.com", "url", "clickid tracetoken", paths="/browser"),
    _gateway("Mimecast", "mimecast.com mimecastprotect.com", "url", "token", paths="/s/ /r/"),
    _gateway("Barracuda", "linkprotect.cudasvc.com", "a", "c typo ancr_add", paths="/url"),
    _gateway("Cisco Secure Email", "secure-web.cisco.com", "url", form="path_or_value"),
    _gateway("Trend Micro", "trendmicro.com", "url", "umid auth", paths="/wis/clicktime/"),
    _gateway("Trend Micro", "check.trendmicro.com urlprotect.trendmicro.com", "url", "umid auth"),
    _gateway("Sophos", "protection.sophos.com", "u", "d i t h s p r e", form="base64_value"),
    _gateway("Symantec", "clicktime.symantec.com clicktime.cloud.postoffice.net", "u url", "h d c s"),
    _gateway("FireEye", "fireeye.com trellix.com", "u", "k q e", paths="/v1/url /url"),
    _gateway("Hornetsecurity", "hornetsecurity.com cloud-security.net", "u url", "d f i k m n r s"),
    _gateway("Fortinet", "*", "url", "fewreq", form="fortimail"),
    _gateway("Zix", "link.zixcentral.com link.edgepilot.com", "u"),
    _gateway("Check Point", "protect.checkpoint.com url.avanan.click", form="check_point", paths="/v2/"),
    _gateway("Check Point", "url-protection.com", "o", "g h p", paths="/v1/"),
    _gateway("Vade", "vadesecure.com", "u", "f i k r s"),
    _gateway("Libraesva", "urlsand.esvalabs.com urlsand.com", "u", "e h f p m l"),
    _gateway("TitanHQ", "linklock.titanhq.com", "url", "data"),
    _gateway("Trustwave", "scanmail.trustwave.com", "u", "c d s"),
    _gateway("Topsec", "scanner.topsec.com", "u", "d r t"),
    _gateway("Mailinblack", "mailinblack.com mib.numerian.fr", "key", form="json_value", paths="/securelink"),
    _gateway("Zscaler Isolation", "isolation.zscaler.com", "url", "tenant user"),
    _gateway("GMX and Web.de", _DEREF, "redirecturl", "lm", paths="/mail/client/"),
    _gateway("Gmail", "mail.google.com", "data-saferedirecturl"),
    _gateway("Slack", "slack-redir.net", "url", paths="/link"),
    _gateway("Yahoo Mail", "ecp.yusercontent.com", "url", "t ymreqid sig"),
    _gateway("Mail.ru", "checklink.mail.ru proxy.mail.ru", "url u", "es egid hash"),
    _gateway("Mail.ru", "click.mail.ru", "u", "c r o v s"),
    # Sites that lead on.
    _redirect(
        "Google",
        "google.*",
        "q url adurl pcurl imgrefurl",
        paths="/url /travel/clk /imgres /aclk /pagead/aclk",
        own="sa ved usg ust source sntz opi ei cd cad rct ref_src esrc uact bvm psig event ct client hl",
    ),
    _redirect("Google", "plus.url.google.com notifications.google.com", "q url continue", "sa usg ust"),
    _redirect(
        "Google advertising",
        "googleadservices.com doubleclick.net googlesyndication.com",
        "adurl url ds_dest_url",
        "label nx ny nb nm",
    ),
    _redirect("Google AMP", "google.*", form="amp", paths="/amp/"),
    _redirect("Google AMP", "cdn.ampproject.org", form="amp_cache"),
    _redirect("Google Translate", "translate.goog", form="translated_host"),
    _redirect("Google Translate", "translate.google.*", "u url", "hl sl tl ie", paths="/translate /website"),
    _redirect(
        "Facebook",
        "facebook.com messenger.com workplace.com",
        "u",
        "h s fbclid __tn__ c",
        paths="/l.php /flx/warn /si/ajax/l/render",
    ),
    _redirect("WhatsApp", "l.wl.co", "u", "e s"),
    _redirect("Instagram", "l.instagram.com instagram.com", "u", "e s", paths="/ /linkshim"),
    _redirect("Threads", "l.threads.net l.threads.com", "u", "e s"),
    _redirect(
        "LinkedIn",
        "linkedin.com",
        "url u",
        "urlhash trk mt issdui lipi",
        paths="/redir/ /safety/go /authwall/redirect /redirect",
    ),
    _redirect("YouTube", "youtube.com", "q", "event redir_token v html_redirect", paths="/redirect /attribution_link"),
    _redirect("Bing", "bing.com", "u", form="bing", paths="/ck/a"),
    _redirect("Bing", "bing.com", "url u", "c mkt form", paths="/news/apiclick /aclick /aclk"),
    _redirect("Yahoo", "search.yahoo.com", form="yahoo"),
    _redirect("DuckDuckGo", "duckduckgo.com", "uddg u", "rut ia", paths="/l/ /iu/"),
    _redirect("Steam", "steamcommunity.com steampowered.com", "url u", paths="/linkfilter"),
    _redirect("Reddit", "out.reddit.com", "url", "token app_name user_id"),
    _redirect("VK", "vk.com vk.ru m.vk.com", "to", "post cc_key el utf", paths="/away"),
    _redirect("OK.ru", "ok.ru", "st.link", "st.name st.sig", paths="/dk"),
    _redirect("X", "twitter.com x.com", "url", "t cn sig iid uid nid", paths="/i/redirect"),
    _redirect("Tumblr", "t.umblr.com", "z", "t b p m", paths="/redirect"),
    _redirect("Medium", "medium.com", "url", paths="/r/"),
    _redirect("Pinterest", "pinterest.com", "url", "rs", paths="/offsite"),
    _redirect("SoundCloud", "exit.sc gate.sc", "url"),
    _redirect("Disqus", "disq.us", "url", "cuid", paths="/url"),
    _redirect("TikTok", "tiktok.com", "target", "lang scene aid", paths="/link/v2"),
    _redirect("Zhihu", "link.zhihu.com", "target"),
    _redirect("CSDN", "link.csdn.net", "target"),
    _redirect("QQ", "c.pc.qq.com mail.qq.com", "pfurl url gourl", "pfuin pfto type gjsite gjurl"),
    _redirect("Yandex", "yandex.ru yandex.com ya.ru", "url", "hash sign", paths="/clck /redir /turbo"),
    _redirect("Skimlinks", "go.skimresources.com go.redirectingat.com", "url", "id xs sref xcust"),
    _redirect("VigLink", "redirect.viglink.com", "u", "key"),
    _redirect("Rakuten", "click.linksynergy.com", "murl", "id mid u1"),
    _redirect("Awin", "awin1.com zenaps.com", "ued p", "awinmid awinaffid clickref"),
    _redirect("Mozilla", "outgoing.prod.mozaws.net prod.outgoing.prod.webservices.mozgcp.net", form="path"),
    _redirect("href.li", "href.li anonym.to anonym.es nullrefer.com dereferer.me hidereferrer.com", form="query"),
    _redirect("DeviantArt", "deviantart.com", form="query", paths="/users/outgoing"),
    _redirect("Outlook on the web", "*", "url", "c surl", form="outlook_web"),
    # Mailing services that leave the target in sight.
    _tracker("Amazon SES", "awstrack.me", form="click_path", paths="/L0/ /CL0/"),
    _tracker("Reddit", "click.redditmail.com", form="click_path", paths="/CL0/ /L0/"),
    _tracker("Postmark", "pstmrk.it", form="postmark"),
    _tracker("Mandrill", "mandrillapp.com", "p url", "u id url_id", form="mandrill", paths="/track/click"),
    _tracker("Mailtrack", "mailtrack.io", "url", "w userid signature"),
    _tracker(
        "HubSpot",
        "sidekickopen.com sidekickopen01.com sidekickopen06.com sidekickopen10.com signauxtrois.com signauxdeux.com",
        "t",
        "si pi",
    ),
    _tracker("Constant Contact", "r20.rs6.net", "p", "t id"),
    _tracker("Customer.io", "customeriomail.com customer.io", form="json_path", paths="/e/c/"),
)
