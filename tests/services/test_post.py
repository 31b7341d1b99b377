"""Letters and mails: each told once, few in an outbreak, gathered where that is wished, and nothing lost on the way."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from sqlalchemy import event, func, select

from app.adapters.mail import Refusal
from app.db import Database
from app.errors import Rejected, Temporary
from app.findings.languages import Language
from app.findings.mail_rules import Digest, MailRules
from app.findings.notice_facts import ConnectionState, FailedCheck, Investigation
from app.findings.post.service.carrying import GIVE_UP_SECONDS, LEASE_SECONDS
from app.findings.post.service.office import LetterKind
from app.findings.post.service.sorting import Sorting
from app.findings.post.tables import enclosures
from app.jobs import Job
from tests.builders import NOON
from tests.services.crash import Killed
from tests.services.postroom import PostRoom, infected

ANSWER = Investigation("acme", "invoice.exe", "Is it bad?", "No.", "Ana", "https://dw.example/scans/1")


def _never_wait_for_the_disk(connection, _record):
    """What a power cut would lose is of no interest here."""
    connection.execute("PRAGMA synchronous = OFF")


@pytest.fixture(params=["sqlite", "postgresql"])
def room(request, tmp_path):
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("migrated"), tmp_path / "post.sqlite3")
        database = Database(f"sqlite:///{tmp_path}/post.sqlite3")
        event.listen(database.engine, "connect", _never_wait_for_the_disk)
        yield PostRoom(database)
        database.close()
        return
    with request.getfixturevalue("postgres").database(migrated=True) as url:
        database = Database(url)
        yield PostRoom(database)
        database.close()


# ── letters ────────────────────────────────────────────────────────────────


def test_a_letter_becomes_one_mail_and_goes_out(room):
    assert room.put("a")
    room.work()
    room.work()
    [mail] = room.mailer.taken
    assert mail.to == ("security@acme.test",)
    assert mail.subject == "[Deskwarden] Malicious file removed from ticket #7"
    assert [(row.state, row.sent_at) for row in room.mails] == [("sent", NOON)]


def test_a_letter_put_twice_is_one_letter(room):
    assert room.put("a")
    assert not room.put("a")
    room.work()
    assert not room.put("a")
    room.work()
    assert len(room.mailer.taken) == 1


def test_every_kind_of_letter_finds_its_words(room):
    room.put("answer", ANSWER, LetterKind.INVESTIGATION, to=("ben@acme.test",))
    room.put(
        "broken", ConnectionState("acme", (FailedCheck("webhook", "It is gone.", "Connect."),)), LetterKind.CONNECTION
    )
    room.put("mended", ConnectionState("acme"), LetterKind.CONNECTION)
    back = infected("b")
    back = replace(back, files=(replace(back.files[0], verdict="clean", outcome="released"),))
    room.put("release", back, LetterKind.RELEASE)
    room.work()
    assert [mail.subject.removeprefix("[Deskwarden] ") for mail in room.mailer.taken] == [
        "Your question about a scan was answered",
        "Zendesk account acme: the protection does not work fully",
        "Zendesk account acme: the protection works again",
        "File given back to ticket #7",
    ]
    assert room.mailer.taken[0].to == ("ben@acme.test",)


def test_recipients_get_the_language_of_their_account_else_that_of_the_policy(room):
    room.wishes.mail = MailRules(language=Language.GERMAN)
    room.wishes.to = ("a@acme.test", "b@acme.test", "c@acme.test")
    room.wishes.accounts = {"b@acme.test": Language.JAPANESE}
    room.put("a")
    room.work()
    assert [(mail.to, row.language) for mail, row in zip(room.mailer.taken, room.mails, strict=True)] == [
        (("a@acme.test", "c@acme.test"), "de"),
        (("b@acme.test",), "ja"),
    ]
    assert len({mail.message_id for mail in room.mailer.taken}) == 2


# ── outbreaks and digests ──────────────────────────────────────────────────


def test_of_an_outbreak_each_attachment_is_named_in_exactly_one_mail(room):
    keys = [f"file{number}" for number in range(75)]
    for key in keys[:50]:
        room.put(key)
    room.work()
    room.clock.now += 1800
    for key in keys[50:]:
        room.put(key)
    room.work()
    assert len(room.mailer.taken) == 20
    room.clock.now += 1799
    room.work()
    assert len(room.mailer.taken) == 20
    room.clock.now += 1
    room.work()
    assert len(room.mailer.taken) == 21
    assert [room.named(key) for key in keys] == [1] * 75
    assert room.mails[-1].kind == "digest"
    with room.database.read() as connection:
        count = (
            connection.execute(select(func.count()).select_from(enclosures).group_by(enclosures.c.letter_id))
            .scalars()
            .all()
        )
    assert count == [1] * 75


def test_released_files_count_in_an_outbreak_too(room):
    room.wishes.mail = MailRules(most_an_hour=2)
    for number in range(4):
        room.put(f"bad{number}")
        room.put(f"back{number}", kind=LetterKind.RELEASE)
    room.work()
    room.clock.now += 3600
    room.work()
    assert [row.kind for row in room.mails] == ["quarantine", "release", "digest"]
    assert "Given back, because judged clean (3)" in room.mailer.taken[-1].text


def test_what_is_not_about_tickets_is_never_held_back(room):
    room.wishes.mail = MailRules(most_an_hour=1, digest=Digest.DAILY)
    room.put("bad")
    room.put("broken", ConnectionState("acme"), LetterKind.CONNECTION)
    room.put("answer", ANSWER, LetterKind.INVESTIGATION, to=("ben@acme.test",))
    room.work()
    assert [row.kind for row in room.mails] == ["connection", "investigation"]


def test_in_quiet_hours_nothing_goes_out_and_afterwards_one_mail_lists_it(room):
    room.wishes.mail = MailRules(quiet_start="11:00", quiet_end="14:00")
    for key in ("a", "b"):
        room.put(key)
    room.put("broken", ConnectionState("acme"), LetterKind.CONNECTION)
    room.work()
    assert room.mailer.taken == []
    assert room.post.sweep() == 0
    room.clock.now = NOON + 7200
    assert room.post.sweep() == 1
    room.work()
    assert [row.kind for row in room.mails] == ["connection", "digest"]


def test_a_digest_goes_to_each_recipient_by_itself_with_an_address_to_turn_it_off(room):
    room.wishes.mail = MailRules(digest=Digest.HOURLY)
    room.wishes.to = ("a@acme.test", "b@acme.test")
    room.put("bad")
    room.work()
    room.clock.now += 3600
    room.work()
    assert [mail.to for mail in room.mailer.taken] == [("a@acme.test",), ("b@acme.test",)]
    links = [dict(mail.headers)["List-Unsubscribe"] for mail in room.mailer.taken]
    assert len(set(links)) == 2
    assert all(
        dict(mail.headers)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" for mail in room.mailer.taken
    )
    assert all(link.strip("<>") in mail.text for link, mail in zip(links, room.mailer.taken, strict=True))


def test_who_turned_digests_off_gets_none_but_single_mails_still(room):
    room.wishes.to = ("A@acme.test", "b@acme.test")
    room.wishes.mail = MailRules(digest=Digest.HOURLY)
    room.put("one")
    room.clock.now += 3600
    room.work()
    signed = room.mails[0].leave + "." + room.leaving.address(room.mails[0].leave).rpartition(".")[2]
    assert room.leaving.stop(signed).recipient == "A@acme.test"
    assert room.leaving.stop(signed) is not None
    room.put("two")
    room.clock.now += 3600
    room.work()
    assert [mail.to for mail in room.mailer.taken[2:]] == [("b@acme.test",)]
    room.wishes.mail = MailRules()
    room.put("three")
    room.work()
    assert room.mailer.taken[-1].to == ("A@acme.test", "b@acme.test")


def test_a_forged_signature_turns_nothing_off(room):
    room.wishes.mail = MailRules(digest=Digest.HOURLY)
    room.put("one")
    room.clock.now += 3600
    room.work()
    [mail] = room.mails
    good = room.leaving.address(mail.leave).rpartition("/")[2]
    other = room.leaving.address("A" * 16).rpartition("/")[2]
    for forged in (
        "",
        ".",
        mail.leave,
        f"{mail.leave}.",
        f"{mail.leave}.AAAA",
        good[:-1],
        other,
        f"{mail.leave}.é",
        good + "A",
    ):
        assert room.leaving.offer(forged) is None
        assert room.leaving.stop(forged) is None
    assert room.leaving.offer(good) is not None


# ── sending ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_killed_while_it_sorts_names_each_attachment_once(room, monkeypatch, after):
    keys = [f"file{number}" for number in range(30)]
    for key in keys:
        room.put(key)
    original = Sorting._mark

    def dying(self, connection, told):
        if after:
            original(self, connection, told)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Sorting, "_mark", dying)
        with pytest.raises(Killed):
            room.work()
    room.work()
    room.clock.now += 3600
    with monkeypatch.context() as patch:
        patch.setattr(Sorting, "_mark", dying)
        with pytest.raises(Killed):
            room.work()
    room.work()
    assert [room.named(key) for key in keys] == [1] * 30
    assert len(room.mailer.taken) == 21


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_killed_while_it_sends_repeats_the_same_mail(room, after):
    room.put("a")

    def die(_mail):
        raise Killed

    setattr(room.mailer, "after" if after else "before", die)
    with pytest.raises(Killed):
        room.work()
    room.mailer.after = room.mailer.before = lambda _mail: None
    room.work()
    assert len(room.mailer.taken) == int(after), "the mail is still in the hands of the dead worker"
    room.clock.now += LEASE_SECONDS + 1
    assert room.post.sweep() == 1
    room.work()
    assert len(room.mailer.taken) == 1 + after
    assert len({(mail.message_id, mail.subject, mail.text, mail.html) for mail in room.mailer.taken}) == 1
    assert room.mails[0].state == "sent"


def test_while_the_server_is_away_a_mail_is_tried_for_three_days(room):
    def away(_mail):
        raise Temporary("The mail server cannot be reached.", code="smtp.connection")

    room.mailer.before = away
    room.put("a")
    room.work()
    room.clock.now += GIVE_UP_SECONDS - 1500
    tries = 1
    while room.mails[0].state == "waiting":
        assert room.mails[0].next_at <= room.clock() + 300
        room.clock.now = max(room.mails[0].next_at, room.clock())
        room.work()
        tries += 1
        assert tries < 20
    assert room.mails[0].state == "failed"
    assert tries > 4 and room.clock() - NOON >= GIVE_UP_SECONDS
    room.mailer.before = lambda _mail: None
    assert room.carrying.again(room.mails[0].id) == room.connection_id
    room.work()
    assert [mail.message_id for mail in room.mailer.taken] == [room.mails[0].message_id]


def test_a_mail_that_no_server_takes_is_given_up_with_the_reason(room):
    def refuse(_mail):
        raise Rejected("The mail server refuses every recipient: 550.", code="smtp.recipients")

    room.mailer.before = refuse
    room.put("a")
    room.work()
    assert [(row.state, row.error) for row in room.mails] == [
        ("failed", "The mail server refuses every recipient: 550.")
    ]


def test_one_refused_recipient_among_others_is_said_and_nothing_is_repeated(room):
    room.mailer.refused = (Refusal("x@acme.test", "550 no such user", temporary=False),)
    room.put("a")
    room.work()
    room.work()
    assert len(room.mailer.taken) == 1
    assert room.mails[0].state == "sent"
    assert "refused 1 of the recipients: 550 no such user" in room.mails[0].error


def test_without_a_recipient_the_mail_is_kept(room):
    room.wishes.to = ()
    room.put("a")
    room.work()
    assert [(row.state, row.recipients) for row in room.mails] == [("kept", [])]


def test_a_lost_wake_up_is_made_good_by_the_sweep(room):
    room.put("a")
    room.post.wake(room.connection_id)
    room.queue.waiting.clear()
    assert room.post.sweep() == 1
    assert [entry[0] for entry in room.queue.waiting] == [Job.POST]
    room.work()
    room.queue.waiting.clear()
    assert room.post.sweep() == 0
