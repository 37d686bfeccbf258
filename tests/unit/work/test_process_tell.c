/* How a worker tells what its jobs have come to: spoken to as a pool does. */
#include "work/process_worker.h"

#include <signal.h>
#include <sys/mman.h>

#include "base/fault.h"
#include "mach/sys.h"
#include "mach/sys_io.h"
#include "pool_jobs.h"
#include "work/bytes.h"

enum { PAGES = 4096 * 16, LARGEST = MESSAGE_BYTES - (int)sizeof(struct job_head) };

static struct worker worker;
static struct worker_job job;
static int near_end;
static char packet[8192];

/* It has taken the one job that was put. */
static void open_worker(void)
{
    int ends[2];

    CHECK_EQ(coil__sys_socketpair(AF_UNIX, SOCK_SEQPACKET, ends), 0);
    near_end = ends[0];
    worker = (struct worker){.setup = {.at_once = 1, .shared_bytes = 1000}, .pid = getpid()};
    worker.seat.socket = ends[1];
    worker.slots = 1 + WAITING_MOST;
    CHECK(coil__boards_bytes(1, worker.slots) <= PAGES);
    worker.boards = mmap(NULL, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(worker.boards != MAP_FAILED);
    worker.board = coil__board_at(worker.boards, 0, worker.slots);
    worker.ears[0].fd = coil__sys_eventfd();
    for (int i = 1; i < EARS; i++)
        worker.ears[i].fd = -1;
    job = (struct worker_job){.worker = &worker, .id = 5, .slot = 3};
    job.payload = coil__payload_new(coil_function_of(double_it, "double_it"), NULL, 1, 8, false);
    word_store(&worker.board->slots[3].state, SLOT_TAKEN);
}

static void close_worker(void)
{
    coil__payload_free(job.payload);
    munmap(worker.boards, PAGES);
    close(near_end);
    close(worker.seat.socket);
    close(worker.ears[0].fd);
}

static size_t next_packet(int fds[LETTER_FDS])
{
    struct letter letter;
    int64_t n;

    coil__letter_expect(&letter, packet, sizeof(packet));
    n = coil__sys_recvmsg(near_end, &letter.header, 0);
    CHECK(n > 0);
    CHECK_EQ(coil__letter_fds(&letter, fds), 0);
    return (size_t)n;
}

/* What the pool is told, and with which descriptor; whether by a packet. */
static struct job_parts told(int *fd, bool by_packet)
{
    const struct slot *slot = &worker.board->slots[3];
    int fds[LETTER_FDS] = {-1};
    struct job_parts parts;
    uint16_t order[8];

    CHECK_EQ(coil__tray_take(&worker.board->answers, worker.board->slots, worker.slots, order), 1);
    CHECK_EQ(order[0], 3);
    CHECK_EQ(word_load(&slot->state), SLOT_DONE);
    CHECK_EQ(slot->bytes == 0, by_packet);
    if (by_packet)
        CHECK(coil__job_parts(packet, next_packet(fds), &parts));
    else
        CHECK(coil__job_parts(slot->message, slot->bytes, &parts));
    CHECK_EQ(parts.head.kind, JOB_DONE);
    CHECK_EQ(parts.head.id, 5);
    CHECK((fds[0] >= 0) == (fd != NULL));
    if (fd != NULL)
        *fd = fds[0];
    return parts;
}

static bool has_rung(void)
{
    uint64_t rings;

    return read(worker.ears[0].fd, &rings, sizeof(rings)) > 0;
}

TEST(small_answer_is_a_message_in_its_slot)
{
    struct job_parts parts;

    open_worker();
    coil__worker_tell(&job, coil_number(12));
    parts = told(NULL, false);
    CHECK_EQ(parts.head.status, 12);
    CHECK(parts.head.flags & JOB_NO_DATA);
    coil__worker_tell(&job, coil_bytes_result("words", 6));
    parts = told(NULL, false);
    CHECK_EQ(parts.head.status, 0);
    CHECK_EQ(parts.head.data_bytes, 6);
    CHECK_STR(parts.data, "words");
    close_worker();
}

TEST(ear_is_rung_once_if_it_is_asleep)
{
    open_worker();
    coil__worker_tell(&job, coil_number(1));
    CHECK(!has_rung());
    coil__ear_sleeps(worker.boards, 0);
    coil__worker_tell(&job, coil_number(2));
    CHECK(has_rung());
    coil__worker_tell(&job, coil_number(3));
    CHECK(!has_rung());
    close_worker();
}

/* He hears it by the word that he sleeps on. */
TEST(ear_is_not_rung_for_what_somebody_waits_for)
{
    open_worker();
    coil__ear_sleeps(worker.boards, 0);
    CHECK(coil__slot_wait(&worker.board->slots[3]));
    coil__worker_tell(&job, coil_number(1));
    CHECK(!has_rung());
    CHECK_EQ(told(NULL, false).head.status, 1);
    close_worker();
}

TEST(ear_that_is_not_known_is_rung_as_the_manager)
{
    open_worker();
    coil__ear_sleeps(worker.boards, 0);
    coil__ear_sleeps(worker.boards, 2);
    word_store(&worker.board->slots[3].ear, EARS + 2);
    coil__worker_tell(&job, coil_number(1));
    CHECK(has_rung());
    close_worker();
}

TEST(larger_answer_is_a_packet_and_a_large_one_shared_memory)
{
    struct job_parts parts;
    int fd;

    open_worker();
    coil__worker_tell(&job, coil_value(coil_bytes_new(LARGEST)));
    CHECK_EQ(told(NULL, false).head.data_bytes, LARGEST);
    coil__worker_tell(&job, coil_value(coil_bytes_new(LARGEST + 1)));
    CHECK_EQ(told(NULL, true).head.data_bytes, LARGEST + 1);
    coil__bytes_shared_from = 1000;
    coil__worker_tell(&job, coil_value(coil_bytes_new(1001)));
    parts = told(&fd, true);
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
    parts = told(&fd, true);
    CHECK(parts.head.flags & JOB_SHARED);
    close(fd);
    coil__bytes_shared_from = SIZE_MAX; /* and where there is none */
    coil__worker_tell(&job, coil_value(coil_bytes_new(5000)));
    parts = told(NULL, false);
    CHECK_EQ(parts.head.status, -ENOMEM);
    close_worker();
}

TEST(failure_is_told_with_text_and_place)
{
    struct job_parts parts;

    open_worker();
    coil__worker_tell_failure(&job, -EIO, "it broke", "file.c:3");
    parts = told(NULL, false);
    CHECK_EQ(parts.head.status, -EIO);
    CHECK(memcmp(parts.text, "it broke", parts.head.text_bytes) == 0);
    CHECK(memcmp(parts.place, "file.c:3", parts.head.place_bytes) == 0);
    close_worker();
}

static int tell_nobody(void *unused)
{
    (void)unused;
    coil__worker_tell(&job, coil_value(coil_bytes_new(LARGEST + 1)));
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

/* The kernel has no memory for it just now. */
TEST(packet_that_the_kernel_cannot_take_is_sent_again)
{
    open_worker();
    coil__fault_arm(FAULT_SYS, 1, false);
    coil__worker_tell(&job, coil_value(coil_bytes_new(LARGEST + 1)));
    coil__fault_arm(FAULT_SYS, 0, false);
    CHECK_EQ(told(NULL, true).head.data_bytes, LARGEST + 1);
    close_worker();
}

/* They may be those of jobs that this worker would take up next. */
TEST(result_whose_descriptor_cannot_be_sent_fails_its_job)
{
    struct job_head head = {.kind = JOB_RUN};
    struct letter letter;
    int ends[2], fd;

    be_an_ordinary_user();
    open_worker();
    coil__bytes_shared_from = 1000;
    CHECK_EQ(coil__sys_socketpair(AF_UNIX, SOCK_SEQPACKET, ends), 0);
    coil__letter_begin(&letter);
    coil__letter_add(&letter, &head, sizeof(head));
    coil__letter_attach(&letter, &worker.ears[0].fd, 1);
    while (coil__letter_send(&letter, ends[0]) == 0)
        ;
    coil__worker_tell(&job, coil_value(coil_bytes_new(100000)));
    CHECK_EQ(told(NULL, false).head.status, -ETOOMANYREFS);
    close(ends[1]); /* and what was in it */
    close(ends[0]);
    coil__worker_tell(&job, coil_value(coil_bytes_new(100000)));
    CHECK_EQ(told(&fd, true).head.data_bytes, 100000);
    close(fd);
    close_worker();
}
