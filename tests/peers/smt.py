"""SMT-LIB text: literals, connectives, and scripts."""

import collections
import re


class Skip(Exception):
    """The pair holds something that this translator does not speak; the text says what."""


def text(value):
    """A string literal of SMT-LIB 2.6."""
    shown = []
    for char in value:
        if char == '"':
            shown.append('""')
        elif 32 <= ord(char) < 127 and char != "\\":
            shown.append(char)
        else:
            shown.append("\\u{%x}" % ord(char))
    return '"' + "".join(shown) + '"'


def many(operator, parts, empty):
    parts = list(dict.fromkeys(parts))
    if not parts:
        return empty
    return parts[0] if len(parts) == 1 else "(%s %s)" % (operator, " ".join(parts))


def either(parts):
    parts = [part for part in parts if part != "false"]
    return "true" if "true" in parts else many("or", parts, "false")


def both(parts):
    parts = [part for part in parts if part != "true"]
    return "false" if "false" in parts else many("and", parts, "true")


def negate(part):
    constants = {"true": "false", "false": "true"}
    return constants.get(part) or "(not %s)" % part


def in_order(operator, parts, empty):
    if not parts:
        return empty
    return parts[0] if len(parts) == 1 else "(%s %s)" % (operator, " ".join(parts))


QUOTED = r'"(?:[^"]|"")*"'
TOKEN = QUOTED + r'|;[^\n]*|[^\s()";]+'
COMPARED = re.compile(r"\(= (\S+) (%s)\)" % QUOTED)
DECLARED = re.compile(r"^\(declare-const (\S+) String\)$", re.MULTILINE)


def numbered(lines):
    """The script, with an integer for each string variable that is only ever compared with texts: which of them it
    is, if any, is all that matters, and the solvers do better without the string."""
    script = "\n".join(lines) + "\n"
    names = collections.Counter(re.findall(TOKEN, script))
    compared = collections.Counter(name for name, _ in COMPARED.findall(script))
    texts = {name: {} for name in DECLARED.findall(script) if names[name] == compared[name] + 1}

    def as_number(found):
        known = texts.get(found[1])
        return found[0] if known is None else "(= %s %d)" % (found[1], known.setdefault(found[2], len(known)))

    script = COMPARED.sub(as_number, script)
    return DECLARED.sub(lambda found: found[0].replace(" String", " Int") if found[1] in texts else found[0], script)
