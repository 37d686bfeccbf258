/* Files and what has names, on all three drivers. */
#include "ops.h"

#include "base/alloc.h"

struct files {
    struct world world;
    const char *folder, *path, *other;
};

static void files_open(struct files *self)
{
    world_open(&self->world, 0);
    self->folder = kit_path("folder");
    self->path = kit_path("folder/one");
    self->other = kit_path("folder/another");
    CHECK_EQ(do_mkdir(&self->world, self->folder), 0);
}

static void files_close(struct files *self)
{
    do_unlink(&self->world, self->path, 0);
    do_unlink(&self->world, self->other, 0);
    CHECK_EQ(do_unlink(&self->world, self->folder, AT_REMOVEDIR), 0);
    world_close(&self->world);
}

DRIVER_TEST(a_file_is_written_read_measured_and_removed)
{
    struct files self;
    struct stat info;
    char data[16];
    int fd;

    files_open(&self);
    CHECK_EQ(do_open(&self.world, self.path, O_RDWR), -ENOENT);
    fd = (int)do_open(&self.world, self.path, O_RDWR | O_CREAT | O_EXCL);
    CHECK(fd >= 0);
    CHECK_EQ(do_at(&self.world, OP_WRITE, fd, "0123456789", 10, OP_STREAM), 10);
    CHECK_EQ(do_at(&self.world, OP_WRITE, fd, "ab", 2, OP_STREAM), 2);
    CHECK_EQ(do_at(&self.world, OP_WRITE, fd, "XX", 2, 4), 2);
    CHECK_EQ(do_at(&self.world, OP_READ, fd, data, 16, OP_STREAM), 0);
    CHECK_EQ(do_at(&self.world, OP_READ, fd, data, 16, 3), 9);
    CHECK_EQ(memcmp(data, "3XX6789ab", 9), 0);
    CHECK_EQ(do_at(&self.world, OP_READ, fd, data, 16, 100), 0);
    CHECK_EQ(do_fsync(&self.world, fd, true), 0);
    CHECK_EQ(do_fstat(&self.world, fd, &info), 0);
    CHECK_EQ(info.st_size, 12);
    CHECK_EQ(do_close(&self.world, fd), 0);
    CHECK_EQ(do_close(&self.world, fd), -EBADF);
    CHECK_EQ(do_stat(&self.world, self.path, &info), 0);
    CHECK(S_ISREG(info.st_mode));
    CHECK_EQ(do_unlink(&self.world, self.path, 0), 0);
    CHECK_EQ(do_stat(&self.world, self.path, &info), -ENOENT);
    files_close(&self);
}

DRIVER_TEST(reads_where_a_file_stands_keep_their_order)
{
    enum { N = 20 };
    struct files self;
    struct probe probes[N];
    char data[N];
    char all[N];
    int fd;

    files_open(&self);
    fd = (int)do_open(&self.world, self.path, O_RDWR | O_CREAT);
    for (int i = 0; i < N; i++) {
        all[i] = (char)('a' + i);
        probe_data(&probes[i], &self.world, OP_WRITE, fd, &all[i], 1);
    }
    for (int i = 0; i < N; i++)
        CHECK_EQ(world_finish(&self.world, &probes[i]), 1);
    CHECK_EQ(do_close(&self.world, fd), 0);
    fd = (int)do_open(&self.world, self.path, O_RDONLY);
    for (int i = 0; i < N; i++)
        probe_data(&probes[i], &self.world, OP_READ, fd, &data[i], 1);
    for (int i = 0; i < N; i++)
        CHECK_EQ(world_finish(&self.world, &probes[i]), 1);
    CHECK_EQ(memcmp(data, all, N), 0);
    CHECK_EQ(do_close(&self.world, fd), 0);
    files_close(&self);
}

DRIVER_TEST(a_file_is_renamed_over_another)
{
    struct files self;
    struct stat info;

    files_open(&self);
    CHECK_EQ(do_close(&self.world, (int)do_open(&self.world, self.path, O_WRONLY | O_CREAT)), 0);
    CHECK_EQ(do_rename(&self.world, self.path, self.other), 0);
    CHECK_EQ(do_stat(&self.world, self.path, &info), -ENOENT);
    CHECK_EQ(do_stat(&self.world, self.other, &info), 0);
    CHECK_EQ(do_rename(&self.world, self.path, self.other), -ENOENT);
    files_close(&self);
}

DRIVER_TEST(a_directory_lists_the_names_in_it)
{
    struct files self;
    struct probe probe;
    char *names = NULL;
    const char *at;
    int seen = 0;

    files_open(&self);
    CHECK_EQ(do_close(&self.world, (int)do_open(&self.world, self.path, O_WRONLY | O_CREAT)), 0);
    CHECK_EQ(do_close(&self.world, (int)do_open(&self.world, self.other, O_WRONLY | O_CREAT)), 0);
    probe_op(&probe, &self.world, OP_LIST, -1);
    probe.op.list.path = self.folder;
    probe.op.list.names = &names;
    CHECK_EQ(probe_run(&probe), 2);
    at = names;
    for (int i = 0; i < 2; i++, at += strlen(at) + 1)
        seen |= strcmp(at, "one") == 0 ? 1 : strcmp(at, "another") == 0 ? 2 : 4;
    CHECK_EQ(seen, 3);
    mem_free(names);
    names = NULL;
    probe_op(&probe, &self.world, OP_LIST, -1);
    probe.op.list.path = "/nowhere/at/all";
    probe.op.list.names = &names;
    CHECK_EQ(probe_run(&probe), -ENOENT);
    CHECK_PTR(names, NULL);
    files_close(&self);
}

DRIVER_TEST(directories_are_made_once_and_removed_when_empty)
{
    struct files self;

    files_open(&self);
    CHECK_EQ(do_mkdir(&self.world, self.path), 0);
    CHECK_EQ(do_mkdir(&self.world, self.path), -EEXIST);
    CHECK_EQ(do_unlink(&self.world, self.folder, AT_REMOVEDIR), -ENOTEMPTY);
    CHECK_EQ(do_unlink(&self.world, self.path, 0), -EISDIR);
    CHECK_EQ(do_open(&self.world, self.path, O_WRONLY), -EISDIR);
    CHECK_EQ(do_unlink(&self.world, self.path, AT_REMOVEDIR), 0);
    files_close(&self);
}

/* More than the socket takes at once, so it has to wait for the reader again and again. */
DRIVER_TEST(a_file_is_sent_to_a_socket_whole)
{
    enum { SIZE = 2000000 };
    static char sent[SIZE];
    static char got[SIZE];
    struct files self;
    struct probe send;
    size_t in = 0;
    size_t out = 0;
    int ends[2];
    int fd;

    files_open(&self);
    world_stream(&self.world, STREAM_TCP, ends);
    for (size_t i = 0; i < SIZE; i++)
        sent[i] = (char)(i * 2654435761u >> 24);
    fd = (int)do_open(&self.world, self.path, O_RDWR | O_CREAT);
    CHECK_EQ(write_all(&self.world, fd, sent, SIZE), SIZE);
    probe_init(&send, &self.world);
    send.done = 1;
    while (in < SIZE) {
        int64_t n;

        if (send.done && out < SIZE) {
            probe_op(&send, &self.world, OP_SENDFILE, ends[1]);
            send.op.sendfile.from = fd;
            send.op.sendfile.offset = (int64_t)out;
            send.op.sendfile.size = SIZE - out;
            probe_go(&send);
        }
        n = do_data(&self.world, OP_RECV, ends[0], got + in, SIZE - in);
        CHECK(n > 0);
        in += (size_t)n;
        if (out < SIZE && send.done) {
            CHECK(send.op.result > 0);
            out += (size_t)send.op.result;
        }
    }
    if (out < SIZE)
        out += (size_t)world_finish(&self.world, &send);
    CHECK_EQ(out, SIZE);
    CHECK_EQ(memcmp(got, sent, SIZE), 0);
    CHECK_EQ(do_close(&self.world, fd), 0);
    world_shut_both(&self.world, ends);
    files_close(&self);
}

/* Each ends once, with its result or -ECANCELED, and its memory is its owner's again. */
DRIVER_TEST(file_ops_that_are_canceled_end_once)
{
    enum { N = 60 };
    static char block[4096];
    struct files self;
    struct probe probes[N];
    int fd;

    files_open(&self);
    fd = (int)do_open(&self.world, self.path, O_RDWR | O_CREAT);
    for (int i = 0; i < N; i++) {
        struct op *op = probe_op(&probes[i], &self.world, i % 3 ? OP_WRITE : OP_FSYNC, fd);

        if (i % 3) {
            op->rw.data = block;
            op->rw.size = sizeof(block);
            op->rw.offset = i % 3 == 1 ? OP_STREAM : i * 4096;
        } else {
            op->sync.data_only = false;
        }
        probe_go(&probes[i]);
        if (i % 8 == 0)
            world_wait(&self.world, 0);
    }
    for (int i = 0; i < N; i += 2)
        if (!probes[i].done)
            probe_cancel(&probes[i]);
    for (int i = 0; i < N; i++) {
        int64_t result = world_finish(&self.world, &probes[i]);

        CHECK(result == (i % 3 ? 4096 : 0) || (i % 2 == 0 && result == -ECANCELED));
    }
    CHECK_EQ(do_close(&self.world, fd), 0);
    files_close(&self);
}

/* The worker is at it, and the number must not become another file's meanwhile. */
DRIVER_TEST(a_file_closed_under_its_ops_ends_them_and_hurts_no_other)
{
    static char block[1 << 16];
    struct files self;

    files_open(&self);
    for (int i = 0; i < 30; i++) {
        struct probe writes[4];
        struct probe close_;
        struct stat info;
        int fd = (int)do_open(&self.world, self.path, O_RDWR | O_CREAT);
        int other;

        for (int w = 0; w < 4; w++) {
            struct op *op = probe_op(&writes[w], &self.world, OP_WRITE, fd);

            op->rw.data = block;
            op->rw.size = sizeof(block);
            op->rw.offset = w * (int64_t)sizeof(block);
            probe_go(&writes[w]);
        }
        if (i % 3)
            world_wait(&self.world, 0);
        if (i % 2) {
            probe_op(&close_, &self.world, OP_CLOSE, fd);
            CHECK_EQ(probe_run(&close_), 0);
        } else {
            world_shut(&self.world, fd);
        }
        other = (int)do_open(&self.world, self.other, O_RDWR | O_CREAT | O_TRUNC);
        for (int w = 0; w < 4; w++) {
            int64_t result = world_finish(&self.world, &writes[w]);

            CHECK(result == -EBADF || result == sizeof(block));
        }
        CHECK_EQ(do_fstat(&self.world, other, &info), 0);
        CHECK_EQ(info.st_size, 0);
        CHECK_EQ(do_close(&self.world, other), 0);
    }
    files_close(&self);
}

DRIVER_TEST(a_fifo_is_opened_without_its_other_end)
{
    struct files self;
    const char *fifo = kit_path("fifo");
    char data[8];
    int reader;
    int writer;

    files_open(&self);
    CHECK_EQ(mkfifo(fifo, 0600), 0); /* really there */
    CHECK_EQ(do_open(&self.world, fifo, O_WRONLY), -ENXIO);
    reader = (int)do_open(&self.world, fifo, O_RDONLY);
    CHECK(reader >= 0);
    writer = (int)do_open(&self.world, fifo, O_WRONLY);
    CHECK(writer >= 0);
    CHECK_EQ(do_data(&self.world, OP_WRITE, writer, "fifo", 4), 4);
    CHECK_EQ(do_data(&self.world, OP_READ, reader, data, sizeof(data)), 4);
    CHECK_EQ(do_close(&self.world, writer), 0);
    CHECK_EQ(do_data(&self.world, OP_READ, reader, data, sizeof(data)), 0);
    CHECK_EQ(do_close(&self.world, reader), 0);
    files_close(&self);
}

DRIVER_TEST(a_full_disk_and_other_errors_are_told)
{
    struct files self;
    char data[8] = "";
    int fd;

    files_open(&self);
    fd = (int)do_open(&self.world, "/dev/full", O_WRONLY);
    CHECK_EQ(do_at(&self.world, OP_WRITE, fd, data, sizeof(data), OP_STREAM), -ENOSPC);
    CHECK_EQ(do_close(&self.world, fd), 0);
    fd = (int)do_open(&self.world, self.path, O_WRONLY | O_CREAT);
    CHECK_EQ(do_at(&self.world, OP_READ, fd, data, sizeof(data), 0), -EBADF);
    CHECK_EQ(do_close(&self.world, fd), 0);
    fd = (int)do_open(&self.world, self.path, O_RDONLY);
    CHECK_EQ(do_at(&self.world, OP_WRITE, fd, data, sizeof(data), 0), -EBADF);
    CHECK_EQ(do_close(&self.world, fd), 0);
    files_close(&self);
}
