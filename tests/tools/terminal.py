"""A program on a pseudo terminal, and a small model of what its screen shows."""

import contextlib
import fcntl
import glob
import os
import pty
import re
import select
import signal
import struct
import tempfile
import termios
import time

FUTEX_WAITV = 449  # on every processor


class Terminal:
    def __init__(self, argv, columns=80, home=None):
        self.home = home or tempfile.mkdtemp(prefix='coil-home-')
        self.columns = columns
        self.seen = ''      # all that was printed
        self.position = 0   # up to where it was expected
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
            environment = {**os.environ, 'TERM': 'xterm', 'HOME': self.home}
            environment.pop('COIL_HISTORY', None)
            os.execve(argv[0], argv, environment)

    def read(self, seconds):
        """Takes in what comes within a time. Returns whether anything came."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b''
        self.seen += data.decode('utf-8', 'replace')
        return bool(data)

    def expect(self, text, seconds=15):
        """Waits until the text comes, behind what was expected before."""
        end = time.monotonic() + seconds
        while True:
            at = self.seen.find(text, self.position)
            if at >= 0:
                self.position = at + len(text)
                return
            left = end - time.monotonic()
            assert left > 0, f'{text!r} did not come; this did:\n{self.seen[self.position:]!r}'
            if not self.read(min(left, 0.2)) and self.ended():
                raise AssertionError(f'{text!r} did not come, it ended:\n{self.seen!r}')

    def ended(self):
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    def shows(self, *last, seconds=15):
        """Waits until these are the last rows of the screen."""
        end = time.monotonic() + seconds
        while self.rows()[-len(last):] != list(last):
            assert time.monotonic() < end, f'{last} are not the last rows:\n{self.rows()}'
            self.read(0.2)

    def has_mode(self, flag, seconds=15):
        """Waits until the command has set a local mode of the terminal, which may be after its prompt."""
        end = time.monotonic() + seconds
        while not termios.tcgetattr(self.fd)[3] & flag:
            assert time.monotonic() < end, f'mode {flag} is not set'
            self.read(0.05)

    def settle(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(max(0, end - time.monotonic()))

    def in_system_call(self, number):
        """Whether one of its threads is."""
        for path in glob.glob(f'/proc/{self.pid}/task/*/syscall'):
            with contextlib.suppress(OSError), open(path, encoding='utf-8') as file:
                if file.read().split()[0] == str(number):
                    return True
        return False

    def awaits(self, seconds=2):
        """Until one of its threads waits in a way that can be interrupted. Where that cannot be seen, a while."""
        end = time.monotonic() + seconds
        while not self.in_system_call(FUTEX_WAITV) and time.monotonic() < end:
            self.read(0.02)

    def type(self, text):
        os.write(self.fd, text.encode())

    def line(self, text):
        self.type(text + '\n')

    def rows(self):
        """The rows of the screen that are not empty, as far as the sequences go that the command uses."""
        rows, row, column = [[]], 0, 0

        def put(character):
            nonlocal row, column
            if column == self.columns:
                row, column = row + 1, 0
            while len(rows) <= row:
                rows.append([])
            rows[row] += ' ' * (column + 1 - len(rows[row]))
            rows[row][column] = character
            column += 1

        for token in re.findall(r'\x1b\[[0-9;?]*[A-Za-z]|\x1b.|[\s\S]', self.seen):
            if token.startswith('\x1b['):
                count = int(re.sub('[^0-9]', '', token) or 1)
                kind = token[-1]
                if kind == 'A':
                    row = max(0, row - count)
                elif kind == 'C':
                    column += count
                elif kind == 'G':
                    column = count - 1
                elif kind == 'K':
                    rows[row] = rows[row][:column]
                elif kind == 'J':
                    rows[row] = rows[row][:column]
                    del rows[row + 1:]
            elif token == '\r':
                column = 0
            elif token == '\n':
                row += 1
                while len(rows) <= row:
                    rows.append([])
            elif token == '\b':
                column = max(0, column - 1)
            elif token >= ' ':
                put(token)
        return [text for text in (''.join(cells).rstrip() for cells in rows) if text]

    def wait(self, seconds=15):
        """Waits for its end. Returns the exit status."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.ended():
                os.close(self.fd)
                return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            self.read(0.05)
        raise AssertionError(f'it does not end; it printed:\n{self.seen!r}')

    def close(self, seconds=15):
        """Ends it with the end of input, which only a prompt takes for that; whatever is typed there goes first."""
        end = time.monotonic() + seconds
        while not self.rows()[-1].startswith(('coil>', '...>')):
            assert time.monotonic() < end, f'no prompt came:\n{self.rows()}'
            self.read(0.2)
        self.position = len(self.seen)
        self.type('\x03')
        self.expect('coil> ')
        self.type('\x04')
        status = self.wait()
        assert status == 0, f'exit status {status}\n{self.seen!r}'
