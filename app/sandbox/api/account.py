"""Settings of the account that a client looks at before it works, and its custom roles."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from app.sandbox.api.edge import allow, state

pages = Blueprint("account", __name__, url_prefix="/api/v2")


@pages.get("/account/settings")
def settings() -> dict[str, Any]:
    """Show the settings; any agent may, with any reading scope, since which one it takes is not known."""
    allow("account:read", "tickets:read", "users:read", "webhooks:read", "triggers:read")
    switches = state().switches
    return {
        "settings": {
            "active_features": {"user_org_fields": True, "is_abusive": False},
            "agents": {"agent_workspace": switches.agent_workspace, "focus_mode": False},
            "api": {
                "accepted_api_agreement": True,
                "api_token_access": "true",
                "api_password_access_end_users": "false",
            },
            "branding": {"header_color": "#03363D"},
            "email": {"email_sender_authentication": True, "accept_wildcard_emails": False},
            "limits": {"attachment_size": switches.attachment_size},
            "tickets": {
                "private_attachments": switches.private_attachments,
                "agent_ticket_deletion": switches.agent_ticket_deletion,
                "comments_public_by_default": True,
                "rich_text_comments": True,
                "emoji_autocompletion": True,
            },
        }
    }


@pages.get("/custom_roles")
def custom_roles() -> dict[str, Any]:
    """List the custom roles: one, with the permissions that redaction asks for."""
    allow("custom_roles:read", "users:read", "tickets:read")
    allowed = state().switches.agent_ticket_deletion
    configuration = {
        "ticket_access": "all",
        "ticket_deletion": allowed,
        "ticket_redaction": allowed,
        "ticket_comment_access": "public",
        "view_deleted_tickets": False,
        "manage_business_rules": True,
    }
    role = {"id": 1, "name": "Staff", "description": "", "role_type": 0, "team_member_count": 1}
    return {"custom_roles": [{**role, "configuration": configuration}], "count": 1, "next_page": None}
