#!/usr/bin/env python3
"""scripts/await-marks on samples: what it must find, and what it must leave alone."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../scripts'))

from lib import selftest  # noqa: E402

HEADER = '''
#define coil_async
coil_async int coil_sleep(long ns);
coil_async int coil_pause_at(const char *place);
#define coil_pause() coil_pause_at("here")
int coil_spawn(int (*fn)(long ns), long arg);
'''


class AwaitMarks(unittest.TestCase):
    def check(self, body):
        """What the script says of a C file with this text; '' if nothing."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (('api.h', HEADER), ('sample.c', body)):
                with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
                    file.write(text)
            done = subprocess.run([os.path.join(selftest.TOP, 'scripts/await-marks'), folder],
                                  stdout=subprocess.PIPE, text=True, check=False)
        complaints = [line for line in done.stdout.splitlines() if ' calls ' in line]
        self.assertEqual(done.returncode, 1 if complaints else 0)
        return '\n'.join(complaints)

    def test_a_caller_without_the_mark_is_reported_with_its_place(self):
        said = self.check('static int nap(void)\n{\n    return coil_sleep(1);\n}\n')
        self.assertIn('sample.c:3: nap calls coil_sleep', said)

    def test_a_caller_with_the_mark_is_fine(self):
        self.assertEqual(self.check('static coil_async int nap(void)\n{\n return coil_sleep(1);\n}\n'), '')

    def test_a_mark_in_the_declaration_is_enough(self):
        self.assertEqual(self.check('coil_async int nap(void);\nint nap(void)\n{\n return coil_sleep(1);\n}\n'), '')

    def test_the_callers_of_a_marked_local_function_are_reported(self):
        said = self.check('static coil_async int nap(void)\n{\n return coil_sleep(1);\n}\n'
                          'static int rest(void)\n{\n return nap();\n}\n')
        self.assertIn('rest calls nap', said)

    def test_a_macro_that_calls_a_marked_function_counts(self):
        self.assertIn('nap calls coil_pause',
                      self.check('static int nap(void)\n{\n return coil_pause();\n}\n'))

    def test_a_local_macro_over_a_macro_counts(self):
        self.assertIn('nap calls BREAK',
                      self.check('#define BREAK(x) \\\n    coil_pause()\n'
                                 'static int nap(void)\n{\n return BREAK(1);\n}\n'))

    def test_a_function_given_by_pointer_is_not_called(self):
        self.assertEqual(self.check('static int start(void)\n{\n return coil_spawn(coil_sleep, 1);\n}\n'), '')

    def test_comments_and_strings_are_no_calls(self):
        self.assertEqual(self.check('static const char *f(void)\n{\n'
                                    ' /* coil_sleep(1) */\n return "coil_sleep(1)";\n}\n'), '')

    def test_a_member_of_that_name_is_no_call(self):
        self.assertEqual(self.check('static int f(struct x *x)\n{\n return x->coil_sleep(1);\n}\n'), '')

    def test_a_static_function_of_that_name_hides_the_marked_one(self):
        self.assertEqual(self.check('static int coil_sleep(long n)\n{\n return (int)n;\n}\n'
                                    'static int f(void)\n{\n return coil_sleep(1);\n}\n'), '')

    def test_main_and_test_bodies_are_roots(self):
        self.assertEqual(self.check('int main(void)\n{\n return coil_sleep(1);\n}\n'
                                    'TEST(naps)\n{\n coil_sleep(1);\n}\n'), '')

    def test_an_excused_call_is_left_alone(self):
        self.assertEqual(self.check('static void callback(void *arg)\n{\n'
                                    ' /* not in a task */\n coil_sleep(1);\n}\n'), '')

    def test_an_excuse_covers_one_call_only(self):
        said = self.check('static void callback(void *arg)\n{\n'
                          ' coil_sleep(1); /* not in a task */\n\n coil_sleep(2);\n}\n')
        self.assertIn('sample.c:5:', said)
        self.assertNotIn('sample.c:3:', said)


if __name__ == '__main__':
    selftest.main()
