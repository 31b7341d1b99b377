"""The HTTP side of the tenant: thin views, one file an area. Behaviour is in ``state`` and its neighbours."""

from __future__ import annotations

from flask import Blueprint

from app.sandbox.api import account, attachments, grants, incremental, tickets, trigger_rules, users, webhooks

BLUEPRINTS: tuple[Blueprint, ...] = (
    account.pages,
    attachments.pages,
    grants.pages,
    incremental.pages,
    tickets.pages,
    trigger_rules.pages,
    users.pages,
    webhooks.pages,
)
