"""What public headers declare: exports, and the comments that document them."""

import dataclasses
import re

from . import csource

EXPORT = re.compile(r'\bCOIL_EXPORT\b([^;{]*)[;{]')
MACRO_CALL = re.compile(r'\bCOIL_[A-Z]+\s*\([^)]*\)')


@dataclasses.dataclass
class Export:
    """A declaration with COIL_EXPORT, and the comment that stands right above it."""
    name: str
    declaration: str
    comment: str
    line: int

    @property
    def is_async(self):
        return bool(re.search(r'\bcoil_async\b', self.declaration))

    @property
    def is_function(self):
        return '(' in self.declaration

    @property
    def returns_nothing(self):
        return bool(re.match(r'(?:coil_async\s+)?void\s+\w+\s*\(', self.declaration.strip()))

    def field(self, name):
        """What the comment says after "Name:"; None if it does not."""
        found = re.search(rf'(?<!\w){name}:\s*(.*)', self.comment)
        return found.group(1) if found else None

    def missing_lines(self):
        """What the comment does not say, or says wrongly."""
        if not self.is_function:
            if not self.comment:
                yield 'no comment'
            return
        suspends = self.field('Suspends')
        if suspends is None:
            yield 'its comment has no "Suspends:"'
        elif bool(re.match(r'no\b|never\b', suspends)) == self.is_async:
            yield f'says "Suspends: {suspends}" and {"is" if self.is_async else "is not"} coil_async'
        if self.is_async and self.field('Cancel-safe') is None:
            yield 'suspends, and its comment has no "Cancel-safe:"'
        if not self.returns_nothing and self.field('Returns') is None:
            yield 'its comment has no "Returns:"'


def _comment_above(text, at):
    """The comment that ends right above; further declarations and macros may stand between, no blank line."""
    paragraph = text[:at].rpartition('*/')
    if not paragraph[1] or re.search(r'\n[ \t]*\n', paragraph[2]):
        return ''
    return '/*' + paragraph[0].rpartition('/*')[2]


def exports(text):
    """The exports of a header's text, in order."""
    code = csource.without_directives(csource.code_of(text))
    for found in EXPORT.finditer(code):
        bare = MACRO_CALL.sub(' ', csource.ATTRIBUTE.sub(' ', found.group(1))).strip()
        name = re.search(r'(\w+)\s*(?:\(|\[|=|$)', bare)
        if name:
            yield Export(name.group(1), bare, _comment_above(text, found.start()),
                         csource.line_of(text, found.start()))
