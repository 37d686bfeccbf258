/* Where to listen: the addresses of several hosts. */
#include "io/hosts.h"

#include "base/alloc.h"
#include "io/names.h"

static bool has(const struct hosts *hosts, const struct coil_address *address)
{
    for (size_t i = 0; i < hosts->count; i++)
        if (coil_address_equal(&hosts->of[i], address))
            return true;
    return false;
}

static int add(struct hosts *hosts, const struct addrinfo *found)
{
    size_t more = 0;
    struct coil_address *of;

    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
        more++;
    of = mem_realloc(hosts->of, (hosts->count + more) * sizeof(*of));
    if (of == NULL)
        return -ENOMEM;
    hosts->of = of;
    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next) {
        struct coil_address *address = &of[hosts->count];

        address_take(address, at);
        if (!has(hosts, address))
            hosts->count++;
    }
    return 0;
}

coil_async int coil__hosts_look_up(struct hosts *hosts, const char *const *names, size_t count,
                                   uint16_t port, int family)
{
    int err = 0;

    for (size_t i = 0; i < count && err == 0; i++) {
        const char *name = names[i] != NULL && *names[i] != '\0' ? names[i] : NULL;
        struct addrinfo *found;

        err = coil__look_up(name, port, family, AI_PASSIVE, &found);
        if (err != 0)
            break;
        err = add(hosts, found);
        freeaddrinfo(found);
    }
    return err;
}

void coil__hosts_free(struct hosts *hosts)
{
    mem_free(hosts->of);
}
