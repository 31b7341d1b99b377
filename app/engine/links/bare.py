"""Tell host names that stand in a text without a scheme from file names, abbreviations, code and joined sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from app.engine.links import domains

#: Suffixes under which most names end that people write without a scheme.
_GENERIC = frozenset("com net org info biz edu gov int mil".split())
#: Suffixes that are kinds of files far more often.
_FILES = frozenset("zip mov md py sh ps cab so tf vi box bz pub prod map java".split())
#: Suffixes that are both: the name decides.
_BOTH = frozenset("pl rs ai cc pm ml la ac am in do mo mm mk tv st sc sv ls as ad ms app dev docs ink".split())
_FILE_NAMES = frozenset(
    "script index test tests main run file install setup build configure makefile requirements config lib mod util "
    "utils helper common init server client logo design artwork draft banner brochure flyer poster icon image print "
    "readme changelog license notes output input data backup example sample demo parser program my hello foo"
    " bar".split()
)
#: Suffixes that are words of a sentence: "thanks.it works", "the end.is near".
_WORDS = frozenset(
    "it is in at to so no me my be am as do us by de la es et se si al an id ad ai able best big black blue book call "
    "care case cash center chat check click cool date day deal design dog earth eat email fail family fan fast final "
    "fit fly food free fun game get gift give global gold good got green guide hair help here home horse host hot how "
    "ing joy just kids kim land law legal life like link live loan love luxe man market med meet men menu name new "
    "news next now off one open own page party pay phone pink place play plus post press read red ren rent repair "
    "report rest review room run safe sale save search select services show site smart song space star store study "
    "style support sure surf talk tax team tips today tools top total town toys trade travel trust video vote watch "
    "win work works world wow you zero zone sex school music movie moe mom are art auto band bar bet bid bio "
    "has like living lol must null per person rip see send sky so soy still sucks then ye yes".split()
)
#: Words that end a sentence, with the next one written on without a blank.
_ENDINGS = frozenset(
    "again account address advance all already am anymore anyway are attached been before below both box bye can card "
    "case correctly customer date day days did do does doing done down email emails end error everything file files "
    "fine first follow for from go gone good got great had has have hello help her here hi him his home hour hours how "
    "i in invoice is issue issues it item know last later link list login mail me message minutes mine money month "
    "months more my name need new no not nothing now number of off office ok okay on one online open or order orders "
    "our out over page paid password pay payment phone please point price problem problems product products properly "
    "question questions ready received refund regards reply right same send sent service settings shipped site so "
    "something soon still sure team thank thanks that the them then there these they thing things this ticket time to "
    "today tomorrow too tried true try up us use used user wait want was way we website week weeks well were what when "
    "where which who why will with wo work worked working works wrong yes yesterday yet you your yours".split()
)
#: What objects are called in programs and templates; what follows the dot is one of their parts.
_OBJECTS = frozenset(
    "user order ticket item self this that obj object event file customer account product client request response "
    "node row field el element var config req res doc document window console module package model e i j k x y n s "
    "requester assignee organization comment satisfaction current_user system os sys math array string number date "
    "json std java javax org com settings context props state params body data page session app router store parent "
    "child target source input output value key col column table record entity instance cls ctx args kwargs".split()
)
_PARTS = frozenset(
    "name id email date data map call link open save select phone tel page host style color video image show search "
    "read post parts next new now now today text value total target type tags group rest build report review run "
    "link zone world work tools store space site social services in is to do as at by it no so my me io so apply "
    "bind bot box cards case center channel chat click codes contact country delivery design dev direct events "
    "games gallery help home hosting info locker login market menu music network observer office org pics pictures "
    "place play plus press prod pub sc secure security sh support sy systems tickets top trade training watch".split()
)
#: Products whose names are written like hosts.
_PRODUCTS = frozenset({"ASP.NET", "VB.NET", "ADO.NET", "ML.NET", "Paint.NET", "Socket.IO", "System.IO", "System.Net"})
_NUMBERED = _GENERIC | frozenset("cn ru tv hk tw jp co io top xyz vip cc de fr it es nl eu fm me".split())
_LABEL = re.compile(r"(?!-)[^\W_](?:[\w-]{0,61}[^\W_])?")
#: In front of these a host name begins inside something else: a word, a path, a mail address, an option, a variable.
INSIDE = frozenset("@/\\.-_+%&#~$^\u2024")
_TEMPLATE = ("{{", "${", "#{", "%{", "{{ ", "${ ")
#: Names that stand for hosts in documentation and in networks of their own (RFC 2606, RFC 6762, RFC 8375).
_RESERVED = frozenset("example test invalid localhost local internal lan corp home onion".split())


def known_suffix(labels: Sequence[str], *, reserved: bool = False) -> bool:
    """Whether the last label is a top-level domain; ``reserved``: or one that only stands for one."""
    last = labels[-1].lower()
    return len(labels) > 1 and (domains.is_top_level(last) or (reserved and last in _RESERVED))


def without_joined(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the labels without the beginning of the next sentence: ``example.com.Thanks`` is ``example.com``."""
    while len(labels) > 2 and labels[-1][:1].isupper() and not labels[0][:1].isupper():
        if known_suffix(labels) and labels[-1].lower() in _GENERIC:
            break
        if not known_suffix(labels[:-1]):
            break
        labels = labels[:-1]
    return labels


@lru_cache(16_384)
def is_host_name(labels: tuple[str, ...], before: str, after: str, *, path: bool, meant: bool) -> bool:
    """Tell whether labels that stand in a text without a scheme are meant as a host.

    ``before``: up to three characters in front; ``after``: the one behind; ``path``: a path, query or port follows;
    ``meant``: a dot is broken as people break them in addresses.
    """
    if len(labels) < 2 or not known_suffix(labels, reserved=meant) or not all(map(_LABEL.fullmatch, labels)):
        return False
    if before[-1:] in INSIDE or before.endswith(_TEMPLATE) or after == "@":
        return False
    if "_" in labels[-2]:
        return False  # no registry sells such a name (RFC 1123, 2.1)
    suffix = labels[-1].lower()
    name = labels[-2].lower()
    host = ".".join(labels).lower()
    if domains.is_suffix(host) and not (path or (len(labels) == 2 and name in ("www", "co"))):
        return len(labels) > 2 or (meant and suffix not in _FILES)
    if after == ":" and not meant and (suffix in _FILES or (suffix in _BOTH and name in _FILE_NAMES)):
        return False  # a line of a program: Main.java:42
    if path and suffix not in ("is", "it", "in", "to", "so", "no", "at", "my", "be", "as", "do"):
        return _cased(labels, suffix) and not (suffix in _FILES and after == "/" and name in _FILE_NAMES)
    if suffix in _FILES and not path:
        return False
    if meant:
        return True
    return _is_likely(labels, name, suffix, after, path=path)


def _is_likely(labels: Sequence[str], name: str, suffix: str, after: str, *, path: bool) -> bool:
    if not _cased(labels, suffix) or ".".join(labels[-2:]) in _PRODUCTS:
        return False
    if all(label.isdigit() for label in labels[:-1]):
        return suffix in _NUMBERED and len(labels) == 2 and (len(name) > 2 or suffix in _GENERIC)
    if suffix in _GENERIC:
        return True
    if after in "(=[" and after and not path:
        return False
    if suffix == "mo" and len(labels) == 2 and labels[0].istitle():
        return False  # "Gent.mo", Italian for "most kind"
    if suffix in _BOTH and (name in _FILE_NAMES or name.startswith("lib")):
        return False
    if len(labels) == 2 and suffix in _WORDS and (name in _ENDINGS or len(name) == 1):
        return path and name not in _ENDINGS
    return not (labels[0].lower() in _OBJECTS and suffix in _PARTS and len(labels) <= 4 and not path)


def _cased(labels: Sequence[str], suffix: str) -> bool:
    """Whether capitals stand as in names and not as at the beginning of a sentence: ``end.Next``, ``System.IO``."""
    last = labels[-1]
    if last.islower() or not last.isascii():
        # "г.Москва" is a town behind its abbreviation.
        return last.isascii() or not last[:1].isupper() or last.isupper()
    if suffix in _GENERIC or suffix == "co":
        return last.isupper() or labels[-2][:1].isupper() or suffix == "com"
    return last.isupper() and all(not any(map(str.islower, label)) for label in labels)
