"""Which pages there are to look at. A new page belongs here: a test compares this with the routes of the console."""

from __future__ import annotations

from app.access.roles import Role

#: Address of each page by its endpoint; of the story's 645 scans the last ones are the bad ones.
PAGES = {
    "overview": "/overview?span=30d",
    "scans": "/scans?verdict=",
    "scan": "/scans/641",
    "sightings": "/scans/641/elsewhere",
    "scan_rule": "/scans/643/rule?finding=yara.html_refresh_to_data",
    "preview": "/scans/641/preview",
    "bulk": "/scans/verdicts/1",
    "investigations": "/investigations",
    "investigation": "/investigations/1",
    "mail": "/mail",
    "one_mail": "/mail/18",
    "policies": "/policies",
    "policy": "/policies/default",
    "policy_edit": "/policies/default/edit",
    "policy_simulation": "/policies/simulations/1",
    "policy_simulation_edit": "/policies/simulations/1/edit",
    "policy_new": "/policies/new?connection=acme",
    "rule_exceptions": "/policies/exceptions",
    "rule_exception": "/policies/exceptions/new?rule=office.autoexec_download",
    "audit_trail": "/audit",
    "audit_line": "/audit/1",
    "audit_streams": "/audit/streams",
    "users": "/people",
    "sessions": "/people/sessions",
    "tokens": "/people/tokens",
    "single_sign_on": "/people/single-sign-on",
    "account": "/account",
    "list_entries": "/lists/block",
    "connections": "/connections",
    "feeds": "/feeds",
    "providers": "/providers",
}

#: Pages before anybody is signed in.
OUTSIDE = {"sign_in": "/sign-in", "welcome": "/welcome/{welcome}"}

#: What is asked for by GET and is no page of its own: files, pictures, ways on; the second step needs a first.
NO_PAGES = {
    "home", "lists", "list_file", "take_code", "scans_file", "audit_export", "mail_body", "preview_page",
    "second_factor_picture", "single_sign_on_begin", "single_sign_on_back", "try_single_sign_on",
    "second_step",
}  # fmt: skip

#: Who looks.
ROLE = Role.ADMIN
