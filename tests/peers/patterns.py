"""Patterns: what they are made of, and when a string variable matches one.

A pattern is a list of pieces: `("text", t)`, `("any",)` for `*`, `("one",)` for `?`, `("variable", key, default)`.
"""

import re

from smt import Skip, both, in_order, negate, text

ANY, ONE = ("any",), ("one",)


def pieces(pattern, wildcards=True, variables=False):
    found = []
    if variables:
        for piece in re.split(r"(\$\{[^{}]*\})", pattern):
            if piece.startswith("${"):
                found.append(variable(piece[2:-1]))
            elif "${" in piece:
                raise Skip("a policy variable without an end")
            else:
                found += glob(piece, wildcards)
    else:
        found = glob(pattern, wildcards)
    joined = []
    for piece in found:
        if joined and piece[0] == "text" and joined[-1][0] == "text":
            joined[-1] = ("text", joined[-1][1] + piece[1])
        elif not (piece == ANY and joined and joined[-1] == ANY):
            joined.append(piece)
    return joined


def glob(pattern, wildcards):
    if not wildcards:
        return [("text", pattern)] if pattern else []
    kinds = {"*": ANY, "?": ONE}
    return [kinds.get(piece) or ("text", piece) for piece in re.findall(r"\*|\?|[^*?]+", pattern)]


def variable(inside):
    if inside in ("*", "?", "$"):
        return "text", inside
    found = re.fullmatch(r"([^\s,]+)(?:, '([^']*)')?", inside)
    if not found:
        raise Skip("a policy variable of another form")
    return "variable", found[1].lower(), found[2]


def by_fields(found):
    """The pieces cut at the first five colons of the texts: a list of up to six lists."""
    fields = [[]]
    for piece in found:
        if piece[0] != "text":
            fields[-1].append(piece)
            continue
        for number, part in enumerate(piece[1].split(":", 6 - len(fields))):
            if number:
                fields.append([])
            if part:
                fields[-1].append(("text", part))
    return fields


def regular(found, anything="re.all", one="re.allchar"):
    """The pieces as a regular expression."""
    parts = []
    for piece in found:
        if piece[0] == "variable":
            raise Skip("a policy variable in the ARN of a key that is also read as a text")
        parts.append({"any": anything, "one": one}.get(piece[0]) or "(str.to_re %s)" % text(piece[1]))
    return in_order("re.++", parts, '(str.to_re "")')


def matches(name, found, keys=None):
    """The string variable matches the pieces. `keys` gives the values of policy variables."""
    kinds = [piece[0] for piece in found]
    if "variable" in kinds:
        return matches_variables(name, found, keys)
    if "any" not in kinds and "one" not in kinds:
        return "(= %s %s)" % (name, text(found[0][1] if found else ""))
    if kinds == ["any"]:
        return "true"
    if sorted(kinds) == ["any", "one"]:
        return negate('(= %s "")' % name)
    return "(str.in_re %s %s)" % (name, regular(found))


def matches_variables(name, found, keys):
    """With policy variables no regular expression will do: one piece of text between wildcards, or none."""
    first, last = found[0] == ANY, found[-1] == ANY
    present, parts = [], []
    for piece in found[first:len(found) - last]:
        if piece[0] == "text":
            parts.append(text(piece[1]))
        elif piece[0] == "variable":
            there, value = keys.value(piece[1], piece[2])
            present.append(there)
            parts.append(value)
        else:
            raise Skip("a policy variable among several wildcards")
    word = in_order("str.++", parts, '""')
    test = {
        (False, False): "(= %s %s)" % (name, word),
        (False, True): "(str.prefixof %s %s)" % (word, name),
        (True, False): "(str.suffixof %s %s)" % (word, name),
        (True, True): "(str.contains %s %s)" % (name, word),
    }[first, last]
    return both([*present, test])
