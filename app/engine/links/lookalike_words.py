"""Words beside a name: what phishing adds, and what only resembles a name. Data."""

from __future__ import annotations

_ASKING = """
login logon signin sign signon log auth sso account accounts secure security verify verification verified validate
update updates confirm support help service services customer alert alerts notice notification billing invoice
payment pay refund wallet recovery recover unlock locked suspended restricted webmail mail email password reset
access online portal admin center centre team id user parcel delivery tracking track package redelivery customs gift
bonus reward rewards free promo event claim official live app web start connect bridge extension download desktop
pro business ads meta case appeal violation policy document documents doc docs file files share shared view viewer
voicemail kyc airdrop staking client clients bank banking card cards tax clone www session identity token mfa 2fa
otp kundenservice kunden konto sicherheit compte espace securite cuenta clientes seguro acceso conta cliente
seguranca verifica
"""
_INSIDE = """
login logon signin secure securit verif update confirm support account wallet recover unlock webmail password
billing invoice payment refund parcel deliver tracking customs reward bonus airdrop online official service
notification notice alert center bank portal access client kunden konto compte cuenta download desktop
"""
_IN_PATHS = """
login logon signin auth verify verification secure account update confirm password webmail wallet billing
"""
_NO_MISTAKES = """
amazone amazing amazonas amazonia netflex chrome finance reliance alliance balance instagrams trevor trezord
facebooks spotted spotless rooster robot goggle google giggle boggle goode cloud cloudi cloudy welcome westpack
postbanks rabobanks walgreens walmarts samsun upworks airbus shopfy shopping shopping24 open openair openapi openal
openid open-ai kubecon revolt revolution evolut trezors fedora lapost chase postbox postbar sharepoints salesforces
goodaddy visionet xfinite capital capitals capitol barclay interact kracken drop drops dropbear mailbox binace
finances financed netflow onedrives outlooks westpoint openseas sea opens unicredits natwests steam coinbases coin
desjardin jardins swisscoms huawe ledgers opened openbsd openssl openvpn opensea opencar openers microsofts zendesks
trezor capitalize capitalist openat toline blockfinder blockfield blockfilter blockfire blockfile revolutions
instagrammable netflixable
"""
_NEUTRAL = """
inc corp group company careers career jobs news newsroom press blog research labs foundation static cdn img images
assets media api developer developers dev docs events community investor investors brand usercontent
"""
_GENERIC = """
apple chase citi orange ups line discord kraken slack zoom fidelity booking currently ledger stripe free interac
dana adobe telegram twitter att comcast magenta ovh okta ebay yahoo github evri dpd itau correos intuit schwab
volksbank telekom ubs amendes antai ameli ndax hdfc icici fb outlook acrobat
"""
_RUN_BY_MANY = """
sharepoint outlook office365 microsoft365 microsoft google okta github slack zoom zendesk salesforce adobe teams
o365 onedrive zimbra roundcube cpanel stripe shopify gmail msteams docusign openai telegram discord wetransfer
dropbox linkedin facebook instagram whatsapp tiktok twitter amazon rakuten
"""
_ORDINARY = """
shop store demo test dev sandbox mail email info blog news home contact hotel bank group office company business center
central city digital energy europe europa euro express finance global green health house india international invest
legal media medical mobile music network online partner power print health school science server smart social software
solution solutions sport sports studio system systems tech technik technology travel trust university video world
helpdesk service services support customer care kunden hilfe aide ayuda contacto
"""
_MAIL_PROVIDERS = """
gmail.com googlemail.com outlook.com outlook.de hotmail.com hotmail.de hotmail.fr hotmail.co.uk live.com msn.com
yahoo.com yahoo.de yahoo.fr yahoo.co.uk yahoo.co.jp ymail.com icloud.com me.com mac.com aol.com gmx.de gmx.net gmx.at
gmx.ch gmx.com web.de t-online.de freenet.de mail.com mail.ru bk.ru list.ru inbox.ru yandex.ru yandex.com proton.me
protonmail.com pm.me tutanota.com tuta.io posteo.de mailbox.org fastmail.com hey.com zoho.com orange.fr wanadoo.fr
free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it bluewin.ch hispeed.ch ziggo.nl kpnmail.nl
planet.nl telenet.be skynet.be comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net btinternet.com
sky.com virginmedia.com ntlworld.com bigpond.com optusnet.com.au qq.com 163.com 126.com naver.com daum.net uol.com.br
bol.com.br terra.com.br seznam.cz wp.pl o2.pl onet.pl interia.pl abv.bg rediffmail.com
"""
#: What phishing adds to a name, and what it asks for, as whole parts of host names.
ASKING = frozenset(_ASKING.split())
#: Of those, what can be told inside a longer word without taking other words for it.
ASKING_INSIDE = tuple(_INSIDE.split())
#: Of those, what is telling in a path.
ASKING_IN_PATHS = frozenset(_IN_PATHS.split())
#: Names that many independent local companies carry rightly: telling only beside a word that asks for something.
LOCAL = frozenset(("sparkasse", "volksbank"))
#: Beside a name, what companies call their own other domains.
NEUTRAL = frozenset(_NEUTRAL.split())
#: Names that are words or names of others too: telling only beside a word that asks for something, and then a little.
GENERIC = frozenset(_GENERIC.split())
#: Programs that companies run under their own names: ``sharepoint.company.example``.
RUN_BY_MANY = frozenset(_RUN_BY_MANY.split())
#: Words that say nothing about whose name they are: a tenant of that name is not guarded by it.
ORDINARY = frozenset(_ORDINARY.split()) | ASKING | GENERIC | NEUTRAL
#: Domains under which everybody has a mail address: not the tenant's own, though its mail may come from there.
MAIL_PROVIDERS = frozenset(_MAIL_PROVIDERS.split())
#: Words that resemble a name and are none.
NO_MISTAKES = frozenset(_NO_MISTAKES.split())
