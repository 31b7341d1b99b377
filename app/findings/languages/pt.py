"""Portuguese as it is written in Brazil."""

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

PORTUGUESE = Catalogue(
    tag="pt-BR",
    figures=Figures(
        decimal=",",
        group=".",
        grouping_from=1000,
        bytes=Forms("{n} byte", "{n} bytes"),
        units=("kB", "MB", "GB"),
        months=(
            *("janeiro", "fevereiro", "março", "abril", "maio", "junho"),
            *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
        ),
        moment="{day} de {month} de {year}, {time} ({zone})",
    ),
    frame=Frame(
        label="{label}: {text}",
        comma=", ",
        last_and=" e ",
        quoted="“{text}”",
        what_to_do="O que fazer",
        details="Detalhes",
        open_details="Abrir os detalhes",
        more=same("e mais {n}"),
        all_in_console="tudo no Deskwarden",
        see=", veja {link}",
        brackets="Colchetes, como em [.], evitam que nomes e endereços virem links.",
        note_closing="Escrito pelo Deskwarden; só os agentes veem esta nota. Referência {reference}",
        mail_closing="Conta do Zendesk: {tenant}. O Deskwarden envia este e-mail aos destinatários indicados na "
        "conexão ou na configuração DESKWARDEN_NOTIFY.",
        this_ticket=Place("neste ticket", "deste ticket", "a este ticket"),
        ticket=Place("no ticket #{ticket}", "do ticket #{ticket}", "ao ticket #{ticket}"),
    ),
    facts=Facts(
        verdict="Veredito",
        verdicts={
            Verdict.MALICIOUS: "perigoso",
            Verdict.RESTRICTED: "tipo proibido",
            Verdict.SUSPICIOUS: "suspeito",
            Verdict.UNKNOWN: "não verificado",
            Verdict.CLEAN: "sem perigo",
        },
        found="O que foi encontrado",
        reasons={
            Verdict.MALICIOUS: ("Motivo", "sua equipe de segurança considera perigoso"),
            Verdict.RESTRICTED: ("Motivo", "as regras da sua empresa não permitem"),
            Verdict.SUSPICIOUS: ("O que foi encontrado", "sinais de perigo, mas nenhuma prova"),
            Verdict.UNKNOWN: ("Por que não foi possível verificar", "não foi possível ler"),
            Verdict.CLEAN: ("O que foi encontrado", "nada"),
        },
        detail="Detalhe (em inglês)",
        inside="Onde, dentro do arquivo",
        not_done="Não foi feito porque",
        size_and_hash="{size}, SHA-256",
        link_text="Texto do link",
        changed="O que mudou",
        changed_generally="O veredito já não é o mesmo do início",
        where="Onde",
        subject="o assunto do ticket",
        field="o campo {field} do ticket",
        done="Feito",
        removed_for_good="removido do comentário para sempre",
        not_removed="Não foi removido porque",
        no_name="(sem nome)",
        closed="O ticket está fechado e não pode mais ser alterado.",
        gone="O ticket ou o comentário não existe mais.",
        refused="O Zendesk recusou.",
        failed="Não foi possível fazer isso.",
    ),
    headlines=Headlines(
        files={
            Verdict.MALICIOUS: Forms("{n} arquivo perigoso", "{n} arquivos perigosos"),
            Verdict.RESTRICTED: Forms("{n} arquivo de um tipo proibido", "{n} arquivos de tipos proibidos"),
            Verdict.SUSPICIOUS: Forms("{n} arquivo suspeito", "{n} arquivos suspeitos"),
            Verdict.UNKNOWN: Forms("{n} arquivo não verificado", "{n} arquivos não verificados"),
            Verdict.CLEAN: Forms("{n} arquivo", "{n} arquivos"),
        },
        links={
            Verdict.MALICIOUS: Forms("{n} link perigoso", "{n} links perigosos"),
            Verdict.RESTRICTED: Forms("{n} link proibido", "{n} links proibidos"),
            Verdict.SUSPICIOUS: Forms("{n} link suspeito", "{n} links suspeitos"),
            Verdict.UNKNOWN: Forms("{n} link não verificado", "{n} links não verificados"),
            Verdict.CLEAN: Forms("{n} link", "{n} links"),
        },
        still_there=Forms(
            "Atenção: {n} arquivo perigoso ainda está {inside}. Não o abra.",
            "Atenção: {n} arquivos perigosos ainda estão {inside}. Não os abra.",
        ),
        removed="O Deskwarden removeu {what} {out_of}.",
        found_links=Forms(
            "O Deskwarden encontrou {what} {inside}. Não o abra.",
            "O Deskwarden encontrou {what} {inside}. Não os abra.",
        ),
        not_removed="O Deskwarden não conseguiu remover {what} {out_of}.",
        found_left=Forms(
            "O Deskwarden encontrou {what} {inside} e o deixou lá.",
            "O Deskwarden encontrou {what} {inside} e os deixou lá.",
        ),
        unchecked=Forms(
            "O Deskwarden não conseguiu verificar {n} arquivo {inside} e o deixou lá.",
            "O Deskwarden não conseguiu verificar {n} arquivos {inside} e os deixou lá.",
        ),
        not_given_back=Forms(
            "O Deskwarden não conseguiu devolver {n} arquivo {into}.",
            "O Deskwarden não conseguiu devolver {n} arquivos {into}.",
        ),
        given_back=Forms(
            "O Deskwarden devolveu {n} arquivo {into}, porque foi considerado sem perigo.",
            "O Deskwarden devolveu {n} arquivos {into}, porque foram considerados sem perigo.",
        ),
        note_given_back="O Deskwarden devolveu 1 arquivo: ele está anexado a esta nota.",
        note_judged_clean="Sua equipe de segurança o analisou e o considerou sem perigo.",
    ),
    subjects=Subjects(
        files={
            Verdict.MALICIOUS: Forms("Arquivo perigoso", "{n} arquivos perigosos"),
            Verdict.RESTRICTED: Forms("Arquivo de um tipo proibido", "{n} arquivos de tipos proibidos"),
            Verdict.SUSPICIOUS: Forms("Arquivo suspeito", "{n} arquivos suspeitos"),
            Verdict.UNKNOWN: Forms("Arquivo não verificado", "{n} arquivos não verificados"),
            Verdict.CLEAN: Forms("Arquivo", "{n} arquivos"),
        },
        links={
            Verdict.MALICIOUS: Forms("Link perigoso", "{n} links perigosos"),
            Verdict.RESTRICTED: Forms("Link proibido", "{n} links proibidos"),
            Verdict.SUSPICIOUS: Forms("Link suspeito", "{n} links suspeitos"),
            Verdict.UNKNOWN: Forms("Link não verificado", "{n} links não verificados"),
            Verdict.CLEAN: Forms("Link", "{n} links"),
        },
        removed=Forms("{what} removido do ticket #{ticket}", "{what} removidos do ticket #{ticket}"),
        stuck=Forms(
            "{what} não pôde ser removido do ticket #{ticket}", "{what} não puderam ser removidos do ticket #{ticket}"
        ),
        there=same("{what} no ticket #{ticket}"),
        given_back=Forms("{what} devolvido ao ticket #{ticket}", "{what} devolvidos ao ticket #{ticket}"),
        not_given_back=Forms(
            "{what} não pôde ser devolvido ao ticket #{ticket}", "{what} não puderam ser devolvidos ao ticket #{ticket}"
        ),
    ),
    agent=AgentAdvice(
        dangerous_left=Forms(
            "Não abra, encaminhe nem baixe o arquivo perigoso que ainda está no ticket. Peça ao administrador do "
            "Zendesk que o exclua e avise sua equipe de segurança.",
            "Não abra, encaminhe nem baixe os arquivos perigosos que ainda estão no ticket. Peça ao administrador do "
            "Zendesk que os exclua e avise sua equipe de segurança.",
        ),
        stuck=Forms(
            "Não abra o arquivo que não pôde ser removido: peça ao administrador do Zendesk que o exclua.",
            "Não abra os arquivos que não puderam ser removidos: peça ao administrador do Zendesk que os exclua.",
        ),
        do_not_ask_again=Forms(
            "Não peça ao cliente que envie de novo o arquivo perigoso por outro meio.",
            "Não peça ao cliente que envie de novo os arquivos perigosos por outro meio.",
        ),
        forbidden=Forms(
            "Um tipo proibido não quer dizer que o arquivo seja perigoso. Se precisar do conteúdo, peça ao cliente "
            "outro formato, como PDF.",
            "Um tipo proibido não quer dizer que os arquivos sejam perigosos. Se precisar do conteúdo, peça ao cliente "
            "outro formato, como PDF.",
        ),
        suspicious=Forms(
            "Suspeito não quer dizer sem perigo: abra o arquivo somente se o esperava deste cliente.",
            "Suspeito não quer dizer sem perigo: abra um arquivo assim somente se o esperava deste cliente.",
        ),
        unchecked=Forms(
            "Não verificado não quer dizer sem perigo: abra o arquivo somente se o esperava deste cliente.",
            "Não verificado não quer dizer sem perigo: abra um arquivo assim somente se o esperava deste cliente.",
        ),
        suspicious_or_unchecked=same(
            "Suspeito ou não verificado não quer dizer sem perigo: abra um arquivo assim somente se o esperava deste "
            "cliente."
        ),
        links_left=Forms(
            "Não abra o link, nem para testar, e não o encaminhe.",
            "Não abra os links, nem para testar, e não os encaminhe.",
        ),
        links_removed=Forms(
            "Não peça ao cliente que envie o link de novo.", "Não peça ao cliente que envie os links de novo."
        ),
        links_opened=Forms(
            "Se alguém já o abriu ou digitou uma senha lá, avise agora mesmo sua equipe de segurança.",
            "Se alguém já abriu algum deles ou digitou uma senha lá, avise agora mesmo sua equipe de segurança.",
        ),
        mistake="Se você acha que é um engano, peça à sua equipe de segurança que verifique de novo.",
        mistake_with_details="Se você acha que é um engano, peça à sua equipe de segurança que verifique de novo: "
        "envie a ela o link dos detalhes.",
        released=(
            "Você pode abrir o arquivo e trabalhar com ele como de costume.",
            "Ele não será removido de novo, a menos que sua equipe de segurança decida assim.",
        ),
    ),
    team=TeamAdvice(
        remove_by_hand=Forms(
            "Remova à mão o que não pôde ser removido: um administrador do Zendesk pode suprimir o arquivo ou excluir "
            "o ticket. Até lá, diga aos agentes que não o abram.",
            "Remova à mão o que não pôde ser removido: um administrador do Zendesk pode suprimir os arquivos ou "
            "excluir o ticket. Até lá, diga aos agentes que não os abram.",
        ),
        no_note="O ticket não tem nenhuma nota sobre isso; avise você mesmo o agente. {reason}",
        back_by_itself="O que foi removido está criptografado em quarentena. Se foi um engano, abra os detalhes e "
        "marque o arquivo como sem perigo: ele volta ao ticket por si só.",
        back_by_download="O que foi removido está criptografado em quarentena. Se foi um engano, abra os detalhes, "
        "marque o arquivo como sem perigo e baixe-o ali.",
        reported="O que só foi comunicado continua no ticket, como manda a sua política: abra os detalhes e decida.",
        links_by_hand=Forms(
            "Remova o link à mão: um administrador do Zendesk pode suprimi-lo.",
            "Remova os links à mão: um administrador do Zendesk pode suprimi-los.",
        ),
        links_left=Forms(
            "O link continua no ticket. Se for inofensivo, abra os detalhes e marque-o como sem perigo.",
            "Os links continuam no ticket. Se algum for inofensivo, abra os detalhes e marque-o como sem perigo.",
        ),
        links_gone=Forms(
            "O link removido sumiu do ticket para sempre. Se era inofensivo, envie o endereço ao agente.",
            "Os links removidos sumiram do ticket para sempre. Se algum era inofensivo, envie o endereço ao agente.",
        ),
        released="Nada. Se foi um engano, abra os detalhes e marque o arquivo como perigoso: ele será removido de "
        "novo.",
        not_released="Abra os detalhes, baixe ali o que não pôde ser devolvido e envie ao agente que precisa dele.",
    ),
    investigation=InvestigationWords(
        subject="Resposta à sua pergunta sobre uma análise",
        headline="Sua equipe de segurança respondeu à sua pergunta.",
        asked="Sua pergunta",
        answer="Resposta",
        answered_by="Respondido por",
        advice="Se ainda restar alguma dúvida, abra os detalhes e pergunte de novo ali.",
        closing="Conta do Zendesk: {tenant}. Você recebe este e-mail porque pediu esta investigação.",
    ),
    connection=ConnectionWords(
        broken_subject="Conta do Zendesk {tenant}: a proteção não funciona por completo",
        broken="O Deskwarden não consegue mais fazer todo o seu trabalho na conta do Zendesk {tenant}.",
        meaning="Até que isso seja resolvido, arquivos e links perigosos podem ficar nos tickets.",
        mend="Como resolver",
        see_command="Para ver todas as verificações, execute isto onde o Deskwarden está instalado: {command}",
        nothing_lost="Nada é esquecido: quando a conexão voltar a funcionar, o que chegou nesse meio-tempo será "
        "verificado.",
        mended_subject="Conta do Zendesk {tenant}: a proteção voltou a funcionar",
        mended="O Deskwarden voltou a fazer todo o seu trabalho na conta do Zendesk {tenant}.",
        mended_advice="Nada. O que chegou nesse meio-tempo está sendo verificado agora.",
        checks={
            "credentials": "Acesso ao Zendesk",
            "role": "Permissões do usuário conectado",
            "account": "Configurações da conta",
            "webhook": "Webhook",
            "signing secret": "Segredo do webhook",
            "trigger": "Gatilho",
            "public address": "Endereço público do Deskwarden",
            "delivery": "Entrega de uma mensagem de teste",
        },
    ),
    digest=DigestWords(
        files=Forms("{n} arquivo", "{n} arquivos"),
        links=Forms("{n} link", "{n} links"),
        letters=Forms("{n} evento", "{n} eventos"),
        tickets=Forms("em {n} ticket", "em {n} tickets"),
        subject="Resumo: {what} {tickets}",
        headline="O Deskwarden informa {what} {tickets}, de {since} até {until}.",
        outbreak="Em uma hora havia mais de {n} e-mails a enviar, por isso este lista os demais.",
        hourly="Os e-mails sobre esta conta são reunidos durante uma hora, como manda a sua política.",
        daily="Os e-mails sobre esta conta são reunidos durante um dia, como manda a sua política.",
        quiet="Isto chegou durante o seu horário de silêncio.",
        still_there="Perigoso e ainda no ticket",
        not_removed="Não pôde ser removido",
        removed="Removido do ticket",
        links_left="Links que continuam no ticket",
        reported="Comunicado e deixado no ticket",
        unchecked="Não pôde ser verificado",
        not_given_back="Não pôde ser devolvido",
        given_back="Devolvido, porque considerado sem perigo",
        ticket="ticket #{ticket}",
        more=Forms("e mais {n} que não cabe aqui", "e mais {n} que não cabem aqui"),
        part="Parte {part} de {parts}.",
        advice_urgent="Comece pela primeira seção: diga aos agentes desses tickets que não abram nada ali e abra os "
        "detalhes.",
        advice="Cada linha leva aos seus detalhes: se algo for um engano, corrija ali o veredito.",
        unsubscribe="Você recebe este resumo porque seu endereço está indicado na conexão.",
        unsubscribe_link="Não me enviar mais resumos",
        page_question="Não enviar mais resumos da conta do Zendesk {tenant} para este endereço? Os e-mails sobre "
        "eventos isolados continuam chegando.",
        page_button="Sem mais resumos",
        page_done="Não são mais enviados resumos da conta do Zendesk {tenant} para este endereço.",
        page_refused="Este link está incompleto ou não é nosso. Abra-o a partir do resumo mais recente ou pergunte a "
        "quem cuida do Deskwarden.",
    ),
    dangers={
        Danger.TEST_FILE: "arquivo inofensivo para testar antivírus",
        Danger.MACRO: "documento com uma macro, um pequeno programa que pode iniciar sozinho",
        Danger.DISGUISED: "programa ou script que parece um arquivo inofensivo",
        Danger.PROGRAM: "programa que inicia ao ser aberto",
        Danger.SCRIPT: "script que executa comandos no computador",
        Danger.SHORTCUT: "atalho que executa um comando em vez de abrir um documento",
        Danger.DOCUMENT_FETCHES: "documento que busca algo na rede ao ser aberto",
        Danger.DOCUMENT_STARTS: "documento ou página que pode iniciar programas",
        Danger.DOCUMENT_ATTACKS: "documento que ataca o programa com que é aberto",
        Danger.HIDDEN_PROGRAM: "arquivo que esconde dentro algo que pode ser executado",
        Danger.HIDDEN_CONTENT: "arquivo que esconde o que realmente faz",
        Danger.PAGE_BUILDS_FILE: "página da web que coloca sozinha um arquivo no computador",
        Danger.PAGE_LEADS_AWAY: "página, imagem ou texto que atrai o leitor para um site alheio",
        Danger.LOGIN_FORM: "formulário que envia senhas ou números de cartão a desconhecidos",
        Danger.PASTE_COMMAND: "instruções para colar e executar um comando nocivo",
        Danger.STEALS: "programa que rouba senhas ou outros dados",
        Danger.RANSOM: "extorsão: bloqueia ou apaga dados, ou ameaça publicá-los",
        Danger.REMOTE_CONTROL: "dá o controle do computador a alguém de fora",
        Danger.PROTECTION_OFF: "desliga proteções do computador",
        Danger.WEB_SHELL: "porta dos fundos para assumir o controle de um servidor web",
        Danger.MINER: "usa o computador em segredo para gerar dinheiro digital",
        Danger.SCAM: "tentativa de golpe para obter dinheiro",
        Danger.ARCHIVE_TRICK: "arquivo compactado feito para enganar antivírus",
        Danger.LOCKED: "protegido com senha, por isso ninguém pôde olhar dentro",
        Danger.TOO_LARGE: "grande ou complexo demais para ser verificado por inteiro",
        Danger.UNREADABLE: "danificado ou em uma forma que não se pode ler",
        Danger.FORBIDDEN_TYPE: "tipo de arquivo que sua empresa não permite",
        Danger.KNOWN_BAD_LINK: "link para um endereço conhecido como perigoso",
        Danger.BLOCKED: "bloqueado pela sua própria empresa",
        Danger.IMITATED: "link que imita o endereço de uma empresa conhecida",
        Danger.MISLEADING_LINK: "link com sinais de fraude",
        Danger.OTHER: "sinal de perigo",
    },
)
