#include "slots.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define REGION_BYTES (1024 * 1024)
#define ALIGNMENT 64

struct slot {
    unsigned char jump[8];
    void *target; /* eight bytes behind the jump, which reads it from there */
};

/* One jump through the pointer that follows. */
#if defined(__x86_64__)
static const unsigned char jump_code[8] = {0xff, 0x25, 0x02, 0x00,
                                           0x00, 0x00, 0x90, 0x90}; /* jmp *2(%rip) */
#elif defined(__aarch64__)
static const unsigned char jump_code[8] = {0x50, 0x00, 0x00, 0x58,
                                           0x00, 0x02, 0x1f, 0xd6}; /* ldr x16, .+8; br x16 */
#else
#error "the prompt needs a jump instruction for this processor"
#endif

static unsigned char *region;
static size_t region_left;

void *code_allocate(size_t size)
{
    unsigned char *memory;

    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (size > region_left) {
        region_left = size > REGION_BYTES ? size : REGION_BYTES;
        region = mmap(NULL, region_left, PROT_READ | PROT_WRITE | PROT_EXEC,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (region == MAP_FAILED) {
            perror("coil: no memory that may hold code");
            exit(1);
        }
    }
    memory = region;
    region += size;
    region_left -= size;
    return memory;
}

static void undefined_function(void)
{
    fputs("coil: called a function that is declared, but not defined yet\n", stderr);
    abort();
}

struct slot *slot_new(void)
{
    struct slot *slot = code_allocate(sizeof(*slot));

    memcpy(slot->jump, jump_code, sizeof(jump_code));
    slot_set(slot, (void *)undefined_function);
    __builtin___clear_cache((char *)slot, (char *)(slot + 1));
    return slot;
}

void slot_set(struct slot *slot, void *function)
{
    __atomic_store_n(&slot->target, function, __ATOMIC_RELEASE);
}
