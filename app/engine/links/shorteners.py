"""Public services that shorten addresses: where a short address leads cannot be seen without asking the service.

As of November 2026; hosts that block lists for mail and the open lists of URL shorteners have in common
(PeterDaveHello/url-shorteners, MISP warning list ``url-shortener``), those that no longer work left in: old mails are
scanned too.
"""

from __future__ import annotations

_HOSTS = """
1url.com 2.gp 2no.co 2u.pw 4sq.com 7.ly acortar.link adf.ly adfoc.us adyou.me amzn.to b2l.me bc.vc
a.to bit.do bit.ly bitly.com bitly.lc bitly.ws bl.ink buff.ly c-o.in chilp.it clck.ru cli.re cli.gs clicky.me cort.as
crks.me ctvr.us cur.lv cutt.ly cutt.us cuturl.in da.gd dai.ly dlvr.it dub.sh dub.co encurtador.com.br erq.io
esyurl.com fur.ly geni.us gestyy.com gg.gg git.io go2l.ink goo.gl goo.su gplinks.co gplinks.in
grabify.link hubs.la hubs.ly hubs.li hyperurl.co i-z.io ibit.ly ift.tt inx.lv iplogger.com iplogger.org is.gd ito.mx
j.mp kisa.link kutt.it l1nk.dev link.tl linkto.im linkzip.net lmy.de lnkd.in lnkiy.in
me2.do mcaf.ee mrk.to mz.cm n9.cl o-x.fr oke.io onelink.to ouo.io ow.ly owl.li past.is ph.ly plu.sh po.st
pse.is q.gs qr.ae qr.ly qr.net qrco.de qrcodes.pro qps.ru rb.gy rebrand.ly reurl.cc rotf.lol s.id s.yam.com scnv.io
sh.st shorl.com short.cm short.gy short.io shorte.st shorten.as shorten.ee shorten.is shorter.me shorturl.ac
shorturl.asia shorturl.at shorturl.gg shrtco.de shortlink.uk smarturl.it snip.ly snip.ink snipr.com snurl.com soo.gd
spoo.me su.pr surl.li t.co t.cn t.ly t2m.io tcrn.ch tiny.cc tiny.ie tiny.one tiny.pl tinyl.io tinylink.net
tinyurl.com tny.im to.ly trib.al tr.im trim.li u.nu u.to uoo.im upto.site urlday.cc urlr.me urlz.fr urlzs.com
url.ie url4.eu urls.fr utfg.sk v.gd v.ht vk.cc vzturl.com wa.link www.shorturl.at x.co x.gd xurl.es
xy2.eu yip.su yourls.org yu.vc yfrog.com ytbe.one zcu.io zee.gl zi.ma zip.net zpr.io zurl.io zzb.bz
tinyurl.is tinyurl.ru tinyurl.mobi shorturl.com rebrandly.com cutt.lu cutly.me kurzelinks.de kurzlinks.de
l.ead.me me-qr.com qrto.org qr-codes.io scan.page heyl.ink linko.page lihi.cc lihi1.com lihi2.cc shrinke.me
ln.run bity.ws bitl.to smplu.link urlshortner.org vvd.bz go.ly 0rz.tw abre.ai 3.ly l8.nu u.pw tli.li
"""
SHORTENERS = frozenset(_HOSTS.split())
#: Of those, the ones that give each customer a name of his own in front of theirs.
UNDER_CUSTOMERS_NAMES = frozenset("short.gy bl.ink t2m.io rebrand.ly shorten.is tinylink.net".split(" "))
#: Of those, the ones that lead to one company's pages, or that it puts into ordinary newsletters.
OF_ONE_COMPANY = frozenset("amzn.to git.io hubs.la hubs.li hubs.ly lnkd.in trib.al 4sq.com wa.link".split(" "))
