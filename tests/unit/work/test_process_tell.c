/* How a worker tells what its jobs have come to: spoken to as a pool does. */
#include "work/process_worker.h"

#include <signal.h>
#include <sys/mman.h>

#include "mach/sys_io.h"
#include "mach/sys_memory.h"
#include "pool_jobs.h"
#include "work/bytes.h"

static struct worker worker;
static struct worker_job job;
static int near_end;
static char packet[8192];

static void open_worker(void)
{
    int ends[2], fd = coil__sys_memfd("answers", sizeof(struct answer));

    CHECK_EQ(coil__sys_socketpair(AF_UNIX, SOCK_SEQPACKET, ends), 0);
    near_end = ends[0];
    worker = (struct worker){.setup = {.at_once = 1, .shared_bytes = 1000}, .pid = getpid()};
    worker.seat.socket = ends[1];
    worker.answers = mmap(NULL, sizeof(struct answer), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(worker.answers != MAP_FAILED);
    close(fd);
    job = (struct worker_job){.worker = &worker, .id = 5};
    job.payload = coil__payload_new(coil_function_of(double_it, "double_it"), NULL, 1, 8, false);
}

static void close_worker(void)
{
    coil__payload_free(job.payload);
    munmap(worker.answers, sizeof(struct answer));
    close(near_end);
    close(worker.seat.socket);
}

/* What the pool is told, and with which descriptor. */
static struct job_parts told(int *fd)
{
    int fds[LETTER_FDS];
    struct job_parts parts;
    struct letter letter;
    int64_t n;

    coil__letter_expect(&letter, packet, sizeof(packet));
    n = coil__sys_recvmsg(near_end, &letter.header, 0);
    CHECK(n > 0);
    CHECK_EQ(coil__letter_fds(&letter, fds), 0);
    CHECK(coil__job_parts(packet, (size_t)n, &parts));
    CHECK_EQ(parts.head.kind, JOB_DONE);
    CHECK_EQ(parts.head.id, 5);
    CHECK((fds[0] >= 0) == (fd != NULL));
    if (fd != NULL)
        *fd = fds[0];
    return parts;
}

static bool silence(void)
{
    char c;

    return coil__sys_recv(near_end, &c, 1, 0) == -EAGAIN;
}

TEST(number_is_told_by_a_packet_if_nobody_waits)
{
    struct job_parts parts;

    open_worker();
    coil__worker_tell(&job, coil_number(12));
    parts = told(NULL);
    CHECK_EQ(parts.head.status, 12);
    CHECK(parts.head.flags & JOB_NO_DATA);
    CHECK_EQ(word_load(&worker.answers->state), ANSWER_NONE);
    close_worker();
}

TEST(small_answer_is_given_to_who_waits_or_still_sends)
{
    static const enum answer_state states[] = {ANSWER_WAITED, ANSWER_SENDING};

    open_worker();
    for (int i = 0; i < 2; i++) {
        word_store(&worker.answers->state, states[i]);
        coil__worker_tell(&job, coil_bytes_result("words", 6));
        CHECK_EQ(word_load(&worker.answers->state), ANSWER_GIVEN);
        CHECK_EQ(worker.answers->status, 0);
        CHECK_STR(worker.answers->data, "words");
        CHECK_EQ(worker.answers->data_bytes, 6);
        CHECK(silence());
    }
    close_worker();
}

TEST(larger_answer_is_a_packet_and_a_large_one_shared_memory)
{
    struct job_parts parts;
    int fd;

    open_worker();
    word_store(&worker.answers->state, ANSWER_WAITED);
    coil__worker_tell(&job, coil_value(coil_bytes_new(ANSWER_BYTES + 1)));
    parts = told(NULL);
    CHECK_EQ(parts.head.data_bytes, ANSWER_BYTES + 1);
    CHECK_EQ(word_load(&worker.answers->state), ANSWER_WAITED);
    coil__bytes_shared_from = 1000;
    coil__worker_tell(&job, coil_value(coil_bytes_new(1001)));
    parts = told(&fd);
    CHECK_EQ(parts.head.data_bytes, 1001);
    CHECK(parts.head.flags & JOB_SHARED);
    close(fd);
    close_worker();
}

/* As where there were no descriptors when they were made. */
TEST(large_bytes_that_lie_elsewhere_are_copied_to_shared_memory)
{
    struct coil_bytes *bytes = coil_bytes_new(5000);
    struct job_parts parts;
    int fd;

    open_worker();
    coil__bytes_shared_from = 1000;
    coil__worker_tell(&job, coil_value(bytes));
    parts = told(&fd);
    CHECK(parts.head.flags & JOB_SHARED);
    close(fd);
    coil__bytes_shared_from = SIZE_MAX; /* and where there is none */
    coil__worker_tell(&job, coil_value(coil_bytes_new(5000)));
    parts = told(NULL);
    CHECK_EQ(parts.head.status, -ENOMEM);
    close_worker();
}

TEST(failure_is_told_with_text_and_place)
{
    struct job_parts parts;

    open_worker();
    word_store(&worker.answers->state, ANSWER_WAITED);
    coil__worker_tell_failure(&job, -EIO, "it broke", "file.c:3");
    parts = told(NULL);
    CHECK_EQ(parts.head.status, -EIO);
    CHECK(memcmp(parts.text, "it broke", parts.head.text_bytes) == 0);
    CHECK(memcmp(parts.place, "file.c:3", parts.head.place_bytes) == 0);
    close_worker();
}

static int tell_nobody(void *unused)
{
    (void)unused;
    coil__worker_tell(&job, coil_number(1));
    return 0;
}

TEST(worker_that_nobody_hears_ends)
{
    open_worker();
    close(near_end);
    near_end = dup(0);
    if (fork() == 0)
        _exit(tell_nobody(NULL)); /* does not come to this */
    {
        int status;

        CHECK(wait(&status) > 0);
        CHECK_EQ(WEXITSTATUS(status), 1);
    }
    close_worker();
}
