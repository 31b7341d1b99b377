"""Japanese, in the polite form. Files, links and tickets are counted with 件; one and many are the same."""

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
    Frame,
    Headlines,
    InvestigationWords,
    Place,
    Subjects,
    TeamAdvice,
    same,
)

JAPANESE = Catalogue(
    tag="ja",
    figures=Figures(
        decimal=".",
        group=",",
        grouping_from=1000,
        bytes=same("{n} バイト"),
        units=("kB", "MB", "GB"),
        months=tuple(f"{month}月" for month in range(1, 13)),
        moment="{year}年{month}{day}日 {time} ({zone})",
    ),
    frame=Frame(
        label="{label}：{text}",
        comma="、",
        last_and="、",
        quoted="「{text}」",
        what_to_do="対応方法",
        details="詳細",
        open_details="詳細を開く",
        more=same("ほか {n} 件"),
        all_in_console="Deskwarden ですべて見る",
        see="（{link}）",
        brackets="[.] のような角括弧は、名前やアドレスがリンクにならないようにするためのものです。",
        note_closing="このメモは Deskwarden が作成しました。エージェントだけに表示されます。参照番号 {reference}",
        mail_closing="Zendesk アカウント「{tenant}」についてのお知らせです。このメールは、接続または設定 "
        "DESKWARDEN_NOTIFY で指定された宛先に Deskwarden が送信しています。",
        this_ticket=Place("このチケット", "このチケット", "このチケット"),
        ticket=Place("チケット #{ticket} ", "チケット #{ticket} ", "チケット #{ticket} "),
    ),
    facts=Facts(
        verdict="判定",
        verdicts={
            Verdict.MALICIOUS: "危険",
            Verdict.RESTRICTED: "禁止されている種類",
            Verdict.SUSPICIOUS: "疑わしい",
            Verdict.UNKNOWN: "未確認",
            Verdict.CLEAN: "問題なし",
        },
        found="見つかったもの",
        reasons={
            Verdict.MALICIOUS: ("理由", "セキュリティ担当者が危険と判断しました"),
            Verdict.RESTRICTED: ("理由", "会社の規則で許可されていません"),
            Verdict.SUSPICIOUS: ("見つかったもの", "危険の兆候がありますが、確証はありません"),
            Verdict.UNKNOWN: ("確認できなかった理由", "内容を読み取れませんでした"),
            Verdict.CLEAN: ("見つかったもの", "なし"),
        },
        detail="詳しい内容（英語）",
        inside="ファイル内の場所",
        not_done="実行できなかった理由",
        size_and_hash="{size}、SHA-256",
        link_text="リンクの表示文字",
        changed="変わったこと",
        changed_generally="最初の判定から変わりました",
        where="場所",
        subject="チケットの件名",
        field="チケットのフィールド {field}",
        done="対応済み",
        removed_for_good="コメントから完全に削除しました",
        not_removed="削除できなかった理由",
        no_name="（名前なし）",
        closed="チケットがクローズされているため、変更できません。",
        gone="チケットまたはコメントがもう存在しません。",
        refused="Zendesk に拒否されました。",
        failed="実行できませんでした。",
    ),
    headlines=Headlines(
        files={
            Verdict.MALICIOUS: same("危険なファイル {n} 件"),
            Verdict.RESTRICTED: same("禁止されている種類のファイル {n} 件"),
            Verdict.SUSPICIOUS: same("疑わしいファイル {n} 件"),
            Verdict.UNKNOWN: same("未確認のファイル {n} 件"),
            Verdict.CLEAN: same("ファイル {n} 件"),
        },
        links={
            Verdict.MALICIOUS: same("危険なリンク {n} 件"),
            Verdict.RESTRICTED: same("禁止されているリンク {n} 件"),
            Verdict.SUSPICIOUS: same("疑わしいリンク {n} 件"),
            Verdict.UNKNOWN: same("未確認のリンク {n} 件"),
            Verdict.CLEAN: same("リンク {n} 件"),
        },
        still_there=same("警告：{inside}に危険なファイルがまだ {n} 件残っています。開かないでください。"),
        removed="Deskwarden が{out_of}から{what}を削除しました。",
        found_links=same("Deskwarden が{inside}で{what}を見つけました。開かないでください。"),
        not_removed="Deskwarden は{out_of}から{what}を削除できませんでした。",
        found_left=same("Deskwarden が{inside}で{what}を見つけ、そのまま残しました。"),
        unchecked=same("Deskwarden は{inside}のファイル {n} 件を確認できず、そのまま残しました。"),
        not_given_back=same("Deskwarden は{into}にファイル {n} 件を戻せませんでした。"),
        given_back=same("問題なしと判定されたため、Deskwarden が{into}にファイル {n} 件を戻しました。"),
        note_given_back="Deskwarden がファイル 1 件を戻しました。このメモに添付されています。",
        note_judged_clean="セキュリティ担当者が確認し、問題なしと判断しました。",
    ),
    subjects=Subjects(
        files={
            Verdict.MALICIOUS: same("危険なファイル {n} 件"),
            Verdict.RESTRICTED: same("禁止されている種類のファイル {n} 件"),
            Verdict.SUSPICIOUS: same("疑わしいファイル {n} 件"),
            Verdict.UNKNOWN: same("未確認のファイル {n} 件"),
            Verdict.CLEAN: same("ファイル {n} 件"),
        },
        links={
            Verdict.MALICIOUS: same("危険なリンク {n} 件"),
            Verdict.RESTRICTED: same("禁止されているリンク {n} 件"),
            Verdict.SUSPICIOUS: same("疑わしいリンク {n} 件"),
            Verdict.UNKNOWN: same("未確認のリンク {n} 件"),
            Verdict.CLEAN: same("リンク {n} 件"),
        },
        removed=same("チケット #{ticket} から{what}を削除しました"),
        stuck=same("チケット #{ticket} から{what}を削除できませんでした"),
        there=same("チケット #{ticket} に{what}があります"),
        given_back=same("チケット #{ticket} に{what}を戻しました"),
        not_given_back=same("チケット #{ticket} に{what}を戻せませんでした"),
    ),
    agent=AgentAdvice(
        dangerous_left=same(
            "チケットに残っている危険なファイルを開いたり、転送したり、ダウンロードしたりしないでください。"
            "Zendesk の管理者に削除を依頼し、セキュリティ担当者に知らせてください。"
        ),
        stuck=same("削除できなかったファイルは開かず、Zendesk の管理者に削除を依頼してください。"),
        do_not_ask_again=same("危険なファイルを別の方法で送り直すよう、お客様に頼まないでください。"),
        forbidden=same(
            "禁止されている種類だからといって、ファイルが危険とは限りません。"
            "内容が必要な場合は、PDF など別の形式で送るようお客様に依頼してください。"
        ),
        suspicious=same(
            "疑わしいファイルは、安全とは限りません。このお客様から届く予定だった場合に限って開いてください。"
        ),
        unchecked=same(
            "確認できていないファイルは、安全とは限りません。このお客様から届く予定だった場合に限って開いてください。"
        ),
        suspicious_or_unchecked=same(
            "疑わしいファイルや確認できていないファイルは、安全とは限りません。"
            "このお客様から届く予定だった場合に限って開いてください。"
        ),
        links_left=same("試しにでもリンクを開かないでください。また、ほかの人に転送しないでください。"),
        links_removed=same("リンクを送り直すよう、お客様に頼まないでください。"),
        links_opened=same(
            "すでにリンクを開いた人や、そこでパスワードを入力した人がいる場合は、"
            "すぐにセキュリティ担当者に知らせてください。"
        ),
        mistake="誤りだと思われる場合は、セキュリティ担当者に再確認を依頼してください。",
        mistake_with_details="誤りだと思われる場合は、詳細へのリンクをセキュリティ担当者に送り、"
        "再確認を依頼してください。",
        released=(
            "ファイルは通常どおり開いて使えます。",
            "セキュリティ担当者が改めて判断しない限り、再び削除されることはありません。",
        ),
    ),
    team=TeamAdvice(
        remove_by_hand=same(
            "削除できなかったファイルは手動で削除してください。Zendesk の管理者がファイルを墨消しするか、"
            "チケットを削除できます。それまで開かないよう、エージェントに伝えてください。"
        ),
        no_note="このチケットにはメモがないため、担当エージェントに直接知らせてください。{reason}",
        back_by_itself="削除したファイルは暗号化して隔離してあります。誤りだった場合は、詳細を開いて"
        "「問題なし」と判定してください。ファイルは自動的にチケットへ戻ります。",
        back_by_download="削除したファイルは暗号化して隔離してあります。誤りだった場合は、詳細を開いて"
        "「問題なし」と判定し、そこからダウンロードしてください。",
        reported="報告だけのものは、ポリシーのとおりチケットに残っています。詳細を開いて判定してください。",
        links_by_hand=same("リンクを手動で削除してください。Zendesk の管理者が墨消しできます。"),
        links_left=same(
            "リンクはまだチケットに残っています。無害なものがあれば、詳細を開いて「問題なし」と判定してください。"
        ),
        links_gone=same(
            "削除したリンクはチケットから完全になくなりました。無害なものがあった場合は、"
            "アドレスを担当エージェントに送ってください。"
        ),
        released="必要な対応はありません。誤りだった場合は、詳細を開いて「危険」と判定してください。再び削除されます。",
        not_released="詳細を開き、戻せなかったファイルをそこからダウンロードして、必要としているエージェントに"
        "送ってください。",
    ),
    investigation=InvestigationWords(
        subject="検査についてのご質問に回答がありました",
        headline="セキュリティ担当者がご質問に回答しました。",
        asked="ご質問",
        answer="回答",
        answered_by="回答者",
        advice="ほかに不明な点があれば、詳細を開き、そこから改めて質問してください。",
        closing="Zendesk アカウント「{tenant}」についてのお知らせです。"
        "このメールは、調査を依頼された方に送信しています。",
    ),
    connection=ConnectionWords(
        broken_subject="Zendesk アカウント {tenant}：保護が完全には機能していません",
        broken="Deskwarden は Zendesk アカウント {tenant} で一部の処理ができなくなっています。",
        meaning="復旧するまで、危険なファイルやリンクがチケットに残るおそれがあります。",
        mend="復旧方法",
        see_command="すべての検査結果を見るには、Deskwarden をインストールした環境で次を実行してください：{command}",
        nothing_lost="見落としはありません。接続が復旧すると、その間に届いたものも検査されます。",
        mended_subject="Zendesk アカウント {tenant}：保護が復旧しました",
        mended="Deskwarden は Zendesk アカウント {tenant} で再びすべての処理ができるようになりました。",
        mended_advice="必要な対応はありません。その間に届いたものは現在検査中です。",
        checks={
            "credentials": "Zendesk へのサインイン",
            "role": "接続ユーザーの権限",
            "account": "アカウントの設定",
            "webhook": "Webhook",
            "signing secret": "Webhook の署名シークレット",
            "trigger": "トリガ",
            "public address": "Deskwarden の公開アドレス",
            "delivery": "テスト通知の配信",
        },
    ),
    digest=DigestWords(
        files=same("ファイル {n} 件"),
        links=same("リンク {n} 件"),
        letters=same("出来事 {n} 件"),
        tickets=same("チケット {n} 件"),
        subject="まとめ：{what}（{tickets}）",
        headline="{since}から {until}までの間に、{tickets}で{what}について報告があります。",
        outbreak="1 時間に送信するメールが {n} 通を超えたため、残りをこのメールにまとめました。",
        hourly="ポリシーにより、このアカウントについてのメールは 1 時間ごとにまとめています。",
        daily="ポリシーにより、このアカウントについてのメールは 1 日ごとにまとめています。",
        quiet="通知を控える時間帯に届いたものです。",
        still_there="危険で、まだチケットに残っているもの",
        not_removed="削除できなかったもの",
        removed="チケットから削除したもの",
        links_left="まだチケットに残っているリンク",
        reported="報告だけして、チケットに残したもの",
        unchecked="確認できなかったもの",
        not_given_back="戻せなかったもの",
        given_back="問題なしと判定され、戻したもの",
        ticket="チケット #{ticket}",
        more=same("ここに載せきれないものがほかに {n} 件"),
        part="{parts} 通中 {part} 通目。",
        advice_urgent="最初の項目から対応してください。該当チケットのエージェントに何も開かないよう伝え、"
        "詳細を開いてください。",
        advice="各行から詳細を開けます。誤りがあれば、そこで判定を変更してください。",
        unsubscribe="あなたのアドレスが接続の宛先に指定されているため、このまとめメールが届いています。",
        unsubscribe_link="まとめメールの配信を停止する",
        page_question="Zendesk アカウント {tenant} のまとめメールを、このアドレスに送信しないようにしますか。"
        "個別の通知メールは引き続き届きます。",
        page_button="まとめメールを停止する",
        page_done="Zendesk アカウント {tenant} のまとめメールは、このアドレスに送信されなくなりました。",
        page_refused="このリンクは不完全か、当サービスのものではありません。最新のまとめメールから開くか、"
        "Deskwarden の担当者に問い合わせてください。",
    ),
    dangers={
        Danger.TEST_FILE: "ウイルス対策ソフトの動作確認に使う無害なファイル",
        Danger.MACRO: "マクロ（自動で動くことがある小さなプログラム）を含む文書",
        Danger.DISGUISED: "無害なファイルに見せかけたプログラムまたはスクリプト",
        Danger.PROGRAM: "開くと動き出すプログラム",
        Danger.SCRIPT: "コンピューターで命令を実行するスクリプト",
        Danger.SHORTCUT: "文書を開く代わりに命令を実行するショートカット",
        Danger.DOCUMENT_FETCHES: "開くとネットワークから何かを取り込む文書",
        Danger.DOCUMENT_STARTS: "プログラムを起動できる文書またはページ",
        Danger.DOCUMENT_ATTACKS: "開くために使うソフトを攻撃する文書",
        Danger.HIDDEN_PROGRAM: "実行できるものが中に隠されたファイル",
        Danger.HIDDEN_CONTENT: "実際の動作を隠しているファイル",
        Danger.PAGE_BUILDS_FILE: "コンピューターに勝手にファイルを保存するウェブページ",
        Danger.PAGE_LEADS_AWAY: "読んだ人を別のサイトへ誘い込むページ、画像、または文章",
        Danger.LOGIN_FORM: "パスワードやカード番号を第三者に送る入力フォーム",
        Danger.PASTE_COMMAND: "有害な命令を貼り付けて実行させる指示",
        Danger.STEALS: "パスワードなどの情報を盗むプログラム",
        Danger.RANSOM: "脅迫（データを使えなくする、消す、公開すると脅す）",
        Danger.REMOTE_CONTROL: "外部の人にコンピューターを操作させるもの",
        Danger.PROTECTION_OFF: "コンピューターの保護機能を切るもの",
        Danger.WEB_SHELL: "ウェブサーバーを乗っ取るための裏口",
        Danger.MINER: "コンピューターを密かに使って暗号資産を稼ぐもの",
        Danger.SCAM: "お金をだまし取ろうとする詐欺",
        Danger.ARCHIVE_TRICK: "ウイルス対策ソフトを欺くように作られた圧縮ファイル",
        Danger.LOCKED: "パスワードで保護されており、中を確認できないもの",
        Danger.TOO_LARGE: "大きすぎる、または複雑すぎて全体を確認できないもの",
        Danger.UNREADABLE: "壊れているか、読み取れない形式のもの",
        Danger.FORBIDDEN_TYPE: "会社が許可していない種類のファイル",
        Danger.KNOWN_BAD_LINK: "危険と知られているアドレスへのリンク",
        Danger.BLOCKED: "自社でブロックしているもの",
        Danger.IMITATED: "有名な会社のアドレスに似せたリンク",
        Danger.MISLEADING_LINK: "詐欺の兆候があるリンク",
        Danger.OTHER: "危険の兆候",
    },
)
