/* Jobs as bytes, and many as one. */
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "base/alloc.h"
#include "mach/sys_io.h"
#include "mach/sys_memory.h"
#include "task/task.h"
#include "work/executor.h"

/* Before each part; keeps it aligned for any type. */
struct part_header {
    _Alignas(max_align_t) struct payload *payload;
    size_t size;
};

static struct part_header *header_of(const void *part)
{
    return (struct part_header *)(uintptr_t)part - 1;
}

static size_t aligned(size_t size)
{
    return (size + sizeof(struct part_header) - 1) & ~(sizeof(struct part_header) - 1);
}

static size_t stride_of(size_t part_bytes)
{
    return aligned(part_bytes) + sizeof(struct part_header);
}

/* What n parts take, with their headers; 0: more than there can be. */
static size_t room_for(size_t n, size_t part_bytes)
{
    size_t size;

    if (part_bytes > PTRDIFF_MAX / 2)
        return 0;
    if (__builtin_mul_overflow(n, stride_of(part_bytes), &size) || size > PTRDIFF_MAX / 2)
        return 0;
    return aligned(sizeof(struct payload)) + size + sizeof(struct part_header);
}

static void init(struct payload *self, struct coil_function function, size_t n, size_t part_bytes,
                 bool batch)
{
    *self = (struct payload){.function = function, .n = n, .part_bytes = part_bytes, .fd = -1};
    self->stride = stride_of(part_bytes);
    self->batch = batch;
    self->refs.value = 1;
}

static void write_headers(struct payload *self)
{
    for (size_t i = 0; i < self->n; i++)
        *header_of(payload_part(self, i)) =
            (struct part_header){.payload = self, .size = self->part_bytes};
}

struct payload *coil__payload_new(struct coil_function function, const void *data, size_t n,
                                  size_t part_bytes, bool batch)
{
    size_t room = room_for(n, part_bytes);
    struct payload *self = room == 0 ? NULL : data != NULL ? mem_alloc(room) : mem_zalloc(room);

    if (self == NULL)
        return NULL;
    init(self, function, n, part_bytes, batch);
    self->parts = (char *)self + aligned(sizeof(*self)) + sizeof(struct part_header);
    write_headers(self);
    for (size_t i = 0; i < n && data != NULL && part_bytes > 0; i++)
        memcpy(payload_part(self, i), (const char *)data + i * part_bytes, part_bytes);
    return self;
}

void coil__payload_free(void *payload)
{
    struct payload *self = payload;

    if (self == NULL || !word_unref(&self->refs))
        return;
    if (self->fd >= 0)
        coil__sys_close(self->fd);
    if (self->mapped > 0)
        coil__sys_munmap(header_of(self->parts), self->mapped);
    mem_free(self);
}

/* ---- in a file: each part behind room for its header, as in memory ---- */

enum { PARTS_AT_ONCE = 32 };

static int write_all(int fd, struct iovec *parts, size_t n, int64_t offset)
{
    while (n > 0) {
        int64_t written = parts->iov_len > 0 ? coil__sys_writev(fd, parts, n, offset) : 0;

        if (written == -EINTR)
            continue;
        if (written < 0)
            return (int)written;
        offset += written;
        for (; n > 0 && (size_t)written >= parts->iov_len; parts++, n--)
            written -= (int64_t)parts->iov_len;
        if (n > 0) {
            parts->iov_base = (char *)parts->iov_base + written;
            parts->iov_len -= (size_t)written;
        }
    }
    return 0;
}

/* What lies between two parts need not be written, but takes no call of its own so. */
static int write_parts(const struct payload *self, int fd, const char *from, size_t apart)
{
    static char nothing[2 * sizeof(struct part_header)];
    struct iovec parts[2 * PARTS_AT_ONCE];
    size_t between = self->stride - self->part_bytes;
    int err = 0;

    for (size_t i = 0; i < self->n && err == 0; i += PARTS_AT_ONCE) {
        size_t left = self->n - i, n = left < PARTS_AT_ONCE ? left : PARTS_AT_ONCE;

        for (size_t k = 0; k < n; k++) {
            parts[2 * k] = (struct iovec){(void *)(uintptr_t)(from + (i + k) * apart),
                                          self->part_bytes}; /* only read */
            parts[2 * k + 1] = (struct iovec){nothing, between};
        }
        err = write_all(fd, parts, 2 * n - 1,
                        (int64_t)(sizeof(struct part_header) + i * self->stride));
    }
    return err;
}

static int make_file(struct payload *self, const char *from, size_t apart)
{
    int fd = coil__sys_memfd("coil-job", self->n * self->stride), err;

    if (fd < 0)
        return fd;
    err = write_parts(self, fd, from, apart);
    if (err == 0)
        self->fd = fd;
    else
        coil__sys_close(fd);
    return err;
}

int coil__payload_to_file(struct payload *payload)
{
    return make_file(payload, payload->parts, payload->stride);
}

struct payload *coil__payload_new_in_file(struct coil_function function, const void *data, size_t n,
                                          size_t part_bytes, bool batch)
{
    struct payload *self = room_for(n, part_bytes) > 0 ? mem_alloc(sizeof(*self)) : NULL;

    if (self == NULL)
        return NULL;
    init(self, function, n, part_bytes, batch);
    if (make_file(self, data, part_bytes) == 0)
        return self;
    coil__payload_free(self);
    return NULL;
}

/* What is not there would be found out by a SIGBUS. */
static int check_size(int fd, size_t size)
{
    struct stat status;
    int err = coil__sys_fstat(fd, &status);

    if (err < 0)
        return err;
    return size == 0 || status.st_size < 0 || (uint64_t)status.st_size < size ? -EINVAL : 0;
}

static int map_file(struct payload *self, int fd)
{
    size_t size = self->n * self->stride;
    int err = check_size(fd, size);
    void *memory = NULL;

    if (err == 0)
        err = coil__sys_mmap(&memory, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (err != 0)
        return err;
    self->mapped = size;
    self->parts = (char *)memory + sizeof(struct part_header);
    write_headers(self);
    return 0;
}

int coil__payload_from_file(struct coil_function function, int fd, size_t n, size_t part_bytes,
                            bool batch, struct payload **out)
{
    struct payload *self = room_for(n, part_bytes) > 0 ? mem_alloc(sizeof(*self)) : NULL;
    int err = -ENOMEM;

    if (self != NULL) {
        init(self, function, n, part_bytes, batch);
        err = map_file(self, fd);
    }
    coil__sys_close(fd);
    if (err == 0)
        *out = self;
    else
        coil__payload_free(self);
    return err;
}

/* ---- what runs ---- */

size_t coil_job_arg_bytes(const void *arg)
{
    return header_of(arg)->size;
}

coil_coroutine_fn *coil__function_find(const struct coil_function *function)
{
    coil_coroutine_fn *fn = function->fn;

    if (fn != NULL || function->symbol == NULL)
        return fn;
    fn = (coil_coroutine_fn *)dlsym(RTLD_DEFAULT, function->symbol);
    if (fn == NULL && dlerror() != NULL)
        dlerror(); /* the second one frees what the thread keeps of the message */
    return fn;
}

/* ---- a batch ---- */

/* The task of an item has ended. */
static void part_done(void *part)
{
    coil__payload_free(header_of(part)->payload);
}

static struct coil_future *start_part(struct payload *self, coil_coroutine_fn *fn, size_t index)
{
    struct coil_task_options options = {.drop_arg = part_done, .drop_result = self->drop};
    const char *place = self->place; /* it has the function's name */

    if (place == NULL) {
        place = "item of a batch";
        options.name = self->function.symbol;
    }
    word_add(&self->refs, 1);
    return coil_create_task_at(fn, payload_part(self, index), &options, place);
}

bool coil__item_asked_to_end(const struct coil_future *task)
{
    const void *part = coil__stackful_arg(task, part_done);
    const struct coil_future *batch = part != NULL ? header_of(part)->payload->task : NULL;

    return batch != NULL && coil__task_asked_to_end(batch);
}

/* What the tasks came to. Values move over. */
static void gather_results(struct coil_results *results, struct coil_future **tasks)
{
    for (size_t i = 0; i < results->n; i++) {
        struct coil_result result = coil_future_take(tasks[i]);

        coil__results_set(results, i, result,
                          result.status < 0 ? coil__exception_ref(tasks[i]->exception) : NULL);
    }
}

/* Cancelled, it goes on until the last task has ended: their values are dropped. */
static coil_async int64_t run_at_once(struct payload *self, coil_coroutine_fn *fn,
                                      struct coil_results *results)
{
    struct coil_future **tasks = mem_alloc(self->n * sizeof(struct coil_future *) + 1);
    struct coil_future *all;
    int64_t status;

    if (tasks == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < self->n; i++)
        tasks[i] = start_part(self, fn, i);
    all = coil_gather_at(tasks, self->n, COIL_RETURN_EXCEPTIONS, "batch");
    self->task = coil_current_task();
    status = coil_await(all).status;
    self->task = NULL;
    if (status >= 0)
        gather_results(results, tasks);
    for (size_t i = 0; i < self->n; i++) {
        if (status < 0) /* for want of memory: nobody waits for them */
            coil_future_cancel(tasks[i], "its batch failed");
        coil_future_unref(tasks[i]);
    }
    coil_future_unref(all);
    mem_free(tasks);
    return status;
}

static int64_t run_in_turn(struct payload *self, coil_coroutine_fn *fn,
                           struct coil_results *results)
{
    for (size_t i = 0; i < self->n; i++) {
        struct coil_result result;

        if (coil_job_cancelled())
            return -ECANCELED;
        coil__raised_clear();
        result = fn(payload_part(self, i));
        coil__results_set(results, i, result, coil__raised_for(result));
    }
    return 0;
}

static coil_async struct coil_result run_batch(struct payload *self, coil_coroutine_fn *fn)
{
    struct coil_results *results = coil__results_new(self->n, self->drop);
    struct coil_loop *loop = coil__loop_running;
    int64_t status;

    if (results == NULL)
        return coil_error(-ENOMEM);
    if (loop != NULL && coil__task_can_await(loop))
        status = run_at_once(self, fn, results);
    else
        status = run_in_turn(self, fn, results);
    if (status >= 0)
        return coil_value(results);
    coil_results_free(results);
    return coil_error(status);
}

coil_async struct coil_result coil__payload_run(void *payload)
{
    struct payload *self = payload;
    coil_coroutine_fn *fn = coil__function_find(&self->function);

    if (fn == NULL)
        return coil_raise(ENOSYS, "this program has no function %s",
                          self->function.symbol != NULL ? self->function.symbol : "NULL");
    return self->batch ? run_batch(self, fn) : fn(payload_part(self, 0));
}
