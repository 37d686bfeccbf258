"""A look at C sources that is good enough for style: no parser, no preprocessor, no types.

Comments and literals become blanks, so that positions and line numbers stay what they are.
"""

import dataclasses
import re

LITERAL = re.compile(r'''/\*.*?\*/|//(?:\\\n|[^\n])*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*\'''', re.S)
DIRECTIVE = re.compile(r'^[ \t]*#(?:\\\n|[^\n])*', re.M)
ATTRIBUTE = re.compile(r'__attribute__\s*\(\(.*?\)\)|_Alignas\s*\([^)]*\)', re.S)
CALL = re.compile(r'\b([A-Za-z_]\w*)\s*\(')
KEYWORDS = frozenset('if for while switch return sizeof do else defined _Alignof typeof'
                     ' __typeof__ __attribute__ case'.split())


def _blank(match):
    return re.sub(r'[^\n]', ' ', match.group(0))


def _blank_literal(match):
    text = match.group(0)
    if text[0] in '"\'':
        return text[0] + ' ' * (len(text) - 2) + text[-1]
    return _blank(match)


def code_of(text):
    """The text with comments and the insides of literals blanked; directives are still there."""
    return LITERAL.sub(_blank_literal, text)


def without_directives(code):
    return DIRECTIVE.sub(_blank, code)


def line_of(text, position):
    return text.count('\n', 0, position) + 1


@dataclasses.dataclass
class Function:
    """A definition. For TEST(name) the name is TEST."""
    name: str
    head: str
    body: str
    start: int       # line of the name
    end: int         # line of the closing brace
    body_at: int     # position of the body in the code


@dataclasses.dataclass
class Declaration:
    """What ends with a semicolon outside of all braces."""
    text: str
    at: int


def _close(code, at):
    """The position of the brace that closes the one at `at`, or the end."""
    depth = 0
    for brace in re.finditer(r'[{}]', code[at:]):
        depth += 1 if brace.group(0) == '{' else -1
        if depth == 0:
            return at + brace.start()
    return len(code) - 1


def _function_name(head):
    """The match of the name in a definition's head; None if the braces are not a function's."""
    bare = ATTRIBUTE.sub(_blank, head)
    if '(' not in bare or '=' in re.sub(r'\(.*\)', '', bare, flags=re.S):
        return None
    return CALL.search(bare)


def items(code):
    """The functions and declarations at the top level of code without directives, in order."""
    start = at = 0
    while at < len(code):
        found = re.compile(r'[;{]').search(code, at)
        if not found:
            return
        at = found.start()
        if found.group(0) == ';':
            yield Declaration(code[start:at + 1], start)
            start = at = at + 1
            continue
        head = code[start:at]
        if re.search(r'\bextern\s*"[^"]*"\s*$', head):
            start = at = at + 1
            continue
        end = _close(code, at)
        name = _function_name(head)
        if name:
            yield Function(name.group(1), head, code[at:end + 1],
                           line_of(code, start + name.start()), line_of(code, end), at)
            start = end + 1
        at = end + 1


def functions(code):
    return [item for item in items(code) if isinstance(item, Function)]
