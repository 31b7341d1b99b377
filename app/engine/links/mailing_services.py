"""Services that send newsletters and count clicks: links of ordinary mails lead through them. Data, November 2026."""

from __future__ import annotations

_DOMAINS = """
list-manage.com mailchimp.com mailchi.mp mandrillapp.com mcusercontent.com sendgrid.net sendgrid.com rs6.net
constantcontact.com ccsend.com hubspotlinks.com hubspotemail.net hs-sites.com hubspotstarter.net hs-sales-engage.com
hubspot.com exacttarget.com exct.net sfmc-content.com pardot.com salesforce.com force.com marketo.com mktoweb.com
mkto-sj.com mktdns.com eloqua.com en25.com responsys.net rsys.com sailthru.com iterable.com braze.com appboy.com
klaviyo.com klclick.com klclick1.com klclick2.com klclick3.com kmail-lists.com klaviyomail.com activehosted.com
activecampaign.com acemlna.com acemlnb.com acemlnc.com acemlnd.com emlnk.com emlnk1.com emlnk9.com aweber.com
awstrack.me amazonses.com mailgun.org mailgun.net mailjet.com mjt.lu mailerlite.com mlsend.com mlsend2.com
ml-attach.com sendinblue.com sibmail.com brevo.com sendibm1.com sendibm3.com sibautomation.com sparkpostmail.com
sparkpostmail1.com spgo.io pstmrk.it postmarkapp.com customeriomail.com customer.io convertkit-mail.com
convertkit-mail2.com ck.page convertkit.com beehiiv.com substack.com getresponse.com gr8.com benchmarkemail.com
bmetrack.com bmsend.com campaign-archive.com createsend.com createsend1.com cmail19.com cmail20.com cmail1.com
cmail2.com campaignmonitor.com confirmsubscription.com emarsys.net emarsys.com emailmanager.com emsecure.net slgnt.eu
selligent.com agnitas.de inxmail.com inxserver.de inxserver.com cleverreach.com crsend.com rapidmail.de emailsys1a.net
emailsys.net mailingwork.de evalanche.com sc-networks.com optivo.net episerver.com broadmail.de newsletter2go.com
dotdigital.com dotmailer.com dmtrk.net trackedlink.net r1.dotdigital-pages.com dm-track.com vuturevx.com vuture.net
concep.com govdelivery.com granicus.com eventbrite.com evbstatic.com evite.com cvent.com cvent-planner.com
simplelists.com zohocampaigns.com zcsend.net maillist-manage.com maillist-manage.eu infusionsoft.com keap-link001.com
keap-link.com moosend.com omnisend.com omnisendlink.com drip.com getdrip.com ontraport.com sendpulse.com sendpul.se
unisender.com esputnik.com elasticemail.com elasticemail.net mailup.com emailsp.com magnews.com contactlab.it
turbo-smtp.com sarbacane.com splio.com mailkit.eu ecomail.cz smartemailing.cz freshmail.com getanewsletter.com
ungapped.com apsis.com anpdm.com paloma.se rule.io ymlp.com ymlp2.com madmimi.com verticalresponse.com vresp.com
icontact.com icptrack.com lyris.net listrak.com listrakbi.com bronto.com bm23.com cheetahmail.com chtah.com chtah.net
cheetahdigital.com epsilon.com p0.com bigfootinteractive.com e-dialog.com yesmail.com rsgsv.net mcsv.net mcdlv.net
mailchimpapp.net tinyletter.com revue.email getrevue.co feedblitz.com feedburner.com feedproxy.google.com outbrain.com
taboola.com bluehornet.com delivra.com informz.net higherlogic.com magnetmail.net realmagnet.com
membershipsoftware.org memberclicks.net wildapricot.org blackbaud.com netdonor.net convio.net salsalabs.com
actionnetwork.org everyaction.com ngpvan.com nationbuilder.com actionkit.com sendy.co clickdimensions.com
clickdimensions.cloud dynamics.com mkt4731.com mkt51.net pages04.net silverpop.com acoustic.co mkt6415.com
mktomail.com vtex.com bluecore.com attentivemobile.com attn.tv yotpo.com zaius.com movableink.com narrativ.com
linksynergy.com awin1.com dpbolvw.net anrdoezrs.net jdoqocy.com tkqlhce.com kqzyfj.com emjcd.com shareasale.com
pntra.com gopjn.com pjtra.com pjatr.com impactradius.com sjv.io pxf.io 7eer.net ojrq.net evyy.net tradedoubler.com
webgains.com zanox.com effiliation.com doubleclick.net ct.sendgrid.net mimecast.com mimecastprotect.com
emailprotection.link cudasvc.com reflexion.net sophos.com urldefense.com proofpoint.com outlook.com
"""
_NAMES = frozenset(_DOMAINS.split())


def is_mailing_service(home: str) -> bool:
    """Return whether a registrable domain belongs to a service that sends newsletters, or rewrites links of mails."""
    return home in _NAMES
