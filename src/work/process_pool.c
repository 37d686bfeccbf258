/* Process pools: opened, asked about, freed. */
#include <coil/process_pool.h>

#include <stdio.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "mach/sys.h"
#include "mach/sys_io.h"
#include "mach/sys_memory.h"
#include "mach/thread.h"
#include "work/processes.h"

#define SHARED_FROM ((size_t)32 << 10)
#define SHARED_FROM_AT_MOST ((size_t)64 << 10)      /* what surely fits into a socket's buffer */
#define AT_ONCE_AT_MOST (UINT16_MAX - WAITING_MOST) /* slots have numbers of 16 bits */

/* ---- open ---- */

/* argv in one block, for a program may have to be started again. */
static const char *const *copy_program(const char *const *program)
{
    size_t n = 0, bytes = 0;
    char **copy, *at;

    for (; program[n] != NULL; n++)
        bytes += strlen(program[n]) + 1;
    copy = mem_alloc((n + 1) * sizeof(*copy) + bytes);
    if (copy == NULL)
        return NULL;
    at = (char *)(copy + n + 1);
    for (size_t i = 0; i < n; i++) {
        copy[i] = strcpy(at, program[i]);
        at += strlen(at) + 1;
    }
    copy[n] = NULL;
    return (const char *const *)copy;
}

static int make_seat(struct process_pool *pool, unsigned index)
{
    struct seat *seat = &pool->seats[index];

    *seat = (struct seat){
        .pool = pool, .index = index, .pidfd = -1, .socket = -1, .bell = -1, .words_fd = -1};
    list_init(&seat->running);
    list_init(&seat->waiting);
    seat->places = mem_zalloc(pool->slots * sizeof(*seat->places));
    seat->free = mem_alloc(pool->slots * sizeof(*seat->free));
    return seat->places != NULL && seat->free != NULL ? 0 : -ENOMEM;
}

static int make_seats(struct process_pool *pool)
{
    unsigned n = pool->executor.workers;
    int err = 0;

    pool->seats = mem_zalloc(n * sizeof(*pool->seats));
    if (pool->seats == NULL)
        return -ENOMEM;
    pool->order = mem_alloc(pool->slots * sizeof(*pool->order));
    if (pool->order == NULL)
        err = -ENOMEM;
    for (unsigned i = 0; i < n; i++) /* all of them, for close */
        err |= make_seat(pool, i);
    pool->empty_seats = n;
    return err != 0 ? -ENOMEM : 0;
}

static void set_up(struct process_pool *pool, const struct coil_process_pool_options *options)
{
    struct process_setup *setup = &pool->setup;
    size_t shared = options->shared_bytes != 0 ? options->shared_bytes : SHARED_FROM;

    snprintf(setup->name, sizeof(setup->name), "%s",
             options->name != NULL ? options->name : "coil-work");
    setup->at_once = options->at_once != 0 ? options->at_once : 1;
    if (setup->at_once > AT_ONCE_AT_MOST)
        setup->at_once = AT_ONCE_AT_MOST;
    pool->slots = setup->at_once + WAITING_MOST;
    setup->shared_bytes = shared < SHARED_FROM_AT_MOST ? shared : SHARED_FROM_AT_MOST;
    if (options->program == NULL) {
        setup->begin = options->begin;
        setup->arg = options->arg;
    }
    pool->jobs_each = options->jobs_each;
}

static int open_pool(struct process_pool *pool, const struct coil_process_pool_options *options)
{
    int err;

    set_up(pool, options);
    if (options->program != NULL && options->program[0] == NULL)
        return -EINVAL;
    if (options->program != NULL && (pool->program = copy_program(options->program)) == NULL)
        return -ENOMEM;
    err = make_seats(pool);
    return err != 0 ? err : coil__near_open(pool, &pool->zygote);
}

struct coil_executor *coil_process_pool_open(const struct coil_process_pool_options *options)
{
    static const struct coil_process_pool_options defaults;
    struct process_pool *pool = mem_zalloc(sizeof(*pool));
    int err;

    if (options == NULL)
        options = &defaults;
    if (pool == NULL) {
        coil__mach_set_errno(ENOMEM);
        return NULL;
    }
    coil__executor_init(&pool->executor, &coil__processes_kind,
                        options->workers != 0 ? options->workers : (unsigned)coil__mach_ncpu());
    pthread_mutex_init(&pool->lock, NULL);
    list_init(&pool->queue);
    pool->boards_fd = pool->manager_ear = -1;
    err = open_pool(pool, options);
    if (err == 0)
        return &pool->executor;
    coil__executor_drop(&pool->executor);
    coil__mach_set_errno(-err);
    return NULL;
}

/* ---- the rest ---- */

size_t coil_process_pool_pids(struct coil_executor *executor, int *pids, size_t capacity)
{
    struct process_pool *pool;
    size_t n = 0;

    if (executor == NULL || executor->kind != &coil__processes_kind ||
        executor->generation != coil__fork_generation)
        return 0;
    pool = pool_of(executor);
    pthread_mutex_lock(&pool->lock);
    for (unsigned i = 0; i < executor->workers; i++) {
        const struct seat *seat = &pool->seats[i];

        if (seat->pid == 0)
            continue;
        if (n < capacity)
            pids[n] = seat->pid;
        n++;
    }
    pthread_mutex_unlock(&pool->lock);
    return n;
}

static bool is_here(const struct coil_executor *self)
{
    return coil__loop_running != NULL &&
           (uintptr_t)coil__loop_running == word_load(&pool_of(self)->loop);
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        coil__sys_close(*fd);
    *fd = -1;
}

int coil__process_make_boards(struct process_pool *pool)
{
    size_t size = coil__boards_bytes(pool->executor.workers, pool->slots);
    int fd = coil__sys_memfd("coil-boards", size), ear = coil__sys_eventfd();
    int err = fd < 0 ? fd : ear < 0 ? ear : 0;

    if (err == 0)
        err = coil__sys_mmap(&pool->boards_memory, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (err != 0) {
        close_one(&fd);
        close_one(&ear);
        return err;
    }
    pool->boards_fd = fd;
    pool->manager_ear = ear;
    return 0;
}

void coil__process_close_seats(struct process_pool *pool)
{
    for (unsigned i = 0; pool->seats != NULL && i < pool->executor.workers; i++) {
        struct seat *seat = &pool->seats[i];

        close_one(&seat->socket);
        close_one(&seat->pidfd);
        close_one(&seat->words_fd);
        close_one(&seat->bell);
        seat->board = NULL;
    }
    close_one(&pool->boards_fd);
    close_one(&pool->manager_ear);
    pool->boards = NULL;
}

static void free_seats(struct process_pool *pool)
{
    for (unsigned i = 0; pool->seats != NULL && i < pool->executor.workers; i++) {
        mem_free(pool->seats[i].buffer);
        mem_free(pool->seats[i].places);
        mem_free(pool->seats[i].free);
    }
    mem_free(pool->seats);
    mem_free(pool->order);
    if (pool->boards_memory != NULL)
        coil__sys_munmap(pool->boards_memory,
                         coil__boards_bytes(pool->executor.workers, pool->slots));
}

/* After a shutdown; or in the child of a fork, where the processes stay the parent's. */
static void free_pool(struct coil_executor *self)
{
    struct process_pool *pool = pool_of(self);

    coil_thread_close(pool->manager);
    coil__near_free(pool->zygote);
    coil__near_free(pool->spare);
    coil__process_close_seats(pool);
    free_seats(pool);
    exception_unref(pool->broken);
    pthread_mutex_destroy(&pool->lock);
    mem_free((void *)(uintptr_t)pool->program);
    mem_free(pool);
}

static bool shares(const struct coil_executor *self, size_t n, size_t part_bytes)
{
    size_t size;

    return __builtin_mul_overflow(n, part_bytes, &size) || size > pool_of(self)->setup.shared_bytes;
}

const struct executor_kind coil__processes_kind = {
    .shares = shares,
    .submit_payload = coil__process_submit,
    .shutdown = coil__process_shutdown,
    .is_here = is_here,
    .free = free_pool,
};
