"""Spanish, with the polite form and words that are understood on both sides of the Atlantic."""

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

SPANISH = Catalogue(
    tag="es",
    figures=Figures(
        decimal=",",
        group=".",
        # Four digits stand together (Ortografía de la lengua española; Unicode CLDR).
        grouping_from=10_000,
        bytes=Forms("{n} byte", "{n} bytes"),
        units=("kB", "MB", "GB"),
        months=(
            *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
            *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
        ),
        moment="{day} de {month} de {year}, {time} ({zone})",
    ),
    frame=Frame(
        label="{label}: {text}",
        comma=", ",
        last_and=" y ",
        quoted="«{text}»",
        what_to_do="Qué hacer",
        details="Detalles",
        open_details="Abrir los detalles",
        more=same("y {n} más"),
        all_in_console="todo en Deskwarden",
        see=", ver {link}",
        brackets="Los corchetes, como en [.], evitan que los nombres y las direcciones se conviertan en enlaces.",
        note_closing="Escrito por Deskwarden; solo los agentes ven esta nota. Referencia {reference}",
        mail_closing="Cuenta de Zendesk: {tenant}. Deskwarden envía este correo a los destinatarios indicados en la "
        "conexión o en el ajuste DESKWARDEN_NOTIFY.",
        this_ticket=Place("en este ticket", "de este ticket", "a este ticket"),
        ticket=Place("en el ticket #{ticket}", "del ticket #{ticket}", "al ticket #{ticket}"),
    ),
    facts=Facts(
        verdict="Veredicto",
        verdicts={
            Verdict.MALICIOUS: "peligroso",
            Verdict.RESTRICTED: "tipo prohibido",
            Verdict.SUSPICIOUS: "sospechoso",
            Verdict.UNKNOWN: "sin comprobar",
            Verdict.CLEAN: "sin peligro",
        },
        found="Qué se encontró",
        reasons={
            Verdict.MALICIOUS: ("Motivo", "su equipo de seguridad lo considera peligroso"),
            Verdict.RESTRICTED: ("Motivo", "las normas de su empresa no lo permiten"),
            Verdict.SUSPICIOUS: ("Qué se encontró", "señales de peligro, pero ninguna prueba"),
            Verdict.UNKNOWN: ("Por qué no se pudo comprobar", "no se pudo leer"),
            Verdict.CLEAN: ("Qué se encontró", "nada"),
        },
        detail="Detalle (en inglés)",
        inside="Dónde, en su interior",
        not_done="No se hizo porque",
        size_and_hash="{size}, SHA-256",
        link_text="Texto del enlace",
        changed="Qué ha cambiado",
        changed_generally="El veredicto ya no es el del principio",
        where="Dónde",
        subject="el asunto del ticket",
        field="el campo {field} del ticket",
        done="Hecho",
        removed_for_good="eliminado del comentario para siempre",
        not_removed="No se eliminó porque",
        no_name="(sin nombre)",
        closed="El ticket está cerrado y ya no se puede modificar.",
        gone="El ticket o el comentario ya no existe.",
        refused="Zendesk lo rechazó.",
        failed="No fue posible.",
    ),
    headlines=Headlines(
        files={
            Verdict.MALICIOUS: Forms("{n} archivo peligroso", "{n} archivos peligrosos"),
            Verdict.RESTRICTED: Forms("{n} archivo de un tipo prohibido", "{n} archivos de tipos prohibidos"),
            Verdict.SUSPICIOUS: Forms("{n} archivo sospechoso", "{n} archivos sospechosos"),
            Verdict.UNKNOWN: Forms("{n} archivo sin comprobar", "{n} archivos sin comprobar"),
            Verdict.CLEAN: Forms("{n} archivo", "{n} archivos"),
        },
        links={
            Verdict.MALICIOUS: Forms("{n} enlace peligroso", "{n} enlaces peligrosos"),
            Verdict.RESTRICTED: Forms("{n} enlace prohibido", "{n} enlaces prohibidos"),
            Verdict.SUSPICIOUS: Forms("{n} enlace sospechoso", "{n} enlaces sospechosos"),
            Verdict.UNKNOWN: Forms("{n} enlace sin comprobar", "{n} enlaces sin comprobar"),
            Verdict.CLEAN: Forms("{n} enlace", "{n} enlaces"),
        },
        still_there=Forms(
            "Atención: {n} archivo peligroso sigue {inside}. No lo abra.",
            "Atención: {n} archivos peligrosos siguen {inside}. No los abra.",
        ),
        removed="Deskwarden eliminó {what} {out_of}.",
        found_links=Forms(
            "Deskwarden encontró {what} {inside}. No lo abra.", "Deskwarden encontró {what} {inside}. No los abra."
        ),
        not_removed="Deskwarden no pudo eliminar {what} {out_of}.",
        found_left=Forms(
            "Deskwarden encontró {what} {inside} y lo dejó allí.",
            "Deskwarden encontró {what} {inside} y los dejó allí.",
        ),
        unchecked=Forms(
            "Deskwarden no pudo comprobar {n} archivo {inside} y lo dejó allí.",
            "Deskwarden no pudo comprobar {n} archivos {inside} y los dejó allí.",
        ),
        not_given_back=Forms(
            "Deskwarden no pudo devolver {n} archivo {into}.", "Deskwarden no pudo devolver {n} archivos {into}."
        ),
        given_back=Forms(
            "Deskwarden devolvió {n} archivo {into}, porque se consideró sin peligro.",
            "Deskwarden devolvió {n} archivos {into}, porque se consideraron sin peligro.",
        ),
        note_given_back="Deskwarden devolvió 1 archivo: está adjunto a esta nota.",
        note_judged_clean="Su equipo de seguridad lo revisó y lo consideró sin peligro.",
    ),
    subjects=Subjects(
        files={
            Verdict.MALICIOUS: Forms("Archivo peligroso", "{n} archivos peligrosos"),
            Verdict.RESTRICTED: Forms("Archivo de un tipo prohibido", "{n} archivos de tipos prohibidos"),
            Verdict.SUSPICIOUS: Forms("Archivo sospechoso", "{n} archivos sospechosos"),
            Verdict.UNKNOWN: Forms("Archivo sin comprobar", "{n} archivos sin comprobar"),
            Verdict.CLEAN: Forms("Archivo", "{n} archivos"),
        },
        links={
            Verdict.MALICIOUS: Forms("Enlace peligroso", "{n} enlaces peligrosos"),
            Verdict.RESTRICTED: Forms("Enlace prohibido", "{n} enlaces prohibidos"),
            Verdict.SUSPICIOUS: Forms("Enlace sospechoso", "{n} enlaces sospechosos"),
            Verdict.UNKNOWN: Forms("Enlace sin comprobar", "{n} enlaces sin comprobar"),
            Verdict.CLEAN: Forms("Enlace", "{n} enlaces"),
        },
        removed=Forms("{what} eliminado del ticket #{ticket}", "{what} eliminados del ticket #{ticket}"),
        stuck=Forms(
            "{what} no se pudo eliminar del ticket #{ticket}", "{what} no se pudieron eliminar del ticket #{ticket}"
        ),
        there=same("{what} en el ticket #{ticket}"),
        given_back=Forms("{what} devuelto al ticket #{ticket}", "{what} devueltos al ticket #{ticket}"),
        not_given_back=Forms(
            "{what} no se pudo devolver al ticket #{ticket}", "{what} no se pudieron devolver al ticket #{ticket}"
        ),
    ),
    agent=AgentAdvice(
        dangerous_left=Forms(
            "No abra, reenvíe ni descargue el archivo peligroso que sigue en el ticket. Pida a su administrador de "
            "Zendesk que lo elimine y avise a su equipo de seguridad.",
            "No abra, reenvíe ni descargue los archivos peligrosos que siguen en el ticket. Pida a su administrador de "
            "Zendesk que los elimine y avise a su equipo de seguridad.",
        ),
        stuck=Forms(
            "No abra el archivo que no se pudo eliminar: pida a su administrador de Zendesk que lo elimine.",
            "No abra los archivos que no se pudieron eliminar: pida a su administrador de Zendesk que los elimine.",
        ),
        do_not_ask_again=Forms(
            "No pida al cliente que vuelva a enviar el archivo peligroso por otra vía.",
            "No pida al cliente que vuelva a enviar los archivos peligrosos por otra vía.",
        ),
        forbidden=Forms(
            "Que el tipo esté prohibido no significa que el archivo sea peligroso. Si necesita su contenido, pida al "
            "cliente otro formato, por ejemplo PDF.",
            "Que el tipo esté prohibido no significa que los archivos sean peligrosos. Si necesita su contenido, pida "
            "al cliente otro formato, por ejemplo PDF.",
        ),
        suspicious=Forms(
            "Sospechoso no significa sin peligro: abra el archivo solo si lo esperaba de este cliente.",
            "Sospechoso no significa sin peligro: abra un archivo así solo si lo esperaba de este cliente.",
        ),
        unchecked=Forms(
            "Sin comprobar no significa sin peligro: abra el archivo solo si lo esperaba de este cliente.",
            "Sin comprobar no significa sin peligro: abra un archivo así solo si lo esperaba de este cliente.",
        ),
        suspicious_or_unchecked=same(
            "Sospechoso o sin comprobar no significa sin peligro: abra un archivo así solo si lo esperaba de este "
            "cliente."
        ),
        links_left=Forms(
            "No abra el enlace, ni siquiera para probarlo, y no lo reenvíe.",
            "No abra los enlaces, ni siquiera para probarlos, y no los reenvíe.",
        ),
        links_removed=Forms(
            "No pida al cliente que vuelva a enviar el enlace.", "No pida al cliente que vuelva a enviar los enlaces."
        ),
        links_opened=Forms(
            "Si alguien ya lo abrió o escribió allí una contraseña, avise de inmediato a su equipo de seguridad.",
            "Si alguien ya abrió alguno o escribió allí una contraseña, avise de inmediato a su equipo de seguridad.",
        ),
        mistake="Si cree que es un error, pida a su equipo de seguridad que lo revise de nuevo.",
        mistake_with_details="Si cree que es un error, pida a su equipo de seguridad que lo revise de nuevo: envíele "
        "el enlace a los detalles.",
        released=(
            "Puede abrir el archivo y trabajar con él como siempre.",
            "No se volverá a eliminar, salvo que su equipo de seguridad lo decida.",
        ),
    ),
    team=TeamAdvice(
        remove_by_hand=Forms(
            "Elimine a mano lo que no se pudo eliminar: un administrador de Zendesk puede suprimir el archivo o "
            "borrar el ticket. Hasta entonces, diga a los agentes que no lo abran.",
            "Elimine a mano lo que no se pudo eliminar: un administrador de Zendesk puede suprimir los archivos o "
            "borrar el ticket. Hasta entonces, diga a los agentes que no los abran.",
        ),
        no_note="El ticket no lleva ninguna nota sobre esto; avise usted mismo al agente. {reason}",
        back_by_itself="Lo eliminado está cifrado en cuarentena. Si fue un error, abra los detalles y marque el "
        "archivo como sin peligro: volverá al ticket por sí solo.",
        back_by_download="Lo eliminado está cifrado en cuarentena. Si fue un error, abra los detalles, marque el "
        "archivo como sin peligro y descárguelo allí.",
        reported="Lo que solo se notificó sigue en el ticket, como indica su política: abra los detalles y decida.",
        links_by_hand=Forms(
            "Elimine el enlace a mano: un administrador de Zendesk puede suprimirlo.",
            "Elimine los enlaces a mano: un administrador de Zendesk puede suprimirlos.",
        ),
        links_left=Forms(
            "El enlace sigue en el ticket. Si es inofensivo, abra los detalles y márquelo como sin peligro.",
            "Los enlaces siguen en el ticket. Si alguno es inofensivo, abra los detalles y márquelo como sin peligro.",
        ),
        links_gone=Forms(
            "El enlace eliminado ha desaparecido del ticket para siempre. Si era inofensivo, envíe la dirección al "
            "agente.",
            "Los enlaces eliminados han desaparecido del ticket para siempre. Si alguno era inofensivo, envíe la "
            "dirección al agente.",
        ),
        released="Nada. Si fue un error, abra los detalles y marque el archivo como peligroso: se volverá a eliminar.",
        not_released="Abra los detalles, descargue allí lo que no se pudo devolver y envíelo al agente que lo "
        "necesita.",
    ),
    investigation=InvestigationWords(
        subject="Respuesta a su pregunta sobre un análisis",
        headline="Su equipo de seguridad ha respondido a su pregunta.",
        asked="Su pregunta",
        answer="Respuesta",
        answered_by="Respondido por",
        advice="Si queda alguna duda, abra los detalles y vuelva a preguntar allí.",
        closing="Cuenta de Zendesk: {tenant}. Recibe este correo porque usted pidió esta investigación.",
    ),
    connection=ConnectionWords(
        broken_subject="Cuenta de Zendesk {tenant}: la protección no funciona del todo",
        broken="Deskwarden ya no puede hacer todo su trabajo en la cuenta de Zendesk {tenant}.",
        meaning="Hasta que se arregle, pueden quedar archivos y enlaces peligrosos en los tickets.",
        mend="Cómo arreglarlo",
        see_command="Para ver todas las comprobaciones, ejecute esto donde está instalado Deskwarden: {command}",
        nothing_lost="No se olvida nada: cuando la conexión vuelva a funcionar, se comprobará lo que llegó entretanto.",
        mended_subject="Cuenta de Zendesk {tenant}: la protección vuelve a funcionar",
        mended="Deskwarden vuelve a hacer todo su trabajo en la cuenta de Zendesk {tenant}.",
        mended_advice="Nada. Lo que llegó entretanto se está comprobando ahora.",
        checks={
            "credentials": "Acceso a Zendesk",
            "role": "Permisos del usuario conectado",
            "account": "Ajustes de la cuenta",
            "webhook": "Webhook",
            "signing secret": "Secreto del webhook",
            "trigger": "Disparador",
            "public address": "Dirección pública de Deskwarden",
            "delivery": "Entrega de un mensaje de prueba",
        },
    ),
    digest=DigestWords(
        files=Forms("{n} archivo", "{n} archivos"),
        links=Forms("{n} enlace", "{n} enlaces"),
        letters=Forms("{n} suceso", "{n} sucesos"),
        tickets=Forms("en {n} ticket", "en {n} tickets"),
        subject="Resumen: {what} {tickets}",
        headline="Deskwarden informa de {what} {tickets}, desde el {since} hasta el {until}.",
        outbreak="En una hora había que enviar más de {n} correos, por eso este enumera los demás.",
        hourly="Los correos sobre esta cuenta se agrupan durante una hora, como indica su política.",
        daily="Los correos sobre esta cuenta se agrupan durante un día, como indica su política.",
        quiet="Esto llegó durante sus horas de silencio.",
        still_there="Peligroso y todavía en el ticket",
        not_removed="No se pudo eliminar",
        removed="Eliminado del ticket",
        links_left="Enlaces que siguen en el ticket",
        reported="Notificado y dejado en el ticket",
        unchecked="No se pudo comprobar",
        not_given_back="No se pudo devolver",
        given_back="Devuelto, porque se consideró sin peligro",
        ticket="ticket #{ticket}",
        more=Forms("y {n} más que no cabe aquí", "y {n} más que no caben aquí"),
        part="Parte {part} de {parts}.",
        advice_urgent="Empiece por la primera sección: diga a los agentes de esos tickets que no abran nada allí y "
        "abra los detalles.",
        advice="Cada línea lleva a sus detalles: si algo es un error, corrija allí el veredicto.",
        unsubscribe="Recibe este resumen porque su dirección figura en la conexión.",
        unsubscribe_link="No enviarme más resúmenes",
        page_question="¿No enviar más resúmenes de la cuenta de Zendesk {tenant} a esta dirección? Los correos sobre "
        "sucesos concretos seguirán llegando.",
        page_button="No más resúmenes",
        page_done="Ya no se envían resúmenes de la cuenta de Zendesk {tenant} a esta dirección.",
        page_refused="Este enlace está incompleto o no es nuestro. Ábralo desde el resumen más reciente o pregunte a "
        "quien administra Deskwarden.",
    ),
    dangers={
        Danger.TEST_FILE: "archivo inofensivo para probar antivirus",
        Danger.MACRO: "documento con una macro, un pequeño programa que puede iniciarse solo",
        Danger.DISGUISED: "programa o script que parece un archivo inofensivo",
        Danger.PROGRAM: "programa que se inicia al abrirlo",
        Danger.SCRIPT: "script que ejecuta órdenes en el equipo",
        Danger.SHORTCUT: "acceso directo que ejecuta una orden en lugar de abrir un documento",
        Danger.DOCUMENT_FETCHES: "documento que descarga algo de la red al abrirlo",
        Danger.DOCUMENT_STARTS: "documento o página que puede iniciar programas",
        Danger.DOCUMENT_ATTACKS: "documento que ataca el programa con el que se abre",
        Danger.HIDDEN_PROGRAM: "archivo que esconde dentro algo que se puede ejecutar",
        Danger.HIDDEN_CONTENT: "archivo que oculta lo que hace en realidad",
        Danger.PAGE_BUILDS_FILE: "página web que deja por sí sola un archivo en el equipo",
        Danger.PAGE_LEADS_AWAY: "página, imagen o texto que atrae al lector a un sitio web ajeno",
        Danger.LOGIN_FORM: "formulario que envía contraseñas o números de tarjeta a desconocidos",
        Danger.PASTE_COMMAND: "instrucciones para pegar y ejecutar una orden dañina",
        Danger.STEALS: "programa que roba contraseñas u otros datos",
        Danger.RANSOM: "extorsión: bloquea o borra datos, o amenaza con publicarlos",
        Danger.REMOTE_CONTROL: "da el control del equipo a alguien de fuera",
        Danger.PROTECTION_OFF: "desactiva protecciones del equipo",
        Danger.WEB_SHELL: "puerta trasera para tomar el control de un servidor web",
        Danger.MINER: "usa el equipo en secreto para generar dinero digital",
        Danger.SCAM: "intento de estafa para obtener dinero",
        Danger.ARCHIVE_TRICK: "archivo comprimido hecho para engañar a los antivirus",
        Danger.LOCKED: "protegido con contraseña, así que nadie pudo mirar dentro",
        Danger.TOO_LARGE: "demasiado grande o complejo para comprobarlo entero",
        Danger.UNREADABLE: "dañado o de una forma que no se puede leer",
        Danger.FORBIDDEN_TYPE: "tipo de archivo que su empresa no permite",
        Danger.KNOWN_BAD_LINK: "enlace a una dirección conocida por ser peligrosa",
        Danger.BLOCKED: "bloqueado por su propia empresa",
        Danger.IMITATED: "enlace que imita la dirección de una empresa conocida",
        Danger.MISLEADING_LINK: "enlace con señales de fraude",
        Danger.OTHER: "señal de peligro",
    },
)
