"""Who takes part in the I/O benchmarks: coil in several ways, bare programs, and the peers."""

import harness.programs as programs
from harness.programs import BENCH, C_FLAGS, Program, Skip, output, unpack

IO = BENCH / "io"


class Side:
    """What all programs here have in common. Called as `program serve` it says `port N` and serves
    until it is killed; called as anything else it prints figures."""

    sources = IO / "peers"
    part = "io"
    script = "io_aio.py"
    suffix = "-io"
    serve = "serve"  # what it calls that
    environment = {}

    def known(self):
        listed = super().known()
        return (listed - {"serve"}) | {"serve"} if self.serve in listed else listed - {"serve"}


class Coil(Side, programs.Coil):
    binary = "coil-io-bench"


class CoilEpoll(Coil):
    name = "coil epoll"
    environment = {"COIL_DRIVER": "epoll"}


class CoilUring(Coil):
    name = "coil uring"
    environment = {"COIL_DRIVER": "uring"}


class Views(Coil):
    """coil_stream_readany instead of coil_stream_read: into memory of the library's."""

    serve = "serve_any"

    def known(self):
        return super().known() & {"serve"}


class ViewsEpoll(Views, CoilEpoll):
    name = "coil views epoll"


class ViewsUring(Views, CoilUring):
    name = "coil views uring"


class Coalesced(Views):
    """And what is written goes out together: coalesce_writes."""

    serve = "serve_coalesced"


class CoalescedEpoll(Coalesced, CoilEpoll):
    name = "coil coalesced epoll"


class CoalescedUring(Coalesced, CoilUring):
    name = "coil coalesced uring"


class OnlySockets(Coil):
    """Without streams: coil_sock_recv and coil_sock_sendall."""

    serve = "serve_sockets"

    def known(self):
        return super().known() & {"serve"}


class SocketsEpoll(OnlySockets, CoilEpoll):
    name = "coil sockets epoll"


class SocketsUring(OnlySockets, CoilUring):
    name = "coil sockets uring"


class Bare(Side, Program):
    source = ""

    def build(self, where):
        binary = where / f"bare-{self.source}"
        output("cc", *C_FLAGS, "-o", binary, IO / f"{self.source}.c")
        self.command = [str(binary)]
        self.version = output("cc", "--version").splitlines()[0]


class BareEpoll(Bare):
    name = "bare epoll"
    source = "epoll"


class BareEpollPackets(BareEpoll):
    """With helpings that fit into a packet, as coil's are where that pays."""

    name = "bare epoll, packets"
    serve = "serve_packets"


class BareUring(Bare):
    name = "bare io_uring"
    source = "uring"


class BareCalls(Bare):
    name = "bare calls"
    source = "calls"
    absent = dict.fromkeys(["cached_64", "direct_64"], "blocking calls: one at a time")


class Asyncio(Side, programs.Asyncio):
    absent = {}


class Uvloop(Side, programs.Uvloop):
    absent = {}


class Protocol:
    """Callbacks of a protocol instead of streams."""

    def build(self, where):
        super().build(where)
        self.command.append("--protocol")


class AsyncioProtocol(Protocol, Asyncio):
    name = "asyncio protocol"


class UvloopProtocol(Protocol, Uvloop):
    name = "uvloop protocol"


class Libuv(Side, programs.Libuv):
    absent = {}


class Asio(Side, programs.Asio):
    """Files are asynchronous only where Asio has io_uring beside epoll, by liburing."""

    absent = {"spawn": "not in Asio; Boost.Process is a library of its own",
              "*": "Asio has files on io_uring only, and there was no liburing"}

    def extra(self, where):
        try:
            place = unpack("liburing-dev", where, "liburing") / "usr"
        except Skip:
            return [], []
        archive = next(place.glob("lib/**/liburing.a"))
        return ["-DBOOST_ASIO_HAS_IO_URING", "-isystem", place / "include"], [archive]


class Go(Side, programs.Go):
    absent = {}


class Tokio(Side, programs.Tokio):
    absent = {}


class Load(Program):
    """The client, the same for all."""

    name = "load"

    def build(self, where):
        binary = where / "load"
        output("cc", *C_FLAGS, "-o", binary, IO / "load.c")
        self.command = [str(binary)]


COIL = [CoilEpoll, CoilUring, ViewsEpoll, ViewsUring, CoalescedEpoll, CoalescedUring, SocketsEpoll,
        SocketsUring]
BARE = [BareEpoll, BareEpollPackets, BareUring, BareCalls]
PEERS = [Libuv, Asio, Go, Tokio, Uvloop, UvloopProtocol, Asyncio, AsyncioProtocol]
