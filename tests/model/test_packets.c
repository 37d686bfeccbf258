/* What goes beside the board, in every order of both sides: packets of jobs, and of ears, which are
 * sent before the job that needs them and are left behind when that is taken back, or finds no
 * room. Each job that begins has its own packet. */
#include "model_internal.h"
#include "model_world.h"

#include <errno.h>

#include <coil/file.h>
#include <coil/task.h>

#include "loop/loop.h"
#include "mach/sys.h"
#include "mach/sys_io.h"
#include "mach/sys_process.h"
#include "work/process_board.c"
#include "work/process_ear.h"
#include "work/process_worker.h"

enum { SLOTS = 3, ROOM_MOST = 4 };

/* ---- the socket ---- */

static struct job_head packets[ROOM_MOST];
static unsigned sent, received, room;

static int model_send(const struct letter *letter, int fd)
{
    (void)fd;
    model__touch(packets, sizeof(packets));
    if (sent - received == room)
        return -EAGAIN;
    memcpy(&packets[sent++ % ROOM_MOST], letter->parts[0].iov_base, sizeof(*packets));
    return 0;
}

static int64_t model_receive(int fd, void *buffer, size_t size, int fds[LETTER_FDS])
{
    struct job_head *head = buffer;

    (void)fd;
    MODEL_CHECK(size >= sizeof(*head));
    model__touch(packets, sizeof(packets));
    if (sent == received)
        return -EAGAIN;
    *head = packets[received++ % ROOM_MOST];
    head->name_bytes = 0; /* only the head travels here */
    head->data_bytes = 0;
    fds[0] = -1;
    return sizeof(*head);
}

/* ---- what is around the sources under test ---- */

static struct worker worker;
static struct coil_loop loop_of_worker;
static unsigned seen; /* slots that came to the worker */
static bool begun[SLOTS];
static uint64_t ids[SLOTS];

static void model_begin(struct worker *self, unsigned slot, const struct job_parts *parts, int fd)
{
    (void)self;
    (void)fd;
    MODEL_CHECK(parts->head.kind == JOB_RUN);
    MODEL_CHECK(parts->head.id == ids[slot]);
    MODEL_CHECK(!begun[slot]);
    begun[slot] = true;
    seen++;
}

static bool model_put_back(struct tray *tray, struct slot *slots, unsigned index)
{
    (void)tray;
    (void)slots;
    (void)index;
    seen++;
    return false;
}

static int64_t model_read(int fd, void *data, size_t size)
{
    (void)data;
    model_eventfd_wait(fd);
    return (int64_t)size;
}

#define coil__letter_send model_send
#define coil__letter_receive model_receive
#define coil__worker_begin model_begin
#define coil__worker_look_at_flag(job) ((void)(job))
#define coil__worker_ring(self, ear) ((void)(self), (void)(ear))
#define coil__ear_fd(pool, number) ((void)(pool), (int)(number))
#define coil__process_watch(pool) ((void)(pool))
#define coil__payload_free(payload) ((void)(payload))
#define coil__sys_exit(code) model_fail("the worker ends")
#define coil__loop_running (&loop_of_worker)
#define coil_read model_read

#include "work/process_send.c"

#define coil__tray_put model_put_back
#include "work/process_intake.c"
#undef coil__tray_put

/* ---- the pool ---- */

static _Alignas(64) char memory[sizeof(struct board) + SLOTS * sizeof(struct slot)];
static struct process_pool pool;
static struct place places[SLOTS];
static struct seat seat;
static uint16_t free_slots[SLOTS];
static char buffer[4096];
static struct payload payloads[SLOTS];
static struct process_job jobs[SLOTS];

/* One that fits into a slot, or one that does not. */
static struct process_job *job_of(unsigned i, unsigned ear, bool fits)
{
    payloads[i] = (struct payload){.n = 1, .part_bytes = 8, .stride = 8, .fd = -1, .parts = buffer};
    jobs[i] = (struct process_job){.pool = &pool, .payload = &payloads[i], .symbol = ""};
    jobs[i].ear = ear;
    jobs[i].data_bytes = fits ? 8 : 2000;
    return &jobs[i];
}

static int put(struct process_job *job)
{
    unsigned slot = seat.free[seat.free_slots - 1];
    int err;

    ids[slot] = pool.next_id + 1;
    err = coil__seat_put(&seat, job);
    MODEL_CHECK(err == 0 || err == -EAGAIN);
    return err;
}

/* Taken back, or not: the worker comes by its slot. */
static void put_and_withdraw(struct process_job *job)
{
    MODEL_CHECK(put(job) == 0);
    coil__slot_moves(&seat.board->slots[job->slot], SLOT_PUT, SLOT_WITHDRAWN);
}

static void setup_with_room(unsigned packets_most)
{
    memset(memory, 0, sizeof(memory));
    memset(begun, 0, sizeof(begun));
    sent = received = seen = 0;
    room = packets_most;
    pool = (struct process_pool){.setup = {.shared_bytes = 4000, .at_once = SLOTS}};
    seat = (struct seat){.pool = &pool, .board = (struct board *)memory, .bell = model_eventfd()};
    seat.places = places;
    seat.free = free_slots;
    seat.free_slots = SLOTS;
    for (unsigned i = 0; i < SLOTS; i++)
        free_slots[i] = (uint16_t)(SLOTS - 1 - i);
    worker = (struct worker){.setup = pool.setup, .slots = SLOTS, .board = seat.board};
    worker.seat.bell = seat.bell;
    worker.buffer = buffer;
    worker.buffer_bytes = sizeof(buffer);
    worker.taken = mem_alloc(2 * SLOTS * sizeof(*worker.taken));
    worker.order = worker.taken + SLOTS;
    for (int i = 0; i < EARS; i++)
        worker.ears[i].fd = -1;
}

static void setup(void)
{
    setup_with_room(ROOM_MOST);
}

static void setup_narrow(void)
{
    setup_with_room(1);
}

static void close_all(void)
{
    mem_free(worker.taken);
    model_close(seat.bell);
}

/* ---- what is proved ---- */

static void serve_two(void)
{
    for (;;) {
        begin_jobs(&worker);
        if (seen == 2)
            return;
        sleep_in_loop(&worker);
    }
}

/* The ear of the first, which may never begin, lies before the packet of the second. */
static void leave_an_ear(void)
{
    put_and_withdraw(job_of(0, EARS + 1, true));
    put(job_of(1, 0, false));
}

/* The same, and the second one's own ear after it, in the same place. */
static void leave_an_ear_and_send_another(void)
{
    put_and_withdraw(job_of(0, EARS + 1, true));
    put(job_of(1, 2 * EARS + 1, false));
}

/* The ear of the first takes the room that its packet needs: another one is put instead. */
static void find_no_room(void)
{
    MODEL_CHECK(put(job_of(0, EARS + 1, false)) == -EAGAIN);
    put(job_of(1, EARS + 1, true));
    put(job_of(2, 0, true));
}

static const struct model_program ears_before = {setup, {serve_two, leave_an_ear}, close_all};
static const struct model_program two_ears = {
    setup, {serve_two, leave_an_ear_and_send_another}, close_all};

static const struct model_program no_room = {setup_narrow, {serve_two, find_no_room}, close_all};

SLOW_TEST(each_job_that_begins_has_its_own_packet, 60)
{
    model_prove("an ear that nobody asks for", &ears_before);
    model_prove("an ear in the place of another", &two_ears);
    model_prove("no room behind an ear", &no_room);
}
