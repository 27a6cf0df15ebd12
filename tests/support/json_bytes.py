"""JSON as bytes: every scalar with its path and its own spelling, and the text around them."""

import re

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def scalars(text):
    """{path: (start, end)} of every number, word and string value; paths are tuples of keys and numbers."""
    found, stack, key = {}, [], None  # stack: [is a list, position or key]
    previous = ""
    for m in TOKEN.finditer(text):
        t = m.group()
        if t in "{[":
            stack.append([t == "[", 0])
        elif t in "}]":
            stack.pop()
        elif t == ",":
            if stack[-1][0]:
                stack[-1][1] += 1
        elif t == ":":
            stack[-1][1] = key
        elif t[0] == '"' and not stack[-1][0] and previous != ":":
            key = re.sub(r"\\u([0-9a-f]{4})", lambda u: chr(int(u.group(1), 16)), t[1:-1])
        else:
            found[tuple(at for _, at in stack)] = m.span()
        previous = t
    return found


def without_scalars(text, spans):
    """The text with every scalar cut out: what must stay when only values change."""
    out, at = [], 0
    for start, end in sorted(spans.values()):
        out.append(text[at:start])
        at = end
    return "\0".join(out + [text[at:]])


def changes(old, new):
    """{path: (old spelling, new spelling)} of two texts that differ in scalars only, else None."""
    a, b = scalars(old), scalars(new)
    if a.keys() != b.keys() or without_scalars(old, a) != without_scalars(new, b):
        return None
    both = ((p, old[slice(*a[p])], new[slice(*b[p])]) for p in a)
    return {p: (x, y) for p, x, y in both if x != y}
