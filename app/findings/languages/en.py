"""English: the language from which the others were written. Its readers are no security people and in a hurry."""

from __future__ import annotations

from app.engine.model import Verdict
from app.findings.dangers import Danger
from app.findings.languages.model import (
    AgentAdvice,
    Catalogue,
    ConnectionWords,
    DigestWords,
    Facts,
    Figures,
    Forms,
    Frame,
    Headlines,
    InvestigationWords,
    Place,
    Subjects,
    TeamAdvice,
    same,
)

ENGLISH = Catalogue(
    tag="en",
    figures=Figures(
        decimal=".",
        group=",",
        grouping_from=1000,
        bytes=Forms("{n} byte", "{n} bytes"),
        units=("kB", "MB", "GB"),
        months=(
            *("January", "February", "March", "April", "May", "June"),
            *("July", "August", "September", "October", "November", "December"),
        ),
        moment="{day} {month} {year}, {time} ({zone})",
    ),
    frame=Frame(
        label="{label}: {text}",
        comma=", ",
        last_and=" and ",
        quoted="“{text}”",
        what_to_do="What to do",
        details="Details",
        open_details="Open the details",
        more=same("and {n} more"),
        all_in_console="all of them in Deskwarden",
        see=", see {link}",
        brackets="Brackets, as in [.], keep names and addresses from turning into links.",
        note_closing="Written by Deskwarden; only agents see this note. Reference {reference}",
        mail_closing="Zendesk account: {tenant}. Sent by Deskwarden to the recipients that the connection, or the "
        "setting DESKWARDEN_NOTIFY, names.",
        this_ticket=Place("in this ticket", "from this ticket", "to this ticket"),
        ticket=Place("in ticket #{ticket}", "from ticket #{ticket}", "to ticket #{ticket}"),
    ),
    facts=Facts(
        verdict="Verdict",
        verdicts={verdict: verdict.value for verdict in Verdict},
        found="What was found",
        reasons={
            # Only dangerous and clean are verdicts of a person.
            Verdict.MALICIOUS: ("Why", "your security team judged it dangerous"),
            Verdict.RESTRICTED: ("Why", "your company's rules do not allow it"),
            Verdict.SUSPICIOUS: ("What was found", "signs of danger, but no proof"),
            Verdict.UNKNOWN: ("Why it could not be checked", "it could not be read"),
            Verdict.CLEAN: ("What was found", "nothing"),
        },
        detail="",
        inside="Where inside",
        not_done="Not done, because",
        size_and_hash="{size}, SHA-256",
        link_text="Text of the link",
        changed="What changed",
        changed_generally="The verdict is another one than at first",
        where="Where",
        subject="the ticket's subject",
        field="the ticket's field {field}",
        done="Done",
        removed_for_good="removed from the comment, for good",
        not_removed="Not removed, because",
        no_name="(without a name)",
        closed="The ticket is closed, so no note is possible there.",
        gone="The ticket or the comment is gone.",
        refused="Zendesk refused it.",
        failed="It could not be done.",
    ),
    headlines=Headlines(
        files={
            Verdict.MALICIOUS: Forms("{n} dangerous file", "{n} dangerous files"),
            Verdict.RESTRICTED: Forms("{n} file of a forbidden type", "{n} files of forbidden types"),
            Verdict.SUSPICIOUS: Forms("{n} suspicious file", "{n} suspicious files"),
            Verdict.UNKNOWN: Forms("{n} unchecked file", "{n} unchecked files"),
            Verdict.CLEAN: Forms("{n} file", "{n} files"),
        },
        links={
            Verdict.MALICIOUS: Forms("{n} dangerous link", "{n} dangerous links"),
            Verdict.RESTRICTED: Forms("{n} forbidden link", "{n} forbidden links"),
            Verdict.SUSPICIOUS: Forms("{n} suspicious link", "{n} suspicious links"),
            Verdict.UNKNOWN: Forms("{n} unchecked link", "{n} unchecked links"),
            Verdict.CLEAN: Forms("{n} link", "{n} links"),
        },
        still_there=Forms(
            "Warning: {n} dangerous file is still {inside}. Do not open it.",
            "Warning: {n} dangerous files are still {inside}. Do not open them.",
        ),
        removed="Deskwarden removed {what} {out_of}.",
        found_links=Forms(
            "Deskwarden found {what} {inside}. Do not open it.",
            "Deskwarden found {what} {inside}. Do not open them.",
        ),
        not_removed="Deskwarden could not remove {what} {out_of}.",
        found_left=Forms(
            "Deskwarden found {what} {inside} and left it there.",
            "Deskwarden found {what} {inside} and left them there.",
        ),
        unchecked=Forms(
            "Deskwarden could not check {n} file {inside} and left it there.",
            "Deskwarden could not check {n} files {inside} and left them there.",
        ),
        not_given_back=Forms(
            "Deskwarden could not give {n} file back {into}.", "Deskwarden could not give {n} files back {into}."
        ),
        given_back=Forms(
            "Deskwarden gave {n} file back {into}, because it was judged clean.",
            "Deskwarden gave {n} files back {into}, because they were judged clean.",
        ),
        note_given_back="Deskwarden gave 1 file back: it is attached to this note.",
        note_judged_clean="Your security team looked at it and judged it clean.",
    ),
    subjects=Subjects(
        files={
            Verdict.MALICIOUS: Forms("Malicious file", "{n} malicious files"),
            Verdict.RESTRICTED: Forms("File of a forbidden type", "{n} files of forbidden types"),
            Verdict.SUSPICIOUS: Forms("Suspicious file", "{n} suspicious files"),
            Verdict.UNKNOWN: Forms("Unchecked file", "{n} unchecked files"),
            Verdict.CLEAN: Forms("File", "{n} files"),
        },
        links={
            Verdict.MALICIOUS: Forms("Malicious link", "{n} malicious links"),
            Verdict.RESTRICTED: Forms("Forbidden link", "{n} forbidden links"),
            Verdict.SUSPICIOUS: Forms("Suspicious link", "{n} suspicious links"),
            Verdict.UNKNOWN: Forms("Unchecked link", "{n} unchecked links"),
            Verdict.CLEAN: Forms("Link", "{n} links"),
        },
        removed=same("{what} removed from ticket #{ticket}"),
        stuck=same("{what} could not be removed from ticket #{ticket}"),
        there=same("{what} in ticket #{ticket}"),
        given_back=same("{what} given back to ticket #{ticket}"),
        not_given_back=same("{what} could not be given back to ticket #{ticket}"),
    ),
    agent=AgentAdvice(
        dangerous_left=Forms(
            "Do not open, forward or download the dangerous file still in the ticket. Ask your Zendesk administrator "
            "to delete it, and tell your security team.",
            "Do not open, forward or download the dangerous files still in the ticket. Ask your Zendesk administrator "
            "to delete them, and tell your security team.",
        ),
        stuck=Forms(
            "Do not open what could not be removed: ask your Zendesk administrator to delete it.",
            "Do not open what could not be removed: ask your Zendesk administrator to delete them.",
        ),
        do_not_ask_again=Forms(
            "Do not ask the customer to send the dangerous file again by other means.",
            "Do not ask the customer to send the dangerous files again by other means.",
        ),
        forbidden=Forms(
            "A forbidden type does not tell whether the file is dangerous. If you need what is in it, ask the "
            "customer for another format, such as PDF.",
            "A forbidden type does not tell whether the files are dangerous. If you need what is in them, ask the "
            "customer for another format, such as PDF.",
        ),
        suspicious=Forms(
            "Suspicious does not mean clean: open the file only if you expected it from this customer.",
            "Suspicious does not mean clean: open such a file only if you expected it from this customer.",
        ),
        unchecked=Forms(
            "Not checked does not mean clean: open the file only if you expected it from this customer.",
            "Not checked does not mean clean: open such a file only if you expected it from this customer.",
        ),
        suspicious_or_unchecked=same(
            "Suspicious or not checked does not mean clean: open such a file only if you expected it from this "
            "customer."
        ),
        links_left=Forms(
            "Do not open the link, not even to try, and do not send it on.",
            "Do not open the links, not even to try, and do not send them on.",
        ),
        links_removed=Forms(
            "Do not ask the customer to send the link again.", "Do not ask the customer to send the links again."
        ),
        links_opened=Forms(
            "If anybody opened it already, or typed a password there, tell your security team now.",
            "If anybody opened one of them already, or typed a password there, tell your security team now.",
        ),
        mistake="If you think this is a mistake, ask your security team to look again.",
        mistake_with_details="If you think this is a mistake, ask your security team to look again: send them the "
        "link to the details.",
        released=(
            "You can open the file and work with it as usual.",
            "It is not removed again, unless your security team decides so.",
        ),
    ),
    team=TeamAdvice(
        remove_by_hand=Forms(
            "Remove by hand what could not be removed: a Zendesk administrator can redact the file or delete the "
            "ticket. Until then tell the agents not to open it.",
            "Remove by hand what could not be removed: a Zendesk administrator can redact the files or delete the "
            "ticket. Until then tell the agents not to open them.",
        ),
        no_note="The ticket bears no note about this, so tell its agent yourself. {reason}",
        back_by_itself="What was removed lies encrypted in quarantine. If that was a mistake, open the details and "
        "judge the file clean: it goes back into the ticket by itself.",
        back_by_download="What was removed lies encrypted in quarantine. If that was a mistake, open the details and "
        "judge the file clean: download it there.",
        reported="What was only reported still stands in the ticket, as your policy says: open the details and judge "
        "it.",
        links_by_hand=Forms(
            "Remove the link by hand: a Zendesk administrator can redact it.",
            "Remove the links by hand: a Zendesk administrator can redact them.",
        ),
        links_left=Forms(
            "The link still stands in the ticket. If it is harmless, open the details and judge it clean.",
            "The links still stand in the ticket. If one of them is harmless, open the details and judge it clean.",
        ),
        links_gone=Forms(
            "The link that was removed is gone from the ticket for good. If it was harmless, send the address to the "
            "agent.",
            "Links that were removed are gone from the ticket for good. If one of them was harmless, send the address "
            "to the agent.",
        ),
        released="Nothing. If this was a mistake, open the details and judge the file malicious: it is removed again.",
        not_released="Open the details, download there what could not be given back, and send it to the agent who "
        "needs it.",
    ),
    investigation=InvestigationWords(
        subject="Your question about a scan was answered",
        headline="Your security team has answered your question.",
        asked="You asked",
        answer="Answer",
        answered_by="Answered by",
        advice="If something is still open, open the details and ask again there.",
        closing="Zendesk account: {tenant}. You get this mail because you asked for this investigation.",
    ),
    connection=ConnectionWords(
        broken_subject="Zendesk account {tenant}: the protection does not work fully",
        broken="Deskwarden can no longer do all of its work in the Zendesk account {tenant}.",
        meaning="Dangerous files and links may stay in tickets until this is mended.",
        mend="To mend it",
        see_command="To see every check, run this where Deskwarden is installed: {command}",
        nothing_lost="Nothing is forgotten: when the connection works again, what came in meanwhile is checked.",
        mended_subject="Zendesk account {tenant}: the protection works again",
        mended="Deskwarden can do all of its work in the Zendesk account {tenant} again.",
        mended_advice="Nothing. What came in meanwhile is being checked now.",
        checks={
            "credentials": "Sign-in to Zendesk",
            "role": "Rights of the connecting user",
            "account": "Settings of the account",
            "webhook": "Webhook",
            "signing secret": "Secret of the webhook",
            "trigger": "Trigger",
            "public address": "Public address of Deskwarden",
            "delivery": "Delivery of a test message",
        },
    ),
    digest=DigestWords(
        files=Forms("{n} file", "{n} files"),
        links=Forms("{n} link", "{n} links"),
        letters=Forms("{n} event", "{n} events"),
        tickets=Forms("in {n} ticket", "in {n} tickets"),
        subject="Digest: {what} {tickets}",
        headline="Deskwarden reports {what} {tickets}, from {since} to {until}.",
        outbreak="More than {n} mails were due within an hour, so this mail lists the others.",
        hourly="Mails about this account are gathered for an hour, as your policy says.",
        daily="Mails about this account are gathered for a day, as your policy says.",
        quiet="This came in during your quiet hours.",
        still_there="Dangerous and still in the ticket",
        not_removed="Could not be removed",
        removed="Removed from the ticket",
        links_left="Links that still stand in the ticket",
        reported="Reported and left in the ticket",
        unchecked="Could not be checked",
        not_given_back="Could not be given back",
        given_back="Given back, because judged clean",
        ticket="ticket #{ticket}",
        more=Forms("and {n} more that has no room here", "and {n} more that have no room here"),
        part="Part {part} of {parts}.",
        advice_urgent="Begin with the first section: tell the agents of these tickets not to open anything there, and "
        "open the details.",
        advice="Each line leads to its details: if something is a mistake, judge it there.",
        unsubscribe="You get this digest because the connection names your address.",
        unsubscribe_link="Send me no more digests",
        page_question="Send no more digests about the Zendesk account {tenant} to this address? Mails about single "
        "events still come.",
        page_button="No more digests",
        page_done="No more digests about the Zendesk account {tenant} go to this address.",
        page_refused="This link is not complete or not from us. Open it from the newest digest, or ask whoever looks "
        "after Deskwarden.",
    ),
    dangers={
        Danger.TEST_FILE: "harmless file for testing virus scanners",
        Danger.MACRO: "document with a macro, a small program that can run by itself",
        Danger.DISGUISED: "program or script that looks like a harmless file",
        Danger.PROGRAM: "program that starts when it is opened",
        Danger.SCRIPT: "script that runs commands on the computer",
        Danger.SHORTCUT: "shortcut that starts a command in place of a document",
        Danger.DOCUMENT_FETCHES: "document that fetches something from the network when it is opened",
        Danger.DOCUMENT_STARTS: "document or page that can start programs",
        Danger.DOCUMENT_ATTACKS: "document that attacks the program that opens it",
        Danger.HIDDEN_PROGRAM: "file with something hidden inside that can run",
        Danger.HIDDEN_CONTENT: "file that hides what it really does",
        Danger.PAGE_BUILDS_FILE: "web page that puts a file on the computer by itself",
        Danger.PAGE_LEADS_AWAY: "page, picture or text that lures its reader to a foreign website",
        Danger.LOGIN_FORM: "form that sends passwords or card numbers to strangers",
        Danger.PASTE_COMMAND: "instructions to paste and run a harmful command",
        Danger.STEALS: "program that steals passwords or other data",
        Danger.RANSOM: "extortion: locks, deletes or threatens to publish data",
        Danger.REMOTE_CONTROL: "gives somebody outside control of the computer",
        Danger.PROTECTION_OFF: "switches off protection of the computer",
        Danger.WEB_SHELL: "back door for taking over a web server",
        Danger.MINER: "uses the computer secretly to make digital money",
        Danger.SCAM: "attempt to trick somebody out of money",
        Danger.ARCHIVE_TRICK: "archive built to deceive virus scanners",
        Danger.LOCKED: "protected with a password, so nobody could look inside",
        Danger.TOO_LARGE: "too large or too complicated to be checked whole",
        Danger.UNREADABLE: "damaged, or of a kind that cannot be read",
        Danger.FORBIDDEN_TYPE: "type of file that your company does not allow",
        Danger.KNOWN_BAD_LINK: "link to an address that is known to be dangerous",
        Danger.BLOCKED: "blocked by your own company",
        Danger.IMITATED: "link that imitates the address of a known company",
        Danger.MISLEADING_LINK: "link with signs of fraud",
        Danger.OTHER: "sign of danger",
    },
)
