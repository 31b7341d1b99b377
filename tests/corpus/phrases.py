"""How people write the password of what they attach, in the languages in which help desks are written to."""

from __future__ import annotations

#: Language -> sentences; ``{p}`` is the password, ``{f}`` the name of the file.
PHRASES: dict[str, tuple[str, ...]] = {
    "en": (
        "Hi,\n\nplease find the documents attached.\nPassword: {p}\n\nBest regards",
        "The archive is protected, use {p} to open it.",
        "Archive password is {p}",
        "pw={p}",
        "To view the file enter the code {p} when asked.",
        "Due to our security policy the attachment is encrypted (pass: {p}).",
        "PASS - {p}",
        'The pass code for {f} is "{p}", thanks.',
    ),
    "de": (
        "Guten Tag,\n\nim Anhang die Unterlagen. Das Passwort lautet: {p}\n\nMit freundlichen Grüßen",
        "Passwort für die Datei: {p}",
        "Das Kennwort ist {p}.",
        "Entpacken mit dem Kennwort „{p}“",
        "PW: {p}",
    ),
    "fr": (
        "Bonjour,\n\nvoici le dossier. Mot de passe : {p}\n\nCordialement",
        "Le mot de passe est {p}",
        "mdp : {p}",
        "Pour ouvrir le fichier, utilisez le code « {p} ».",
    ),
    "es": (
        "Buenos días, adjunto la factura. Contraseña: {p}",
        "La contraseña del archivo es {p}. Saludos",
        "Clave: {p}",
        "contrasena {p}",
    ),
    "pt": ("Segue em anexo. Senha: {p}", "A senha do arquivo é {p}", "A palavra-passe é {p}.", "senha para abrir {p}"),
    "it": ("In allegato il documento.\nPassword: {p}", "La password del file è {p}", "parola chiave: {p}"),
    "nl": ("Bijgaand de stukken. Het wachtwoord is {p}", "Wachtwoord: {p}", "wachtwoord voor de zip = {p}"),
    "pl": ("Hasło do pliku: {p}", "W załączniku faktura. Hasło: {p}", "hasło to {p}"),
    "cs": ("V příloze je faktura. Heslo: {p}", "Heslo k archivu je {p}"),
    "tr": ("Dosyanın şifresi: {p}", "Ekteki dosya için parola: {p}", "Şifre {p}"),
    "ru": ("Добрый день! Документы во вложении.\nПароль: {p}", "Пароль от архива - {p}", "пароль {p}", "код: {p}"),
    "uk": ("Документи у вкладенні. Пароль: {p}", "Пароль до архіву: {p}"),
    "zh": ("您好,附件请查收。密码:{p}", "解压密码:{p}", "解压密码是{p}", "文件密码为 {p} ,谢谢", "打开密码 {p}"),
    "ja": (
        "添付ファイルをご確認ください。\nパスワード:{p}",
        "解凍パスワードは「{p}」です。",
        "パスワードは {p} となります。",
        "先ほどのメールのパスワードをお送りいたします。\n\n{p}\n\nよろしくお願いいたします。",
    ),
    "ko": ("첨부파일 확인 부탁드립니다. 비밀번호: {p}", "압축 암호는 {p} 입니다.", "패스워드 {p}"),
    "ar": ("يرجى الاطلاع على المرفق. كلمة المرور: {p}", "كلمة السر هي {p}"),
    "sv": ("Lösenord: {p}", "Filen är låst, lösenordet är {p}"),
    "da": ("Adgangskode: {p}", "Koden til filen er {p}"),
    "fi": ("Salasana: {p}", "Tiedoston salasana on {p}"),
    "hu": ("A jelszó: {p}", "Jelszó a fájlhoz: {p}"),
    "ro": ("Parola: {p}", "Parola pentru arhivă este {p}"),
    "el": ("Κωδικός: {p}", "Ο κωδικός του αρχείου είναι {p}"),
    "vi": ("Mật khẩu: {p}", "Mật khẩu giải nén là {p}"),
    "th": ("รหัสผ่าน: {p}", "รหัสผ่านคือ {p}"),
    "hi": ("पासवर्ड: {p}", "फ़ाइल का पासवर्ड {p} है"),
    "id": ("Kata sandi: {p}", "Password file: {p}"),
    "he": ("סיסמה: {p}", "הסיסמא לקובץ היא {p}"),
}
