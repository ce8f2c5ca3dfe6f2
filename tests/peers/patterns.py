"""Patterns: what they are made of, and when a string variable matches one.

A pattern is a list of pieces: `("text", t)`, `("any",)` for `*`, `("one",)` for `?`, `("variable", key, default)`.
"""

import re

from smt import Skip, both, either, in_order, many, negate, text

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
            raise Skip("a policy variable among several wildcards")
        parts.append({"any": anything, "one": one}.get(piece[0]) or "(str.to_re %s)" % text(piece[1]))
    return in_order("re.++", parts, '(str.to_re "")')


STYLE = {"words": True, "union": False}


def matches(name, found, keys):
    """The string variable matches the pieces. `keys` gives the values of policy variables."""
    kinds = [piece[0] for piece in found]
    present, words, fixed = [], [], []
    for piece in found:
        if piece[0] == "text":
            fixed.append(text(piece[1]))
        elif piece[0] == "variable":
            there, value = keys.value(piece[1], piece[2])
            present.append(there)
            fixed.append(value)
        elif fixed:
            words, fixed = words + [fixed], []
    words += [fixed] if fixed else []
    wild = [kind for kind in kinds if kind in ("any", "one")]
    terms = [in_order("str.++", word, '""') for word in words]
    if not wild:
        return both(present + ["(= %s %s)" % (name, terms[0] if terms else '""')])
    if wild == ["any"] and not terms:
        return "true"
    if (STYLE["words"] or "variable" in kinds) and "one" not in wild and len(terms) == 1:
        test = {
            (False, True): "(str.prefixof %s %s)" % (terms[0], name),
            (True, False): "(str.suffixof %s %s)" % (terms[0], name),
            (True, True): "(str.contains %s %s)" % (name, terms[0]),
        }[kinds[0] == "any", kinds[-1] == "any"]
        return both(present + [test])
    if sorted(wild) == ["any", "one"] and not terms:
        return negate('(= %s "")' % name)
    return "(str.in_re %s %s)" % (name, regular(found))


def one_of(name, patterns, keys):
    """The string variable matches one of the patterns."""
    if STYLE.get("union") and len(patterns)>1:
        if [ANY] in patterns: return "true"
        pure=[p for p in patterns if all(x[0]!="variable" for x in p) and (STYLE["union"]=="all" or all(x[0]=="text" for x in p))]
        rest=[p for p in patterns if p not in pure]
        return either([matches(name,p,keys) for p in rest]+(["(str.in_re %s %s)" % (name, many("re.union", [regular(p) for p in pure], "re.none"))] if pure else []))
    return either([matches(name, found, keys) for found in patterns])
