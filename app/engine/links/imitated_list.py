"""Names that phishing imitates most, and the domains that are really theirs. Data, as of November 2026.

Which names: the quarterly rankings of imitated brands that Check Point, Cloudflare, Netcraft and Vade published from
2022 to 2026, and what the open feeds of those years are full of. A line is the name, the words that stand for it in
host names, and its domains. A word in brackets is only taken as a whole part of a name (``dhl-parcel``), because
ordinary words contain it or resemble it.
"""

from __future__ import annotations

LINES = """
Microsoft | microsoft office365 microsoft365 microsoftonline onedrive sharepoint m365 (outlook) (hotmail) (msteams)
  (o365) | microsoft.com msft.it 1drv.com microsoftonline.com office.com office365.com office.net live.com outlook.com
  hotmail.com msn.com sharepoint.com onedrive.com windows.com windows.net azure.com azure.net azurewebsites.net
  microsoft365.com microsoft.net aka.ms bing.com skype.com xbox.com visualstudio.com msftauth.net
  microsoftazuread-sso.com onmicrosoft.com svc.ms 1drv.ms outlook.de hotmail.fr dynamics.com powerapps.com
  microsoftstream.com msecnd.net azureedge.net microsoftstore.com microsoft-partner.com teams.cdn.office.net
  azurefd.net linkedin.com github.com microsoftedge.com
Google | google (gmail) (googledrive) | google.com youtu.be g.page forms.gle g.cn gmail.com googlemail.com
  googleapis.com googleusercontent.com gstatic.com google.dev withgoogle.com youtube.com google-analytics.com
  googletagmanager.com googlesyndication.com googleadservices.com doubleclick.net googlegroups.com googlesource.com
  googleblog.com goo.gl g.co chrome.com android.com appspot.com web.app firebaseapp.com run.app googlecode.com
  google.org googlevideo.com chromium.org golang.org blogger.com blogspot.com googlelabs.com googlecommerce.com
  googlehosted.com thinkwithgoogle.com
Apple | icloud (apple) (appleid) (itunes) | apple.com apple.co itun.es icloud.com me.com itunes.com mzstatic.com
  cdn-apple.com apple-dns.net icloud-content.com apple.news applemusic.com
Amazon | amazon (amzn) | amazon.com amzn.eu amzn.asia amzn.com amazonaws.com amazon.dev awsapps.com amazontrust.com
  media-amazon.com ssl-images-amazon.com amazon-adsystem.com amazonses.com primevideo.com awsstatic.com aws.dev
  amazoncognito.com amazon.jobs amazonpay.com amazonlogistics.com aboutamazon.com amzn.to a2z.com amazonbusiness.com
  amazonsellerservices.com amazonvideo.com cloudfront.net awstrack.me amazon.science amazonalexa.com
  amazonwebservices.com amazongames.com
PayPal | paypal | paypal.com paypalobjects.com paypal.me paypal-corp.com paypal-community.com paypal-engineering.com
  paypal-notify.com paypal-knowledge.com paypal-prepaid.com paypal-business.com xoom.com paypal-communication.com
  paypal-topup.com paypalcorp.com
Facebook | facebook metabusiness (fb) (facebookmail) | facebook.com fb.gg fb.com fb.me fbcdn.net fbsbx.com meta.com
  messenger.com facebookmail.com facebook.net workplace.com fb.watch facebookcorewwwi.onion metacareers.com
  facebook.design facebookbrand.com atmeta.com
Instagram | instagram | instagram.com cdninstagram.com ig.me
Snapchat | snapchat | snapchat.com snap.com sc-cdn.net bitmoji.com
Tinder | (tinder) | tinder.com gotinder.com
DoorDash | doordash | doordash.com trycaviar.com
WhatsApp | whatsapp | whatsapp.com whatsapp.net wa.me whatsappbrand.com
LinkedIn | linkedin | linkedin.com licdn.com lnkd.in linkedin.cn linkedinlabs.com
Netflix | netflix | netflix.com nflxext.com nflxvideo.net nflximg.net nflxso.net netflix.net netflixtechblog.com
  netflixinvestor.com netflix.shop netflixstudios.com
DocuSign | docusign | docusign.com docusign.net docusigncdn.com docusign.mil
Adobe | (adobe) (adobesign) (acrobat) | adobe.com adobesign.com typekit.net adobe.io behance.net adobelogin.com
  adobedtm.com documentcloud.adobe.com acrobat.com echosign.com adobecc.com adobe.ly adobeaemcloud.com adobedemo.com
  adobeprojectm.com
Dropbox | dropbox | dropbox.com dropboxusercontent.com dropboxstatic.com dropbox.tech db.tt dropboxbusiness.com
  dropboxforum.com hellosign.com getdropbox.com dropboxmail.com
WeTransfer | wetransfer | wetransfer.com we.tl wetransfer.net
DHL | (dhl) dhlexpress dhlparcel | dhl.com dhl.de dhl.express dhlglobalforwarding.com dhlecommerce.com dpdhl.com
  dhl-usa.com dhlparcel.nl deutschepost.de dhl.fr dhl.it dhl.es
UPS | (ups) (myups) | ups.com upsers.com theupsstore.com upscapital.com ups-mail.com
FedEx | fedex | fedex.com fedexoffice.com fedex.org fedexlegal.com
USPS | (usps) | usps.com usps.gov uspsoig.gov uspsinformeddelivery.com
Royal Mail | royalmail | royalmail.com royalmail.co.uk royalmailgroup.com parcelforce.com
Evri | (evri) | evri.com myhermes.co.uk
La Poste | laposte chronopost colissimo | laposte.fr laposte.net chronopost.fr colissimo.fr lapostegroupe.com
  laposte.com chronopost.com
DPD | (dpd) | dpd.com dpd.de dpd.co.uk dpdgroup.com dpd.fr dpdlocal.co.uk
Correos | (correos) | correos.es correosexpress.com correos.com correos.cl correos.com.mx correos.go.cr correos.com.uy
Spotify | spotify | spotify.com spoti.fi scdn.co spotifycdn.com spotify.link spotifycharts.com spotifyjobs.com
  byspotify.com atspotify.com
eBay | (ebay) | ebay.com ebay.to ebay.us ebaystatic.com ebayimg.com ebayinc.com ebay-kleinanzeigen.de
  ebaymainstreet.com ebaymotorsblog.com
Steam | steamcommunity steampowered | steamcommunity.com steampowered.com steamstatic.com steamusercontent.com s.team
  steamgames.com steamdeck.com valvesoftware.com
Roblox | roblox | roblox.com rbxcdn.com rbx.com robloxdev.com
Telegram | (telegram) | telegram.org t.me telegram.me telegra.ph tdesktop.com telegram.dog
Discord | (discord) (discordapp) | discord.com discordapp.com discord.gg discord.gift discordapp.net discord.media
  discord.new discordstatus.com dis.gd
TikTok | tiktok | tiktok.com tiktokcdn.com tiktokv.com tiktokglobalshop.com
X | (twitter) | twitter.com x.com t.co twimg.com twitter.biz
Yahoo | (yahoo) (ymail) | yahoo.com yahoo-inc.com yahoo.net yimg.com yahooapis.com yahooinc.com ymail.com yahoo.co.jp
  yahoofinance.com yahoosports.com yahoo-net.jp
AT&T | (att) (attmail) (currently) | att.com att.net att-mail.com currently.com attbusiness.com firstnet.com
Coinbase | coinbase | coinbase.com cbhq.net base.org coinbase-exchange.com
Binance | binance | binance.com binance.us binance.org binance.vision bnbstatic.com bnbchain.org binance.cloud
  binance.je
MetaMask | metamask | metamask.io consensys.net consensys.io
Ledger | ledgerlive ledgerwallet (ledger) | ledger.com ledgerwallet.com ledger.fr
Trezor | trezor | trezor.io satoshilabs.com
Trust Wallet | trustwallet | trustwallet.com trustwallet.app
WalletConnect | walletconnect | walletconnect.com walletconnect.org walletconnect.network reown.com
KuCoin | kucoin | kucoin.com kucoin.cloud kucoin.plus
Kraken | (kraken) | kraken.com krakenfx.com
OpenSea | opensea | opensea.io
Gemini | (geminilogin) | gemini.com
Exodus | (exoduswallet) | exodus.com
Uniswap | uniswap | uniswap.org
Blockchain.com | (blockchainlogin) | blockchain.com
BlockFi | blockfi | blockfi.com
Crypto.com | (cryptocom) | crypto.com
Revolut | revolut | revolut.com revolut.me
Wise | (transferwise) | wise.com transferwise.com
Stripe | (stripe) | stripe.com stripe.network stripecdn.com
Intuit | quickbooks (intuit) (turbotax) | intuit.com quickbooks.com turbotax.com mailchimp.com intuit.me quickbooks.ca
Chase | jpmorgan (chase) (chasebank) | chase.com jpmorgan.com jpmorganchase.com jpmchase.com chasepaymentech.com
Bank of America | bankofamerica (bofa) | bankofamerica.com bofa.com bankofamerica.net ml.com bac.com bofaml.com
Wells Fargo | wellsfargo | wellsfargo.com wellsfargoadvisors.com wf.com wellsfargomedia.com
Citi | citibank (citi) | citi.com citibank.com citigroup.com citicards.com citibankonline.com citi.eu
Capital One | capitalone | capitalone.com capitalone.co.uk capitaloneshopping.com capitalone.ca
American Express | americanexpress (amex) | americanexpress.com aexp.com amex.com americanexpress.io aexp-static.com
  amexglobalbusinesstravel.com
Mastercard | mastercard | mastercard.com mastercard.us mastercardservices.com
HSBC | (hsbc) hsbcbank | hsbc.com hsbc.co.uk hsbcnet.com us.hsbc.com hsbc.com.hk hsbcgroup.com hsbc.fr
Barclays | (barclays) (barclaycard) | barclays.com barclays.co.uk barclaycard.co.uk barclaysus.com barclaycardus.com
  home.barclays barclays
Lloyds | lloydsbank | lloydsbank.com lloydsbankinggroup.com lloydsbank.co.uk
NatWest | natwest | natwest.com natwestgroup.com natwest.co.uk
Santander | santander | santander.com santander.co.uk santander.es santanderbank.com santander.com.br santander.com.mx
  santander.pt santander.de santanderconsumer.com gruposantander.com santanderconsumerusa.com santander.pl
  santander.cl santander.com.ar bancosantander.es
BBVA | (bbva) | bbva.com bbva.es bbva.mx bbvaassetmanagement.com bbvaopenmind.com bbvaresearch.com
CaixaBank | caixabank | caixabank.es caixabank.com caixabankresearch.com
ING | (ingbank) (ingdirect) | ing.com ing.nl ing.de ing.be ing.es
Rabobank | rabobank | rabobank.nl rabobank.com
ABN AMRO | abnamro | abnamro.nl abnamro.com
Deutsche Bank | deutschebank | deutsche-bank.de db.com deutschebank.be
Commerzbank | commerzbank | commerzbank.de commerzbank.com
Sparkasse | sparkasse pushtan | sparkasse.de sparkassen.de sparkasse.at s-payment.com sparkassenstiftung.de
Volksbank | (volksbank) | volksbank.de vr.de volksbank.at
Postbank | postbank | postbank.de
Crédit Agricole | creditagricole | credit-agricole.fr credit-agricole.com ca-paris.fr
BNP Paribas | bnpparibas | bnpparibas.com bnpparibas.net mabanque.bnpparibas bnpparibas.fr bnpparibas
Société Générale | societegenerale | societegenerale.com societegenerale.fr societegenerale.net
Intesa Sanpaolo | intesasanpaolo | intesasanpaolo.com
UniCredit | unicredit | unicredit.it unicreditgroup.eu unicredit.de unicredit.eu
UBS | (ubs) | ubs.com
PostFinance | postfinance | postfinance.ch
Swisscom | swisscom bluewin | swisscom.ch swisscom.com bluewin.ch
Westpac | westpac | westpac.com.au westpac.co.nz westpacgroup.com.au
Commonwealth Bank | (commbank) (netbank) | commbank.com.au
ANZ | (anzbank) | anz.com anz.com.au
Interac | (interac) | interac.ca
Desjardins | desjardins | desjardins.com
Scotiabank | scotiabank | scotiabank.com
Itaú | (itau) | itau.com.br
Bradesco | bradesco | bradesco.com.br
Nubank | nubank | nubank.com.br
Mercado Libre | mercadolibre mercadolivre mercadopago | mercadolibre.com mercadolivre.com.br mercadopago.com
  mercadopago.com.br mercadolibre.com.ar mercadolibre.com.mx
ICICI | (icici) icicibank | icicibank.com
HDFC | (hdfc) hdfcbank | hdfcbank.com hdfc.com
State Bank of India | (onlinesbi) | onlinesbi.sbi onlinesbi.com sbi.co.in
Rakuten | rakuten | rakuten.co.jp rakuten.com rakuten.ne.jp rakuten-card.co.jp rakuten.de rakuten.tv
  rakutenadvertising.com
Orange | (orangefr) | orange.fr orange.com
Free | (freemobile) | free.fr
SFR | (sfrmail) | sfr.fr
Telekom | tonline (telekom) (magenta) | telekom.de telekom.com t-online.de t-mobile.com magenta.at deutschetelekom.com
  telekom-dienste.de telekom.net t-systems.com
Vodafone | vodafone | vodafone.com vodafone.de vodafone.co.uk vodafone.it vodafone.es vodafone.in
1&1 IONOS | (ionos) (webde) | ionos.com ionos.de ionos.fr ionos.co.uk 1und1.de web.de gmx.net gmx.de
OVH | (ovh) ovhcloud | ovh.com ovhcloud.com ovh.net ovh.fr ovh.ca
GoDaddy | godaddy | godaddy.com secureserver.net godaddysites.com
cPanel | (cpanel) (webmailcpanel) | cpanel.net cpanel.com
Zimbra | (zimbra) zimbramail | zimbra.com
Roundcube | roundcube | roundcube.net
Booking.com | (bookingcom) (booking) | booking.com bstatic.com bookingholdings.com
Airbnb | airbnb | airbnb.com muscache.com airbnb.org airbnbmail.com
Uber | (ubereats) | uber.com ubereats.com
Zoom | (zoommeeting) (zoomus) | zoom.us zoom.com zoomgov.com
Slack | (slack) | slack.com slack-edge.com slack-files.com slackhq.com slack-redir.net slackb.com
Zendesk | zendesk | zendesk.com zdassets.com zendesk.co.uk zopim.com zendesk.fr zendesk.de zendesk.es
  zdusercontent.com
Salesforce | salesforce | salesforce.com force.com salesforce.org salesforceliveagent.com salesforce-sites.com
Okta | (okta) (oktasso) | okta.com oktacdn.com oktapreview.com okta-emea.com auth0.com
GitHub | (github) | github.com github.io githubusercontent.com githubassets.com ghcr.io github.dev githubapp.com
  github.blog githubstatus.com
Shopify | shopify | shopify.com myshopify.com shopifycdn.com shopify.dev shopifyinbox.com shopifysvc.com shopifycs.com
Walmart | walmart | walmart.com walmartimages.com walmart.ca walmart.com.mx
Costco | costco | costco.com costco.ca
IRS | (irs) irsgov | irs.gov
HMRC | (hmrc) | hmrc.gov.uk gov.uk
Impots | (impots) (impotsgouv) (amendes) (antai) | impots.gouv.fr gouv.fr antai.gouv.fr
Ameli | (ameli) | ameli.fr
Elster | (elsteronline) | elster.de elsteronline.de
E-ZPass | ezpass ezpassny (ezpass) | e-zpassny.com ezpassnj.com e-zpassiag.com ezpassva.com ezdrivema.com
SunPass | sunpass | sunpass.com
Fidelity | (fidelity) | fidelity.com fidelity.co.uk fidelityinvestments.com fidelityinternational.com
Charles Schwab | (schwab) | schwab.com
Vanguard | (vanguardinvest) | vanguard.com
Huawei | huawei | huawei.com huaweicloud.com vmall.com hicloud.com dbankcdn.com
Samsung | samsung | samsung.com samsungcloud.com samsungapps.com samsungmobile.com samsungusa.com
Xfinity | xfinity (comcast) | xfinity.com comcast.net comcast.com
Verizon | verizon | verizon.com verizon.net verizonwireless.com vzw.com verizonmedia.com verizonbusiness.com
Dana | (danaid) | dana.id
Line | (linepay) | line.me lin.ee
Bitpanda | bitpanda | bitpanda.com
NDAX | (ndax) | ndax.io
Upwork | upwork | upwork.com
OpenAI | openai chatgpt | openai.com chatgpt.com oaistatic.com oaiusercontent.com
"""
