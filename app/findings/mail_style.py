"""How an HTML mail looks. Inline styles are for every client; the sheet adds the dark colours where a client reads it.

A client that drops the sheet shows dark text on white, whole. Colours meet WCAG 2.2 AA (4.5:1) on their ground.
"""

from __future__ import annotations

BODY = (
    "margin:0;padding:0;background:#eef1f4;color:#1c2229;"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Hiragino Sans','Noto Sans',sans-serif"
)
_BOX = (
    "max-width:600px;margin:0 auto;padding:20px 16px;box-sizing:border-box;background:#ffffff;color:#1c2229;"
    "border:1px solid #d5dbe1;border-radius:6px;overflow-wrap:anywhere;word-break:break-word;border-top:5px solid "
)
#: By the tone of a letter.
CARD = {
    "bad": f"{_BOX}#c62f2f",
    "warning": f"{_BOX}#b57208",
    "good": f"{_BOX}#2f7d46",
    "plain": f"{_BOX}#4a6b8a",
}
HEAD = "font-size:20px;line-height:1.35;margin:0 0 12px;font-weight:700"
SECTION = "font-size:16px;line-height:1.4;margin:24px 0 6px;font-weight:700"
ITEM = "margin:16px 0 0;padding:2px 0 2px 12px;border-left:4px solid #c9d0d8"
NAME = "font-size:17px;font-weight:700"
CODE = "font-size:13px;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;word-break:break-all"
LINK = "font-weight:600;color:#0b5cad"
FOOT = "margin:24px 0 0;padding-top:12px;border-top:1px solid #d5dbe1;font-size:13px;color:#525d69"

STYLE_SHEET = (
    ":root{color-scheme:light dark;supported-color-schemes:light dark}"
    "a{color:#0b5cad}"
    "@media (prefers-color-scheme:dark){"
    ".dw{background:#14181d!important;color:#e7ebef!important}"
    ".dw-card{background:#1e242b!important;color:#e7ebef!important;"
    "border-right-color:#39424c!important;border-bottom-color:#39424c!important;border-left-color:#39424c!important}"
    ".dw-item{border-left-color:#4b5662!important}"
    ".dw-foot{color:#aab4be!important;border-top-color:#39424c!important}"
    "a,.dw-link{color:#86bdf5!important}"
    "}"
    "@media (min-width:480px){.dw-card{padding:24px!important}}"
)
