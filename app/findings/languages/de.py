"""German, with the formal address that companies use."""

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

GERMAN = Catalogue(
    tag="de",
    figures=Figures(
        decimal=",",
        group=".",
        grouping_from=1000,
        bytes=same("{n} Byte"),
        units=("kB", "MB", "GB"),
        months=(
            *("Januar", "Februar", "März", "April", "Mai", "Juni"),
            *("Juli", "August", "September", "Oktober", "November", "Dezember"),
        ),
        moment="{day}. {month} {year}, {time} Uhr ({zone})",
    ),
    frame=Frame(
        label="{label}: {text}",
        comma=", ",
        last_and=" und ",
        quoted="„{text}“",
        what_to_do="Was zu tun ist",
        details="Einzelheiten",
        open_details="Einzelheiten öffnen",
        more=same("und {n} weitere"),
        all_in_console="alle in Deskwarden",
        see=", siehe {link}",
        brackets="Klammern wie in [.] sorgen dafür, dass Namen und Adressen nicht zu Links werden.",
        note_closing="Geschrieben von Deskwarden; nur Agenten sehen diese Notiz. Kennung {reference}",
        mail_closing="Zendesk-Konto: {tenant}. Deskwarden schickt diese Mail an die Empfänger, die bei der Verbindung "
        "oder in der Einstellung DESKWARDEN_NOTIFY stehen.",
        this_ticket=Place("in diesem Ticket", "aus diesem Ticket", "in dieses Ticket"),
        ticket=Place("in Ticket #{ticket}", "aus Ticket #{ticket}", "in Ticket #{ticket}"),
    ),
    facts=Facts(
        verdict="Urteil",
        verdicts={
            Verdict.MALICIOUS: "gefährlich",
            Verdict.RESTRICTED: "verbotener Typ",
            Verdict.SUSPICIOUS: "verdächtig",
            Verdict.UNKNOWN: "nicht geprüft",
            Verdict.CLEAN: "unbedenklich",
        },
        found="Was gefunden wurde",
        reasons={
            Verdict.MALICIOUS: ("Grund", "Ihr Sicherheitsteam hält es für gefährlich"),
            Verdict.RESTRICTED: ("Grund", "die Regeln Ihres Unternehmens erlauben es nicht"),
            Verdict.SUSPICIOUS: ("Was gefunden wurde", "Anzeichen von Gefahr, aber kein Beweis"),
            Verdict.UNKNOWN: ("Warum nicht geprüft werden konnte", "es war nicht lesbar"),
            Verdict.CLEAN: ("Was gefunden wurde", "nichts"),
        },
        detail="Genauer (englisch)",
        inside="Wo darin",
        not_done="Nicht erledigt, weil",
        size_and_hash="{size}, SHA-256",
        link_text="Text des Links",
        changed="Was sich geändert hat",
        changed_generally="Das Urteil lautet anders als zuerst",
        where="Wo",
        subject="im Betreff des Tickets",
        field="im Ticketfeld {field}",
        done="Erledigt",
        removed_for_good="endgültig aus dem Kommentar entfernt",
        not_removed="Nicht entfernt, weil",
        no_name="(ohne Namen)",
        closed="Das Ticket ist geschlossen und lässt sich nicht mehr ändern.",
        gone="Das Ticket oder der Kommentar ist nicht mehr da.",
        refused="Zendesk hat es abgelehnt.",
        failed="Es ließ sich nicht ausführen.",
    ),
    headlines=Headlines(
        files={
            Verdict.MALICIOUS: Forms("{n} gefährliche Datei", "{n} gefährliche Dateien"),
            Verdict.RESTRICTED: Forms("{n} Datei eines verbotenen Typs", "{n} Dateien verbotener Typen"),
            Verdict.SUSPICIOUS: Forms("{n} verdächtige Datei", "{n} verdächtige Dateien"),
            Verdict.UNKNOWN: Forms("{n} ungeprüfte Datei", "{n} ungeprüfte Dateien"),
            Verdict.CLEAN: Forms("{n} Datei", "{n} Dateien"),
        },
        links={
            Verdict.MALICIOUS: Forms("{n} gefährlichen Link", "{n} gefährliche Links"),
            Verdict.RESTRICTED: Forms("{n} verbotenen Link", "{n} verbotene Links"),
            Verdict.SUSPICIOUS: Forms("{n} verdächtigen Link", "{n} verdächtige Links"),
            Verdict.UNKNOWN: Forms("{n} ungeprüften Link", "{n} ungeprüfte Links"),
            Verdict.CLEAN: Forms("{n} Link", "{n} Links"),
        },
        still_there=Forms(
            "Achtung: {n} gefährliche Datei ist noch {inside}. Öffnen Sie sie nicht.",
            "Achtung: {n} gefährliche Dateien sind noch {inside}. Öffnen Sie sie nicht.",
        ),
        removed="Deskwarden hat {what} {out_of} entfernt.",
        found_links=Forms(
            "Deskwarden hat {what} {inside} gefunden. Öffnen Sie ihn nicht.",
            "Deskwarden hat {what} {inside} gefunden. Öffnen Sie sie nicht.",
        ),
        not_removed="Deskwarden konnte {what} nicht {out_of} entfernen.",
        found_left=same("Deskwarden hat {what} {inside} gefunden und dort belassen."),
        unchecked=Forms(
            "Deskwarden konnte {n} Datei {inside} nicht prüfen und hat sie dort belassen.",
            "Deskwarden konnte {n} Dateien {inside} nicht prüfen und hat sie dort belassen.",
        ),
        not_given_back=Forms(
            "Deskwarden konnte {n} Datei nicht {into} zurückgeben.",
            "Deskwarden konnte {n} Dateien nicht {into} zurückgeben.",
        ),
        given_back=Forms(
            "Deskwarden hat {n} Datei {into} zurückgegeben, weil sie für unbedenklich erklärt wurde.",
            "Deskwarden hat {n} Dateien {into} zurückgegeben, weil sie für unbedenklich erklärt wurden.",
        ),
        note_given_back="Deskwarden hat 1 Datei zurückgegeben: Sie hängt an dieser Notiz.",
        note_judged_clean="Ihr Sicherheitsteam hat sie angesehen und für unbedenklich erklärt.",
    ),
    subjects=Subjects(
        files={
            Verdict.MALICIOUS: Forms("Gefährliche Datei", "{n} gefährliche Dateien"),
            Verdict.RESTRICTED: Forms("Datei eines verbotenen Typs", "{n} Dateien verbotener Typen"),
            Verdict.SUSPICIOUS: Forms("Verdächtige Datei", "{n} verdächtige Dateien"),
            Verdict.UNKNOWN: Forms("Ungeprüfte Datei", "{n} ungeprüfte Dateien"),
            Verdict.CLEAN: Forms("Datei", "{n} Dateien"),
        },
        links={
            Verdict.MALICIOUS: Forms("Gefährlicher Link", "{n} gefährliche Links"),
            Verdict.RESTRICTED: Forms("Verbotener Link", "{n} verbotene Links"),
            Verdict.SUSPICIOUS: Forms("Verdächtiger Link", "{n} verdächtige Links"),
            Verdict.UNKNOWN: Forms("Ungeprüfter Link", "{n} ungeprüfte Links"),
            Verdict.CLEAN: Forms("Link", "{n} Links"),
        },
        removed=same("{what} aus Ticket #{ticket} entfernt"),
        stuck=Forms(
            "{what} konnte nicht aus Ticket #{ticket} entfernt werden",
            "{what} konnten nicht aus Ticket #{ticket} entfernt werden",
        ),
        there=same("{what} in Ticket #{ticket}"),
        given_back=same("{what} in Ticket #{ticket} zurückgegeben"),
        not_given_back=Forms(
            "{what} konnte nicht in Ticket #{ticket} zurückgegeben werden",
            "{what} konnten nicht in Ticket #{ticket} zurückgegeben werden",
        ),
    ),
    agent=AgentAdvice(
        dangerous_left=Forms(
            "Die gefährliche Datei, die noch im Ticket ist, nicht öffnen, weiterleiten oder herunterladen. Bitten Sie "
            "Ihren Zendesk-Administrator, sie zu löschen, und sagen Sie Ihrem Sicherheitsteam Bescheid.",
            "Die gefährlichen Dateien, die noch im Ticket sind, nicht öffnen, weiterleiten oder herunterladen. Bitten "
            "Sie Ihren Zendesk-Administrator, sie zu löschen, und sagen Sie Ihrem Sicherheitsteam Bescheid.",
        ),
        stuck=Forms(
            "Öffnen Sie die Datei nicht, die sich nicht entfernen ließ: Bitten Sie Ihren Zendesk-Administrator, sie zu "
            "löschen.",
            "Öffnen Sie die Dateien nicht, die sich nicht entfernen ließen: Bitten Sie Ihren Zendesk-Administrator, "
            "sie zu löschen.",
        ),
        do_not_ask_again=Forms(
            "Bitten Sie den Kunden nicht, die gefährliche Datei auf anderem Weg noch einmal zu schicken.",
            "Bitten Sie den Kunden nicht, die gefährlichen Dateien auf anderem Weg noch einmal zu schicken.",
        ),
        forbidden=Forms(
            "Ein verbotener Typ heißt nicht, dass die Datei gefährlich ist. Wenn Sie ihren Inhalt brauchen, bitten Sie "
            "den Kunden um ein anderes Format, zum Beispiel PDF.",
            "Ein verbotener Typ heißt nicht, dass die Dateien gefährlich sind. Wenn Sie ihren Inhalt brauchen, bitten "
            "Sie den Kunden um ein anderes Format, zum Beispiel PDF.",
        ),
        suspicious=Forms(
            "Verdächtig heißt nicht unbedenklich: Öffnen Sie die Datei nur, wenn Sie sie von diesem Kunden erwartet "
            "haben.",
            "Verdächtig heißt nicht unbedenklich: Öffnen Sie eine solche Datei nur, wenn Sie sie von diesem Kunden "
            "erwartet haben.",
        ),
        unchecked=Forms(
            "Nicht geprüft heißt nicht unbedenklich: Öffnen Sie die Datei nur, wenn Sie sie von diesem Kunden erwartet "
            "haben.",
            "Nicht geprüft heißt nicht unbedenklich: Öffnen Sie eine solche Datei nur, wenn Sie sie von diesem Kunden "
            "erwartet haben.",
        ),
        suspicious_or_unchecked=same(
            "Verdächtig oder nicht geprüft heißt nicht unbedenklich: Öffnen Sie eine solche Datei nur, wenn Sie sie "
            "von diesem Kunden erwartet haben."
        ),
        links_left=Forms(
            "Öffnen Sie den Link nicht, auch nicht zum Ausprobieren, und schicken Sie ihn nicht weiter.",
            "Öffnen Sie die Links nicht, auch nicht zum Ausprobieren, und schicken Sie sie nicht weiter.",
        ),
        links_removed=Forms(
            "Bitten Sie den Kunden nicht, den Link noch einmal zu schicken.",
            "Bitten Sie den Kunden nicht, die Links noch einmal zu schicken.",
        ),
        links_opened=Forms(
            "Wenn ihn schon jemand geöffnet oder dort ein Passwort eingegeben hat, sagen Sie das sofort Ihrem "
            "Sicherheitsteam.",
            "Wenn schon jemand einen davon geöffnet oder dort ein Passwort eingegeben hat, sagen Sie das sofort Ihrem "
            "Sicherheitsteam.",
        ),
        mistake="Wenn Sie das für einen Irrtum halten, bitten Sie Ihr Sicherheitsteam, noch einmal hinzusehen.",
        mistake_with_details="Wenn Sie das für einen Irrtum halten, bitten Sie Ihr Sicherheitsteam, noch einmal "
        "hinzusehen: Schicken Sie ihm den Link zu den Einzelheiten.",
        released=(
            "Sie können die Datei öffnen und wie gewohnt damit arbeiten.",
            "Sie wird nicht wieder entfernt, es sei denn, Ihr Sicherheitsteam entscheidet so.",
        ),
    ),
    team=TeamAdvice(
        remove_by_hand=Forms(
            "Entfernen Sie von Hand, was sich nicht entfernen ließ: Ein Zendesk-Administrator kann die Datei schwärzen "
            "oder das Ticket löschen. Sagen Sie den Agenten bis dahin, dass sie sie nicht öffnen sollen.",
            "Entfernen Sie von Hand, was sich nicht entfernen ließ: Ein Zendesk-Administrator kann die Dateien "
            "schwärzen oder das Ticket löschen. Sagen Sie den Agenten bis dahin, dass sie sie nicht öffnen sollen.",
        ),
        no_note="Im Ticket steht keine Notiz dazu, sagen Sie es dem Agenten also selbst. {reason}",
        back_by_itself="Was entfernt wurde, liegt verschlüsselt in Quarantäne. Wenn das ein Irrtum war, öffnen Sie die "
        "Einzelheiten und erklären Sie die Datei für unbedenklich: Sie kommt dann von selbst ins Ticket zurück.",
        back_by_download="Was entfernt wurde, liegt verschlüsselt in Quarantäne. Wenn das ein Irrtum war, öffnen Sie "
        "die Einzelheiten, erklären Sie die Datei für unbedenklich und laden Sie sie dort herunter.",
        reported="Was nur gemeldet wurde, steht weiterhin im Ticket, wie Ihre Richtlinie es vorsieht: Öffnen Sie die "
        "Einzelheiten und urteilen Sie darüber.",
        links_by_hand=Forms(
            "Entfernen Sie den Link von Hand: Ein Zendesk-Administrator kann ihn schwärzen.",
            "Entfernen Sie die Links von Hand: Ein Zendesk-Administrator kann sie schwärzen.",
        ),
        links_left=Forms(
            "Der Link steht weiterhin im Ticket. Wenn er harmlos ist, öffnen Sie die Einzelheiten und erklären Sie ihn "
            "für unbedenklich.",
            "Die Links stehen weiterhin im Ticket. Wenn einer davon harmlos ist, öffnen Sie die Einzelheiten und "
            "erklären Sie ihn für unbedenklich.",
        ),
        links_gone=Forms(
            "Der entfernte Link ist endgültig aus dem Ticket verschwunden. Wenn er harmlos war, schicken Sie die "
            "Adresse dem Agenten.",
            "Entfernte Links sind endgültig aus dem Ticket verschwunden. Wenn einer davon harmlos war, schicken Sie "
            "die Adresse dem Agenten.",
        ),
        released="Nichts. Wenn das ein Irrtum war, öffnen Sie die Einzelheiten und erklären Sie die Datei für "
        "gefährlich: Sie wird dann wieder entfernt.",
        not_released="Öffnen Sie die Einzelheiten, laden Sie dort herunter, was nicht zurückgegeben werden konnte, und "
        "schicken Sie es dem Agenten, der es braucht.",
    ),
    investigation=InvestigationWords(
        subject="Ihre Frage zu einer Prüfung ist beantwortet",
        headline="Ihr Sicherheitsteam hat Ihre Frage beantwortet.",
        asked="Ihre Frage",
        answer="Antwort",
        answered_by="Beantwortet von",
        advice="Wenn noch etwas offen ist, öffnen Sie die Einzelheiten und fragen Sie dort noch einmal.",
        closing="Zendesk-Konto: {tenant}. Sie bekommen diese Mail, weil Sie um diese Untersuchung gebeten haben.",
    ),
    connection=ConnectionWords(
        broken_subject="Zendesk-Konto {tenant}: Der Schutz wirkt nicht vollständig",
        broken="Deskwarden kann im Zendesk-Konto {tenant} nicht mehr alle seine Aufgaben erfüllen.",
        meaning="Gefährliche Dateien und Links können in Tickets stehen bleiben, bis das behoben ist.",
        mend="So wird es behoben",
        see_command="Alle Prüfungen zeigt dieser Befehl dort, wo Deskwarden installiert ist: {command}",
        nothing_lost="Nichts wird vergessen: Sobald die Verbindung wieder geht, wird geprüft, was inzwischen kam.",
        mended_subject="Zendesk-Konto {tenant}: Der Schutz wirkt wieder",
        mended="Deskwarden kann im Zendesk-Konto {tenant} wieder alle seine Aufgaben erfüllen.",
        mended_advice="Nichts. Was inzwischen kam, wird jetzt geprüft.",
        checks={
            "credentials": "Anmeldung bei Zendesk",
            "role": "Rechte des verbundenen Benutzers",
            "account": "Einstellungen des Kontos",
            "webhook": "Webhook",
            "signing secret": "Geheimnis des Webhooks",
            "trigger": "Auslöser",
            "public address": "Öffentliche Adresse von Deskwarden",
            "delivery": "Zustellung einer Testnachricht",
        },
    ),
    digest=DigestWords(
        files=Forms("{n} Datei", "{n} Dateien"),
        links=Forms("{n} Link", "{n} Links"),
        letters=Forms("{n} Ereignis", "{n} Ereignisse"),
        tickets=Forms("in {n} Ticket", "in {n} Tickets"),
        subject="Sammelmail: {what} {tickets}",
        headline="Deskwarden meldet {what} {tickets}, vom {since} bis zum {until}.",
        outbreak="Innerhalb einer Stunde waren mehr als {n} Mails fällig, deshalb nennt diese Mail die übrigen.",
        hourly="Mails zu diesem Konto werden jeweils eine Stunde lang gesammelt, wie Ihre Richtlinie es vorsieht.",
        daily="Mails zu diesem Konto werden jeweils einen Tag lang gesammelt, wie Ihre Richtlinie es vorsieht.",
        quiet="Das kam während Ihrer Ruhezeit.",
        still_there="Gefährlich und noch im Ticket",
        not_removed="Konnte nicht entfernt werden",
        removed="Aus dem Ticket entfernt",
        links_left="Links, die noch im Ticket stehen",
        reported="Gemeldet und im Ticket belassen",
        unchecked="Konnte nicht geprüft werden",
        not_given_back="Konnte nicht zurückgegeben werden",
        given_back="Zurückgegeben, weil unbedenklich",
        ticket="Ticket #{ticket}",
        more=Forms(
            "und {n} weiterer Eintrag, für den hier kein Platz ist", "und {n} weitere, für die hier kein Platz ist"
        ),
        part="Teil {part} von {parts}.",
        advice_urgent="Beginnen Sie mit dem ersten Abschnitt: Sagen Sie den Agenten dieser Tickets, dass sie dort "
        "nichts öffnen sollen, und öffnen Sie die Einzelheiten.",
        advice="Jede Zeile führt zu ihren Einzelheiten: Wenn etwas ein Irrtum ist, urteilen Sie dort neu.",
        unsubscribe="Sie bekommen diese Sammelmail, weil Ihre Adresse bei der Verbindung steht.",
        unsubscribe_link="Keine Sammelmails mehr schicken",
        page_question="Keine Sammelmails zum Zendesk-Konto {tenant} mehr an diese Adresse schicken? Mails zu einzelnen "
        "Ereignissen kommen weiterhin.",
        page_button="Keine Sammelmails mehr",
        page_done="An diese Adresse gehen keine Sammelmails zum Zendesk-Konto {tenant} mehr.",
        page_refused="Dieser Link ist unvollständig oder nicht von uns. Öffnen Sie ihn aus der neuesten Sammelmail, "
        "oder fragen Sie, wer Deskwarden bei Ihnen betreut.",
    ),
    dangers={
        Danger.TEST_FILE: "harmlose Datei zum Testen von Virenscannern",
        Danger.MACRO: "Dokument mit einem Makro, einem kleinen Programm, das von selbst starten kann",
        Danger.DISGUISED: "Programm oder Skript, das wie eine harmlose Datei aussieht",
        Danger.PROGRAM: "Programm, das beim Öffnen startet",
        Danger.SCRIPT: "Skript, das Befehle auf dem Computer ausführt",
        Danger.SHORTCUT: "Verknüpfung, die statt eines Dokuments einen Befehl startet",
        Danger.DOCUMENT_FETCHES: "Dokument, das beim Öffnen etwas aus dem Netz nachlädt",
        Danger.DOCUMENT_STARTS: "Dokument oder Seite, die Programme starten kann",
        Danger.DOCUMENT_ATTACKS: "Dokument, das das Programm angreift, mit dem man es öffnet",
        Danger.HIDDEN_PROGRAM: "Datei, in der etwas Ausführbares versteckt ist",
        Danger.HIDDEN_CONTENT: "Datei, die verbirgt, was sie wirklich tut",
        Danger.PAGE_BUILDS_FILE: "Webseite, die von selbst eine Datei auf dem Computer ablegt",
        Danger.PAGE_LEADS_AWAY: "Seite, Bild oder Text, der Leser auf eine fremde Website lockt",
        Danger.LOGIN_FORM: "Formular, das Passwörter oder Kartennummern an Fremde schickt",
        Danger.PASTE_COMMAND: "Anleitung, einen schädlichen Befehl einzufügen und auszuführen",
        Danger.STEALS: "Programm, das Passwörter oder andere Daten stiehlt",
        Danger.RANSOM: "Erpressung: sperrt oder löscht Daten oder droht, sie zu veröffentlichen",
        Danger.REMOTE_CONTROL: "gibt Fremden die Kontrolle über den Computer",
        Danger.PROTECTION_OFF: "schaltet Schutzfunktionen des Computers ab",
        Danger.WEB_SHELL: "Hintertür, um einen Webserver zu übernehmen",
        Danger.MINER: "nutzt den Computer heimlich, um digitales Geld zu schürfen",
        Danger.SCAM: "Versuch, jemanden um Geld zu betrügen",
        Danger.ARCHIVE_TRICK: "Archiv, das Virenscanner täuschen soll",
        Danger.LOCKED: "mit einem Passwort geschützt, niemand konnte hineinsehen",
        Danger.TOO_LARGE: "zu groß oder zu verschachtelt, um ganz geprüft zu werden",
        Danger.UNREADABLE: "beschädigt oder in einer Form, die sich nicht lesen lässt",
        Danger.FORBIDDEN_TYPE: "Dateityp, den Ihr Unternehmen nicht erlaubt",
        Danger.KNOWN_BAD_LINK: "Link zu einer Adresse, die als gefährlich bekannt ist",
        Danger.BLOCKED: "von Ihrem eigenen Unternehmen gesperrt",
        Danger.IMITATED: "Link, der die Adresse eines bekannten Unternehmens nachahmt",
        Danger.MISLEADING_LINK: "Link mit Anzeichen von Betrug",
        Danger.OTHER: "Anzeichen von Gefahr",
    },
)
