"""French, with the polite form. A no-break space stands before a colon, as French typography asks."""

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

FRENCH = Catalogue(
    tag="fr",
    figures=Figures(
        decimal=",",
        group="\u202f",
        grouping_from=1000,
        bytes=Forms("{n} octet", "{n} octets"),
        units=("ko", "Mo", "Go"),
        months=(
            *("janvier", "février", "mars", "avril", "mai", "juin"),
            *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
        ),
        moment="{day} {month} {year} à {time} ({zone})",
    ),
    frame=Frame(
        label="{label}\u00a0: {text}",
        comma=", ",
        last_and=" et ",
        quoted="«\u00a0{text}\u00a0»",
        what_to_do="Que faire",
        details="Détails",
        open_details="Ouvrir les détails",
        more=Forms("et {n} autre", "et {n} autres"),
        all_in_console="tout dans Deskwarden",
        see=", voir {link}",
        brackets="Les crochets, comme dans [.], empêchent que des noms et des adresses deviennent des liens.",
        note_closing="Écrit par Deskwarden ; seuls les agents voient cette note. Référence {reference}",
        mail_closing="Compte Zendesk\u00a0: {tenant}. Deskwarden envoie ce message aux destinataires "
        "indiqués pour la connexion ou dans le réglage DESKWARDEN_NOTIFY.",
        this_ticket=Place("dans ce ticket", "de ce ticket", "à ce ticket"),
        ticket=Place("dans le ticket #{ticket}", "du ticket #{ticket}", "au ticket #{ticket}"),
    ),
    facts=Facts(
        verdict="Verdict",
        verdicts={
            Verdict.MALICIOUS: "dangereux",
            Verdict.RESTRICTED: "type interdit",
            Verdict.SUSPICIOUS: "suspect",
            Verdict.UNKNOWN: "non vérifié",
            Verdict.CLEAN: "sans danger",
        },
        found="Ce qui a été trouvé",
        reasons={
            Verdict.MALICIOUS: ("Raison", "votre équipe de sécurité l'a jugé dangereux"),
            Verdict.RESTRICTED: ("Raison", "les règles de votre entreprise ne l'autorisent pas"),
            Verdict.SUSPICIOUS: ("Ce qui a été trouvé", "des signes de danger, mais pas de preuve"),
            Verdict.UNKNOWN: ("Pourquoi la vérification a échoué", "le contenu était illisible"),
            Verdict.CLEAN: ("Ce qui a été trouvé", "rien"),
        },
        detail="Précision (en anglais)",
        inside="Emplacement à l'intérieur",
        not_done="Non fait, car",
        size_and_hash="{size}, SHA-256",
        link_text="Texte du lien",
        changed="Ce qui a changé",
        changed_generally="Le verdict n'est plus le même qu'au début",
        where="Emplacement",
        subject="l'objet du ticket",
        field="le champ {field} du ticket",
        done="Fait",
        removed_for_good="retiré définitivement du commentaire",
        not_removed="Non retiré, car",
        no_name="(sans nom)",
        closed="Le ticket est clos et ne peut plus être modifié.",
        gone="Le ticket ou le commentaire n'existe plus.",
        refused="Zendesk l'a refusé.",
        failed="L'opération a échoué.",
    ),
    headlines=Headlines(
        files={
            Verdict.MALICIOUS: Forms("{n} fichier dangereux", "{n} fichiers dangereux"),
            Verdict.RESTRICTED: Forms("{n} fichier d'un type interdit", "{n} fichiers de types interdits"),
            Verdict.SUSPICIOUS: Forms("{n} fichier suspect", "{n} fichiers suspects"),
            Verdict.UNKNOWN: Forms("{n} fichier non vérifié", "{n} fichiers non vérifiés"),
            Verdict.CLEAN: Forms("{n} fichier", "{n} fichiers"),
        },
        links={
            Verdict.MALICIOUS: Forms("{n} lien dangereux", "{n} liens dangereux"),
            Verdict.RESTRICTED: Forms("{n} lien interdit", "{n} liens interdits"),
            Verdict.SUSPICIOUS: Forms("{n} lien suspect", "{n} liens suspects"),
            Verdict.UNKNOWN: Forms("{n} lien non vérifié", "{n} liens non vérifiés"),
            Verdict.CLEAN: Forms("{n} lien", "{n} liens"),
        },
        still_there=Forms(
            "Attention\u00a0: {n} fichier dangereux est encore {inside}. Ne l'ouvrez pas.",
            "Attention\u00a0: {n} fichiers dangereux sont encore {inside}. Ne les ouvrez pas.",
        ),
        removed="Deskwarden a retiré {what} {out_of}.",
        found_links=Forms(
            "Deskwarden a trouvé {what} {inside}. Ne l'ouvrez pas.",
            "Deskwarden a trouvé {what} {inside}. Ne les ouvrez pas.",
        ),
        not_removed="Deskwarden n'a pas pu retirer {what} {out_of}.",
        found_left=Forms(
            "Deskwarden a trouvé {what} {inside} et l'y a laissé.",
            "Deskwarden a trouvé {what} {inside} et les y a laissés.",
        ),
        unchecked=Forms(
            "Deskwarden n'a pas pu vérifier {n} fichier {inside} et l'y a laissé.",
            "Deskwarden n'a pas pu vérifier {n} fichiers {inside} et les y a laissés.",
        ),
        not_given_back=Forms(
            "Deskwarden n'a pas pu rendre {n} fichier {into}.", "Deskwarden n'a pas pu rendre {n} fichiers {into}."
        ),
        given_back=Forms(
            "Deskwarden a rendu {n} fichier {into}, car il a été jugé sans danger.",
            "Deskwarden a rendu {n} fichiers {into}, car ils ont été jugés sans danger.",
        ),
        note_given_back="Deskwarden a rendu 1 fichier\u00a0: il est joint à cette note.",
        note_judged_clean="Votre équipe de sécurité l'a examiné et l'a jugé sans danger.",
    ),
    subjects=Subjects(
        files={
            Verdict.MALICIOUS: Forms("Fichier dangereux", "{n} fichiers dangereux"),
            Verdict.RESTRICTED: Forms("Fichier d'un type interdit", "{n} fichiers de types interdits"),
            Verdict.SUSPICIOUS: Forms("Fichier suspect", "{n} fichiers suspects"),
            Verdict.UNKNOWN: Forms("Fichier non vérifié", "{n} fichiers non vérifiés"),
            Verdict.CLEAN: Forms("Fichier", "{n} fichiers"),
        },
        links={
            Verdict.MALICIOUS: Forms("Lien dangereux", "{n} liens dangereux"),
            Verdict.RESTRICTED: Forms("Lien interdit", "{n} liens interdits"),
            Verdict.SUSPICIOUS: Forms("Lien suspect", "{n} liens suspects"),
            Verdict.UNKNOWN: Forms("Lien non vérifié", "{n} liens non vérifiés"),
            Verdict.CLEAN: Forms("Lien", "{n} liens"),
        },
        removed=Forms("{what} retiré du ticket #{ticket}", "{what} retirés du ticket #{ticket}"),
        stuck=Forms(
            "{what} impossible à retirer du ticket #{ticket}",
            "{what} impossibles à retirer du ticket #{ticket}",
        ),
        there=same("{what} dans le ticket #{ticket}"),
        given_back=Forms("{what} rendu au ticket #{ticket}", "{what} rendus au ticket #{ticket}"),
        not_given_back=Forms(
            "{what} impossible à rendre au ticket #{ticket}", "{what} impossibles à rendre au ticket #{ticket}"
        ),
    ),
    agent=AgentAdvice(
        dangerous_left=Forms(
            "N'ouvrez pas, ne transférez pas et ne téléchargez pas le fichier dangereux encore présent dans le ticket. "
            "Demandez à votre administrateur Zendesk de le supprimer et prévenez votre équipe de sécurité.",
            "N'ouvrez pas, ne transférez pas et ne téléchargez pas les fichiers dangereux encore présents dans le "
            "ticket. Demandez à votre administrateur Zendesk de les supprimer et prévenez votre équipe de sécurité.",
        ),
        stuck=Forms(
            "N'ouvrez pas ce qui n'a pas pu être retiré\u00a0: demandez à votre administrateur Zendesk de "
            "le supprimer.",
            "N'ouvrez pas ce qui n'a pas pu être retiré\u00a0: demandez à votre administrateur Zendesk de "
            "supprimer ces fichiers.",
        ),
        do_not_ask_again=Forms(
            "Ne demandez pas au client de renvoyer le fichier dangereux par un autre moyen.",
            "Ne demandez pas au client de renvoyer les fichiers dangereux par un autre moyen.",
        ),
        forbidden=Forms(
            "Un type interdit ne veut pas dire que le fichier est dangereux. Si vous avez besoin de son contenu, "
            "demandez au client un autre format, par exemple PDF.",
            "Un type interdit ne veut pas dire que les fichiers sont dangereux. Si vous avez besoin de leur contenu, "
            "demandez au client un autre format, par exemple PDF.",
        ),
        suspicious=Forms(
            "Suspect ne veut pas dire sans danger\u00a0: n'ouvrez le fichier que si vous l'attendiez de ce client.",
            "Suspect ne veut pas dire sans danger\u00a0: n'ouvrez un tel fichier que si vous l'attendiez de ce client.",
        ),
        unchecked=Forms(
            "Non vérifié ne veut pas dire sans danger\u00a0: n'ouvrez le fichier que si vous l'attendiez de ce client.",
            "Non vérifié ne veut pas dire sans danger\u00a0: n'ouvrez un tel fichier que si vous "
            "l'attendiez de ce client.",
        ),
        suspicious_or_unchecked=same(
            "Suspect ou non vérifié ne veut pas dire sans danger\u00a0: n'ouvrez un tel fichier que si "
            "vous l'attendiez de ce client."
        ),
        links_left=Forms(
            "N'ouvrez pas le lien, même pour essayer, et ne le transférez pas.",
            "N'ouvrez pas les liens, même pour essayer, et ne les transférez pas.",
        ),
        links_removed=Forms(
            "Ne demandez pas au client de renvoyer le lien.", "Ne demandez pas au client de renvoyer les liens."
        ),
        links_opened=Forms(
            "Si quelqu'un l'a déjà ouvert ou y a saisi un mot de passe, prévenez tout de suite votre équipe de "
            "sécurité.",
            "Si quelqu'un en a déjà ouvert un ou y a saisi un mot de passe, prévenez tout de suite votre équipe de "
            "sécurité.",
        ),
        mistake="Si vous pensez que c'est une erreur, demandez à votre équipe de sécurité de vérifier de nouveau.",
        mistake_with_details="Si vous pensez que c'est une erreur, demandez à votre équipe de sécurité de vérifier de "
        "nouveau\u00a0: envoyez-lui le lien vers les détails.",
        released=(
            "Vous pouvez ouvrir le fichier et travailler avec comme d'habitude.",
            "Il ne sera plus retiré, sauf si votre équipe de sécurité en décide autrement.",
        ),
    ),
    team=TeamAdvice(
        remove_by_hand=Forms(
            "Retirez à la main ce qui n'a pas pu l'être\u00a0: un administrateur Zendesk peut effacer le "
            "fichier ou supprimer le ticket. D'ici là, dites aux agents de ne pas l'ouvrir.",
            "Retirez à la main ce qui n'a pas pu l'être\u00a0: un administrateur Zendesk peut effacer les "
            "fichiers ou supprimer le ticket. D'ici là, dites aux agents de ne pas les ouvrir.",
        ),
        no_note="Le ticket ne porte aucune note à ce sujet, prévenez donc vous-même l'agent. {reason}",
        back_by_itself="Ce qui a été retiré est chiffré en quarantaine. Si c'était une erreur, ouvrez les détails et "
        "jugez le fichier sans danger\u00a0: il revient de lui-même dans le ticket.",
        back_by_download="Ce qui a été retiré est chiffré en quarantaine. Si c'était une erreur, ouvrez les détails, "
        "jugez le fichier sans danger et téléchargez-le à cet endroit.",
        reported="Ce qui a seulement été signalé reste dans le ticket, comme le veut votre règle\u00a0: "
        "ouvrez les détails et donnez votre verdict.",
        links_by_hand=Forms(
            "Retirez le lien à la main\u00a0: un administrateur Zendesk peut l'effacer.",
            "Retirez les liens à la main\u00a0: un administrateur Zendesk peut les effacer.",
        ),
        links_left=Forms(
            "Le lien est toujours dans le ticket. S'il est inoffensif, ouvrez les détails et jugez-le sans danger.",
            "Les liens sont toujours dans le ticket. Si l'un d'eux est inoffensif, ouvrez les détails et jugez-le sans "
            "danger.",
        ),
        links_gone=Forms(
            "Le lien retiré a définitivement disparu du ticket. S'il était inoffensif, envoyez l'adresse à l'agent.",
            "Les liens retirés ont définitivement disparu du ticket. Si l'un d'eux était inoffensif, envoyez "
            "l'adresse à l'agent.",
        ),
        released="Rien. Si c'était une erreur, ouvrez les détails et jugez le fichier dangereux\u00a0: il "
        "est alors de nouveau retiré.",
        not_released="Ouvrez les détails, téléchargez-y ce qui n'a pas pu être rendu et envoyez-le à l'agent qui en a "
        "besoin.",
    ),
    investigation=InvestigationWords(
        subject="Réponse à votre question sur une analyse",
        headline="Votre équipe de sécurité a répondu à votre question.",
        asked="Votre question",
        answer="Réponse",
        answered_by="Réponse de",
        advice="S'il reste une question, ouvrez les détails et posez-la à cet endroit.",
        closing="Compte Zendesk\u00a0: {tenant}. Vous recevez ce message car vous avez demandé cette enquête.",
    ),
    connection=ConnectionWords(
        broken_subject="Compte Zendesk {tenant}\u00a0: la protection ne fonctionne pas complètement",
        broken="Deskwarden ne peut plus accomplir toutes ses tâches dans le compte Zendesk {tenant}.",
        meaning="Des fichiers et des liens dangereux peuvent rester dans les tickets tant que ce n'est pas réparé.",
        mend="Pour réparer",
        see_command="Pour voir toutes les vérifications, lancez ceci là où Deskwarden est installé\u00a0: {command}",
        nothing_lost="Rien n'est oublié\u00a0: dès que la connexion fonctionne à nouveau, ce qui est "
        "arrivé entre-temps est vérifié.",
        mended_subject="Compte Zendesk {tenant}\u00a0: la protection fonctionne de nouveau",
        mended="Deskwarden peut de nouveau accomplir toutes ses tâches dans le compte Zendesk {tenant}.",
        mended_advice="Rien. Ce qui est arrivé entre-temps est en cours de vérification.",
        checks={
            "credentials": "Connexion à Zendesk",
            "role": "Droits de l'utilisateur connecté",
            "account": "Paramètres du compte",
            "webhook": "Webhook",
            "signing secret": "Secret du webhook",
            "trigger": "Déclencheur",
            "public address": "Adresse publique de Deskwarden",
            "delivery": "Réception d'un message d'essai",
        },
    ),
    digest=DigestWords(
        files=Forms("{n} fichier", "{n} fichiers"),
        links=Forms("{n} lien", "{n} liens"),
        letters=Forms("{n} événement", "{n} événements"),
        tickets=Forms("dans {n} ticket", "dans {n} tickets"),
        subject="Récapitulatif\u00a0: {what} {tickets}",
        headline="Deskwarden signale {what} {tickets}, du {since} au {until}.",
        outbreak="Plus de {n} messages étaient à envoyer en une heure\u00a0; celui-ci énumère les autres.",
        hourly="Les messages sur ce compte sont regroupés pendant une heure, comme le veut votre règle.",
        daily="Les messages sur ce compte sont regroupés pendant une journée, comme le veut votre règle.",
        quiet="Cela est arrivé pendant vos heures de silence.",
        still_there="Dangereux et encore dans le ticket",
        not_removed="N'a pas pu être retiré",
        removed="Retiré du ticket",
        links_left="Liens encore dans le ticket",
        reported="Signalé et laissé dans le ticket",
        unchecked="N'a pas pu être vérifié",
        not_given_back="N'a pas pu être rendu",
        given_back="Rendu, car jugé sans danger",
        ticket="ticket #{ticket}",
        more=Forms("et {n} autre, faute de place ici", "et {n} autres, faute de place ici"),
        part="Partie {part} sur {parts}.",
        advice_urgent="Commencez par la première section\u00a0: dites aux agents de ces tickets de n'y "
        "rien ouvrir et ouvrez les détails.",
        advice="Chaque ligne mène à ses détails\u00a0: si quelque chose est une erreur, corrigez le "
        "verdict à cet endroit.",
        unsubscribe="Vous recevez ce récapitulatif car votre adresse est indiquée pour la connexion.",
        unsubscribe_link="Ne plus m'envoyer de récapitulatifs",
        page_question="Ne plus envoyer de récapitulatifs sur le compte Zendesk {tenant} à cette adresse\u00a0? "
        "Les messages sur des événements isolés continuent d'arriver.",
        page_button="Plus de récapitulatifs",
        page_done="Plus aucun récapitulatif sur le compte Zendesk {tenant} n'est envoyé à cette adresse.",
        page_refused="Ce lien est incomplet ou ne vient pas de nous. Ouvrez-le depuis le récapitulatif le plus récent "
        "ou adressez-vous à la personne qui s'occupe de Deskwarden.",
    ),
    dangers={
        Danger.TEST_FILE: "fichier inoffensif qui sert à tester les antivirus",
        Danger.MACRO: "document avec une macro, un petit programme qui peut se lancer tout seul",
        Danger.DISGUISED: "programme ou script qui se fait passer pour un fichier inoffensif",
        Danger.PROGRAM: "programme qui démarre quand on l'ouvre",
        Danger.SCRIPT: "script qui exécute des commandes sur l'ordinateur",
        Danger.SHORTCUT: "raccourci qui lance une commande au lieu d'ouvrir un document",
        Danger.DOCUMENT_FETCHES: "document qui va chercher quelque chose sur le réseau quand on l'ouvre",
        Danger.DOCUMENT_STARTS: "document ou page qui peut lancer des programmes",
        Danger.DOCUMENT_ATTACKS: "document qui attaque le programme avec lequel on l'ouvre",
        Danger.HIDDEN_PROGRAM: "fichier qui cache à l'intérieur quelque chose d'exécutable",
        Danger.HIDDEN_CONTENT: "fichier qui cache ce qu'il fait vraiment",
        Danger.PAGE_BUILDS_FILE: "page web qui dépose d'elle-même un fichier sur l'ordinateur",
        Danger.PAGE_LEADS_AWAY: "page, image ou texte qui attire le lecteur vers un autre site",
        Danger.LOGIN_FORM: "formulaire qui envoie des mots de passe ou des numéros de carte à des inconnus",
        Danger.PASTE_COMMAND: "instructions pour coller et exécuter une commande nuisible",
        Danger.STEALS: "programme qui vole des mots de passe ou d'autres données",
        Danger.RANSOM: "extorsion\u00a0: bloque, supprime ou menace de publier des données",
        Danger.REMOTE_CONTROL: "donne le contrôle de l'ordinateur à quelqu'un d'extérieur",
        Danger.PROTECTION_OFF: "désactive des protections de l'ordinateur",
        Danger.WEB_SHELL: "porte dérobée pour prendre le contrôle d'un serveur web",
        Danger.MINER: "utilise l'ordinateur en secret pour produire de la monnaie numérique",
        Danger.SCAM: "tentative d'escroquerie pour obtenir de l'argent",
        Danger.ARCHIVE_TRICK: "archive construite pour tromper les antivirus",
        Danger.LOCKED: "protégé par un mot de passe, donc impossible à examiner",
        Danger.TOO_LARGE: "trop volumineux ou trop complexe pour être vérifié en entier",
        Danger.UNREADABLE: "endommagé ou d'une forme illisible",
        Danger.FORBIDDEN_TYPE: "type de fichier que votre entreprise n'autorise pas",
        Danger.KNOWN_BAD_LINK: "lien vers une adresse connue pour être dangereuse",
        Danger.BLOCKED: "bloqué par votre propre entreprise",
        Danger.IMITATED: "lien qui imite l'adresse d'une entreprise connue",
        Danger.MISLEADING_LINK: "lien avec des signes de fraude",
        Danger.OTHER: "signe de danger",
    },
)
