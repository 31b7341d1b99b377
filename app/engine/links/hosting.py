"""Where anybody can put a page or a file under a name that is not his: facts about hosts, as of November 2026.

From the public suffix list's private part, the providers' pages, and the lists of abused free hosting that Netcraft,
Interisle ("Phishing Landscape") and the Anti-Phishing Working Group publish every year. A host matches when it ends in
an entry.
"""

from __future__ import annotations

#: Free pages that phishing lives on and that companies seldom send each other.
_PAGES = """
000webhostapp.com 16mb.com 22web.org 4everland.app 8b.io a2hosted.com adalo.com altervista.org appspot.com azurefd.net
azurestaticapps.net azurewebsites.net on-fleek.net ubpages.com dothome.co.kr bravesites.com
site.pro ct.ws b4a.run biz.nf bitbucket.io bookmark.com boxmode.io brizy.site bubbleapps.io builderall.net
byethost.com carrd.co clickfunnels.com codeanyapp.com codesandbox.io creatorlink.net crazydomains.site csb.app
cyclic.app deno.dev dorik.io duda.co durable.co edgeone.app edgeone.dev epizy.com eu.org evennode.com fastcomet.host
firebaseapp.com fleek.co fleek.cool fly.dev framer.ai framer.app framer.media framer.website free.nf freehosting.com
freewebhostmost.com fwh.is getresponsesite.com gitbook.io glitch.me godaddysites.com google-sites.com great-site.net
gridhosted.co.uk grapedrop.com herokuapp.com hostingerapp.com hostingersite.com hstn.me icp0.io ic0.app
infinityfreeapp.com iceiy.com instapage.com jimdofree.com jimdosite.com kesug.com kinsta.app kinsta.page koyeb.app
landen.co lovable.app lovestoblog.com lpages.co maxapex.net mobirisesite.com my-board.org my.canva.site
myfreesites.net mypixieset.com mystrikingly.com myshopify.site mywebsite-editor.com mybluehost.me netlify.app
nicepage.io nimbleserver.site now.sh odoo.page on.drv.tw onrender.com page.link pages.dev pagekite.me pantheonsite.io
plesk.page portfoliobox.net powerappsportals.com preview-domain.com r2.dev railway.app replit.app replit.dev repl.co
rf.gd ru.com run.app s3-website.amazonaws.com sa.com shopify.site sites.google.com sitebeat.site softr.app square.site
stackblitz.io start.page static.app storage.googleapis.com storage.cloud.google.com strikingly.com surge.sh systeme.io
teleporthq.app tempurl.host temporary.site tiiny.site tilda.ws typedream.app typedream.com umso.co unaux.com
up.railway.app vercel.app w3spaces.com wapka.website wcomhost.com web.app web.core.windows.net webador.com
webcindario.com webflow.io webhostapp.com webnode.page webwave.dev weebly.com weeblysite.com wesites.cc wixsite.com
wixstudio.com wixstudio.io workers.dev wuaze.com ws.gy xsph.ru yolasite.com za.com zeabur.app ukit.me umbler.net
ucoz.net ucoz.org ucraft.net ucraft.site usluga.me zyrosite.com zapier.app zohosites.com zoholandingpage.com
z13.web.core.windows.net pagedemo.co
"""
#: Free pages and sites that ordinary mails name every day: a sign only together with others.
_COMMON_PAGES = """
blogspot.com github.io gitlab.io wordpress.com notion.site
sharepoint.com livejournal.com tumblr.com medium.com substack.com typepad.com squarespace.com myshopify.com canva.site
canva.com hubspotpagebuilder.com sway.office.com forms.office.com docs.google.com drive.google.com
"""
#: Of those, the ones that are hosts themselves.
_WHOLE = """
sites.google.com storage.googleapis.com storage.cloud.google.com ipfs.io gateway.pinata.cloud cloudflare-ipfs.com
forms.gle
"""
#: Stores for files of programs: ordinary for pictures, not for pages that people are to open.
_STORES = """
amazonaws.com cloudfront.net digitaloceanspaces.com linodeobjects.com wasabisys.com backblazeb2.com
r2.cloudflarestorage.com firebasestorage.googleapis.com aliyuncs.com myqcloud.com oraclecloud.com scw.cloud
vultrobjects.com ovh.net cloud-object-storage.appdomain.cloud contabostorage.com googleusercontent.com
docs.google.com/drawings blob.core.windows.net
"""
#: Gateways that show whatever somebody stored in IPFS.
_IPFS = """
ipfs.io cloudflare-ipfs.com dweb.link w3s.link nftstorage.link cf-ipfs.com ipfs.fleek.co gateway.pinata.cloud
mypinata.cloud gateway.ipfs.io ipfs.infura.io infura-ipfs.io 4everland.io ipfs.4everland.io hardbin.com
gateway.lighthouse.storage crustwebsites.net thirdwebstorage.com ipfs.thirdwebcdn.com crustipfs.xyz
"""
#: Programs that put a machine at home on the internet for an hour.
_TUNNELS = """
trycloudflare.com ngrok.io ngrok-free.app ngrok-free.dev ngrok.app ngrok.dev loca.lt localtunnel.me serveo.net
serveousercontent.com lhr.life lhr.rocks localhost.run portmap.io portmap.host playit.gg ply.gg devtunnels.ms
pinggy.link pinggy.io pinggy.online localto.net loclx.io telebit.io loophole.site tunnelmole.net zrok.io bore.pub
pagekite.me packetriot.net expose.dev sharedwithexpose.com tunnelto.dev cpolar.cn cpolar.top vicp.fun
"""
#: Names for machines whose address changes: ordinary at home, and what malware calls.
_DYNAMIC = """
duckdns.org ddns.net ddns.me no-ip.org no-ip.biz no-ip.info noip.me hopto.org hopto.me zapto.org sytes.net myftp.org
myftp.biz myvnc.com redirectme.net servebeer.com serveblog.net servecounterstrike.com serveexchange.com serveftp.com
servegame.com servehalflife.com servehttp.com serveirc.com serveminecraft.net servemp3.com servepics.com
servequake.com 3utilities.com bounceme.net freedynamicdns.net freedynamicdns.org gotdns.ch onthewifi.com viewdns.net
webhop.me dyndns.org dyndns.info dyndns.biz dynalias.com homeip.net homelinux.org dynu.net ddnsfree.com ddnsgeek.com
freeddns.org mywire.org giize.com gleeze.com kozow.com loseyourip.com ooguy.com theworkpc.com casacam.net
accesscam.org camdvr.org webredirect.org 1cooldns.com bumbleshrimp.com mooo.com chickenkiller.com ignorelist.com
jumpingcrab.com strangled.net twilightparadox.com us.to crabdance.com changeip.net dns-dynamic.net dynv6.net
nsupdate.info system-ns.net linkpc.net publicvm.com duia.ro myddns.me selfip.com dnsalias.com gicp.net 3322.org
"""
#: Forms that anybody can make: the host is known, who asks is not.
_FORMS = """
forms.gle docs.google.com/forms forms.office.com forms.cloud.microsoft jotform.com form.jotform.com typeform.com
formstack.com wufoo.com cognitoforms.com 123formbuilder.com formsite.com zfrmz.com forms.zohopublic.com
surveyheart.com tally.so fillout.com formbold.com formspree.io airtable.com/shr smartsheet.com/b/form
surveymonkey.com/r paperform.co forms.app feathery.io formaloo.com opnform.com app.pandadoc.com/p
"""
#: Files that anybody can put there, for a link.
_FILES = """
anonfiles.com bashupload.com bayfiles.com cdn.discordapp.com media.discordapp.net catbox.moe files.catbox.moe
dropmefiles.com easyupload.io file.io filebin.net filemail.com filetransfer.io gofile.io krakenfiles.com limewire.com
litter.catbox.moe mediafire.com mega.nz mega.co.nz oshi.at pastebin.com paste.ee pixeldrain.com qu.ax rentry.co
send.cm sendspace.com smash.com swisstransfer.com temp.sh tempfile.org tmpfiles.org transfer.sh ufile.io uguu.se
uploadfiles.io wetransfer.com we.tl workupload.com zippyshare.com raw.githubusercontent.com bitbucket.org/downloads
dl.dropboxusercontent.com 4sync.com 4shared.com hastebin.com controlc.com ghostbin.com
"""
#: Endings under which most of what is registered is thrown away within weeks (Spamhaus, Interisle, 2023 to 2026).
_ENDINGS = """
top icu cfd sbs cyou buzz rest quest bond lol tk ml ga cf gq click cam mom hair skin makeup beauty autos boats homes
motorcycles yachts monster fit loan men win bid date racing accountant download faith cricket party science review xyz
shop online site store website space live link vip cc pw support stream trade gdn wang kim surf rip country zip mov
uno pics christmas forum ryukyu okinawa tattoo best vodka
"""


def _table(**lists: str) -> dict[str, frozenset[str]]:
    return {kind: frozenset(entries.split()) for kind, entries in lists.items()}


_KINDS = _table(
    tunnel=_TUNNELS,
    dynamic=_DYNAMIC,
    ipfs=_IPFS,
    form=_FORMS,
    files=_FILES,
    pages=_PAGES,
    common=_COMMON_PAGES,
    store=_STORES,
)
#: Entry -> kind; the first list that has it counts.
_KIND: dict[str, str] = {}
for _kind, _entries in _KINDS.items():
    for _entry in _entries:
        _KIND.setdefault(_entry, _kind)
#: Hosts of their own under which the path tells whose page it is.
_WHOLE_HOSTS = frozenset(_WHOLE.split())
#: Kinds whose own front page is the provider's.
_BELOW = frozenset(("pages", "common", "tunnel", "dynamic", "ipfs"))
_WITH_PATH = {entry.partition("/")[0] for entry in _KIND if "/" in entry}
ABUSED_ENDINGS = frozenset(_ENDINGS.split())
#: Well-known names under these endings: links of applications, and companies that ordinary mails come from.
ORDINARY_NAMES = frozenset(
    "app.link test-app.link page.link spotify.link emailprotection.link arduino.cc abc.xyz block.xyz wg21.link".split(
        " "
    )
)
#: Second-level endings that are given away or sold for cents.
ABUSED_SUFFIXES = frozenset(
    "my.id biz.id web.id sa.com za.com ru.com br.com us.com com.im eu.org nom.za co.com".split(" ")
)


def hosting_of(host: str, path: str = "/") -> tuple[str, str]:
    """Return what kind of hosting a host is, and the entry it ends in; two empty texts when it is none.

    The kinds: ``tunnel``, ``dynamic``, ``ipfs``, ``form``, ``files``, ``pages``, ``store``, and ``common`` for what
    ordinary mails name every day.
    """
    if host in _WITH_PATH:
        first = f"{host}/{path[1:].partition('/')[0]}"
        if kind := _KIND.get(first):
            return kind, first
    if "blogspot." in host:
        return "common", host[host.index("blogspot.") :]
    if path[:6] in ("/ipfs/", "/ipns/"):
        return "ipfs", host
    name = host
    while name:
        if kind := _KIND.get(name):
            own = kind in _BELOW and name not in _WHOLE_HOSTS and host.removeprefix("www.") == name
            return ("", "") if own else (kind, name)
        name = name.partition(".")[2]
    return "", ""
