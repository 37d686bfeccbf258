"""What clang-format leaves undone in comments: see scripts/format."""

import re
import textwrap

WIDTH = 100


def wrapped(line):
    """A line of a block comment, broken where it is too wide; a table's text stays in its column."""
    found = re.match(r'( *\* +)(\S+  +)?(.*)', line)
    if len(line) <= WIDTH or not found or line.endswith('*/'):
        return [line]
    star, first, text = found.group(1), found.group(2) or '', found.group(3)
    return textwrap.wrap(text, WIDTH, initial_indent=star + first, break_long_words=False,
                         subsequent_indent=star + ' ' * len(first), break_on_hyphens=False)


def accompanied(above, end):
    """The last word of a comment joins an end of comment that clang-format left alone on its line."""
    opened = above.find('/*')
    words, _, last = above.rpartition(' ')
    if end.strip() != '*/' or opened < 0 or opened > len(words) - 4:
        return [above, end]
    lead = ' ' * opened + (' * ' if not above[:opened].strip() else '   ')
    return [words, f'{lead}{last} */']


def settled(text):
    lines = []
    for line in text.split('\n'):
        if lines and line.strip() == '*/':
            lines[-1:] = accompanied(lines[-1], line)
        else:
            lines += wrapped(line)
    return '\n'.join(lines)
