#!/usr/bin/env python3
"""scripts/tidy on small trees: every rule finds what breaks it, and a clean tree is clean."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../scripts'))

from lib import selftest  # noqa: E402

HEADER = '''/** Says it.
 *
 * Suspends: no.
 * Returns: it.
 */
COIL_EXPORT int coil_say(void);

/** Waits.
 *
 * Suspends: yes.
 * Cancel-safe: yes.
 */
COIL_EXPORT coil_async void coil_wait(void);
'''
CLEAN = {
    'src/LAYERS': 'base :\nloop : base\n',
    'src/base/list.c': '#include "base/list.h"\n',
    'src/base/list.h': '/* errno, in a comment */\n',
    'src/loop/loop.c': '#include <errno.h>\n#include "base/list.h"\n#include <coil/say.h>\n',
    'tests/unit/base/test_list.c': '\n',
    'tests/unit/loop/test_loop.c': '\n',
    'include/coil/say.h': HEADER,
}


class Tidy(unittest.TestCase):
    def tidy(self, **changes):
        """The script's output on the clean tree with these changes."""
        tree = {**CLEAN, **changes}
        with tempfile.TemporaryDirectory() as folder:
            for path, text in tree.items():
                path = os.path.join(folder, path)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, 'w', encoding='utf-8') as file:
                    file.write(text)
            done = subprocess.run([os.path.join(selftest.TOP, 'scripts/tidy'), folder],
                                  stdout=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 1 if 'FAIL' in done.stdout else 0)
        return done.stdout

    def assert_breaks(self, rule, words, changes):
        output = self.tidy(**changes)
        failed = [line.split(':')[0] for line in output.splitlines() if line.startswith('FAIL')]
        self.assertEqual(failed, [f'FAIL {rule}'], output)
        self.assertIn(words, output)

    def test_a_clean_tree_is_clean(self):
        self.assertNotIn('FAIL', self.tidy())

    def test_an_include_of_a_higher_room(self):
        self.assert_breaks('layers', 'base may not include loop',
                           {'src/base/list.c': '#include "loop/loop.h"\n'})

    def test_an_include_without_its_room(self):
        self.assert_breaks('layers', 'is to name its room', {'src/base/list.c': '#include "list.h"\n'})

    def test_a_room_that_is_not_listed(self):
        self.assert_breaks('layers', 'room attic', {'src/attic/old.h': '\n'})

    def test_a_private_header_outside(self):
        self.assert_breaks('outside', 'private header', {'tools/main.c': '#include "base/list.h"\n'})

    def test_a_long_file(self):
        self.assert_breaks('file-length', '801 lines', {'src/base/list.c': '\n' * 801})

    def test_a_long_function(self):
        self.assert_breaks('function-length', 'grow has 71 lines',
                           {'src/base/list.c': 'int grow(void)\n{\n' + '    ;\n' * 68 + '}\n'})

    def test_a_function_at_the_limit(self):
        self.assertNotIn('FAIL', self.tidy(**{
            'src/base/list.c': 'int grow(void)\n{\n' + '    ;\n' * 67 + '}\n'}))

    def test_a_wide_line(self):
        self.assert_breaks('line-width', '101 columns', {'src/base/list.c': 'x' * 101 + '\n'})

    def test_blanks_and_tabs(self):
        self.assert_breaks('whitespace', 'blanks at the end', {'src/base/list.c': 'int x; \n'})
        self.assert_breaks('whitespace', 'a tab', {'src/base/list.c': '\tint x;\n'})
        self.assert_breaks('whitespace', 'no newline', {'src/base/list.c': 'int x;'})

    def test_a_platform_outside_its_rooms(self):
        self.assert_breaks('platform', 'asks for __linux__',
                           {'src/loop/loop.c': '#if defined(__linux__)\n#endif\n'})

    def test_errno_outside_its_file(self):
        self.assert_breaks('errno', 'src/loop/loop.c:1', {'src/loop/loop.c': 'int f = errno;\n'})

    def test_errno_in_its_file(self):
        self.assertNotIn('FAIL errno', self.tidy(**{'src/mach/sys.c': 'int f = errno;\n'}))

    def test_a_prefetch_that_may_be_left_out(self):
        self.assert_breaks('prefetch', 'src/base/list.c:2', {'src/base/list.c': '\n__builtin_prefetch(0);\n'})

    def test_a_note_to_self(self):
        self.assert_breaks('leftovers', 'docs/a.md:2', {'docs/a.md': '\nTO' 'DO write\n'})

    def test_a_source_without_its_test(self):
        self.assert_breaks('unit-tests', 'tests/unit/base/test_heap.c', {'src/base/heap.c': '\n'})

    def test_an_export_without_its_lines(self):
        for missing in ('Suspends: no.', 'Returns: it.', 'Cancel-safe: yes.'):
            words = missing.split(':')[0]
            self.assert_breaks('documentation', f'no "{words}:"',
                               {'include/coil/say.h': HEADER.replace(f' * {missing}', ' * so')})

    def test_an_export_that_says_the_wrong_thing(self):
        self.assert_breaks('documentation', 'is coil_async',
                           {'include/coil/say.h': HEADER.replace('Suspends: yes', 'Suspends: no')})

    def test_a_comment_that_belongs_to_something_else(self):
        self.assert_breaks('documentation', 'coil_say', {
            'include/coil/say.h': HEADER.replace(' */\nCOIL_EXPORT int', ' */\n\nCOIL_EXPORT int')})

    def test_an_export_that_is_not_public(self):
        self.assert_breaks('exports', 'coil_hidden', {
            'src/base/list.h': 'COIL_EXPORT int coil_hidden(void);\n'})

    def test_a_temporary_file_that_nobody_removes(self):
        self.assert_breaks('temporary-files', 'test_list.c:1', {'tests/unit/base/test_list.c': 'f("/tmp/x-%d");\n'})
        self.assert_breaks('temporary-files', 'test_list.c:2', {
            'tests/unit/base/test_list.c': '\nchar name[] = "/tmp/x-XXXXXX";\n'})

    def test_a_place_of_ones_own(self):
        self.assert_breaks('places', 'docs/a.md:1', {'docs/a.md': 'see /home/' 'me/coil\n'})

    def test_an_exception_excuses_one_finding(self):
        excuse = {'scripts/tidy.exceptions': 'unit-tests src/base/heap.c   it is a table\n'}
        self.assertNotIn('FAIL', self.tidy(**{'src/base/heap.c': '\n', **excuse}))

    def test_an_exception_that_excuses_nothing(self):
        self.assert_breaks('exceptions', 'src/base/heap.c',
                           {'scripts/tidy.exceptions': 'unit-tests src/base/heap.c   gone\n'})

    def test_ten_exceptions_are_too_many(self):
        names = [f'src/base/x{number}.c' for number in range(10)]
        excuses = ''.join(f'unit-tests {name}   so\n' for name in names)
        self.assert_breaks('exceptions', 'at most', {'scripts/tidy.exceptions': excuses,
                                                      **{name: '\n' for name in names}})


if __name__ == '__main__':
    selftest.main()
