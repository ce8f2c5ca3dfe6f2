"""SMT-LIB text: literals, connectives, and the pieces of a pattern as a test of one string."""


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
