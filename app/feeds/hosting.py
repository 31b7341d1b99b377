"""Places where everybody may put something: no list of hosts may call one of them bad as a whole.

Feeds name single addresses there, which count. Where names are given away is known besides, from the public suffix
list and from the engine's own list of free hosting; these are the hosts that people use without thinking of it.
"""

from __future__ import annotations

from app.engine.links.hosting import hosting_of

_HOSTS = """
amazonaws.com amazon.com apple.com archive.org azure.com bitbucket.org box.com calendly.com canva.com cloudflare.com
discord.com discordapp.com docusign.com docusign.net dropbox.com dropboxusercontent.com evernote.com facebook.com
firebasestorage.googleapis.com forms.gle gitee.com github.com githubusercontent.com gitlab.com gofile.io
google.com googleapis.com googleusercontent.com hubspot.com icloud.com instagram.com issuu.com jotform.com linkedin.com
live.com mailchimp.com mediafire.com mega.nz microsoft.com microsoftonline.com notion.site notion.so office.com
office365.com onedrive.com outlook.com pastebin.com paypal.com pinterest.com reddit.com s3.amazonaws.com salesforce.com
sendgrid.net sharepoint.com sites.google.com slack.com sourceforge.net squarespace.com stripe.com surveymonkey.com
t.co t.me telegram.org trello.com tumblr.com twitter.com typeform.com wetransfer.com whatsapp.com wikipedia.org
windows.net wix.com wordpress.com x.com yahoo.com yandex.ru youtu.be youtube.com zendesk.com zoom.us
"""
HOSTING = frozenset(_HOSTS.split())
#: Names in front of them that are doors of the same house.
_NAMES = """
www m api app apps cdn docs drive files forms login mail media raw share sites static storage gist objects codeload
desktop dl 1drv onedrive accounts cloud
"""
_DOORS = frozenset(_NAMES.split())


def is_hosting(host: str) -> bool:
    """Tell whether ``host`` is one of these, one of their well-known doors (``www.``, ``docs.`` and the like), or a
    place below which every name is somebody else's."""
    if host in HOSTING or hosting_of(f"a.{host}")[1] == host:
        return True
    first, _, rest = host.partition(".")
    return first in _DOORS and rest in HOSTING
