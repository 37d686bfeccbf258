/* Addresses read and written, strictly: what is not wholly an address is none. */
#include "io/address.h"

#include <arpa/inet.h>
#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define UNIX_PREFIX "unix:"
#define PATH_START offsetof(struct sockaddr_un, sun_path)
#define PATH_MOST sizeof(((struct sockaddr_un *)NULL)->sun_path)

/* --- reading --- */

/* A decimal number without sign, blanks or anything behind it. */
static int parse_number(const char *text, uint32_t most, uint32_t *out)
{
    uint64_t value = 0;

    if (*text == '\0')
        return -EINVAL;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return -EINVAL;
        value = value * 10 + (uint64_t)(*text - '0');
        if (value > most)
            return -EINVAL;
    }
    *out = (uint32_t)value;
    return 0;
}

static int parse_port(const char *text, uint16_t *out)
{
    uint32_t number;
    int err = parse_number(text, UINT16_MAX, &number);

    if (err == 0)
        *out = (uint16_t)number;
    return err;
}

/* An interface by name or number. */
static int parse_scope(const char *text, uint32_t *out)
{
    if (*text == '\0')
        return -EINVAL;
    if (strspn(text, "0123456789") == strlen(text))
        return parse_number(text, UINT32_MAX, out);
    *out = if_nametoindex(text);
    return *out != 0 ? 0 : -ENODEV;
}

static int parse_ip4(const char *text, uint16_t port, struct coil_address *out)
{
    out->as.ip4.sin_family = AF_INET;
    out->as.ip4.sin_port = htons(port);
    out->length = sizeof(out->as.ip4);
    return inet_pton(AF_INET, text, &out->as.ip4.sin_addr) == 1 ? 0 : -EINVAL;
}

/* Cuts `text` at the scope. */
static int parse_ip6(char *text, uint16_t port, struct coil_address *out)
{
    char *scope = strchr(text, '%');

    out->as.ip6.sin6_family = AF_INET6;
    out->as.ip6.sin6_port = htons(port);
    out->length = sizeof(out->as.ip6);
    if (scope != NULL)
        *scope++ = '\0';
    if (inet_pton(AF_INET6, text, &out->as.ip6.sin6_addr) != 1)
        return -EINVAL;
    return scope != NULL ? parse_scope(scope, &out->as.ip6.sin6_scope_id) : 0;
}

/* Cuts `text`: "address", "address:port", "[address]" or "[address]:port". */
static int parse_ip(char *text, uint16_t port, struct coil_address *out)
{
    char *end = *text == '[' ? strrchr(text, ']') : strchr(text, ':');

    if (*text == '[') {
        if (end == NULL || (end[1] != '\0' && (end[1] != ':' || parse_port(end + 2, &port) != 0)))
            return -EINVAL;
        *end = '\0';
        return parse_ip6(text + 1, port, out);
    }
    if (end != NULL && strchr(end + 1, ':') != NULL)
        return parse_ip6(text, port, out);
    if (end != NULL) {
        if (parse_port(end + 1, &port) != 0)
            return -EINVAL;
        *end = '\0';
    }
    return parse_ip4(text, port, out);
}

/* The kernel wants a path with the zero byte behind it if there is room, an abstract name without.
 */
static void set_path(struct coil_address *out, const char *name, size_t length, bool abstract)
{
    out->as.unix_path.sun_family = AF_UNIX;
    memcpy(out->as.unix_path.sun_path + abstract, name, length);
    out->length = (socklen_t)(PATH_START + length + (abstract || length < PATH_MOST));
}

int coil__address_unix(const char *path, struct coil_address *out)
{
    bool abstract = *path == '@';
    size_t length = strlen(path += abstract);

    if (length == 0 && !abstract)
        return -EINVAL;
    if (length + abstract > PATH_MOST)
        return -ENAMETOOLONG;
    memset(out, 0, sizeof(*out));
    set_path(out, path, length, abstract);
    return 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The next byte of an escaped name; -EINVAL if that is none. */
static int next_byte(const char **text)
{
    const char *at = *text;
    int high, low;

    if (*at != '\\') {
        *text = at + 1;
        return (unsigned char)*at;
    }
    high = at[1] == 'x' ? hex_digit(at[2]) : -1;
    low = high >= 0 ? hex_digit(at[3]) : -1;
    if (low < 0)
        return -EINVAL;
    *text = at + 4;
    return high * 16 + low;
}

static int parse_unix(const char *text, struct coil_address *out)
{
    bool abstract = *text == '@';
    char name[PATH_MOST];
    size_t length = 0;

    for (text += abstract; *text != '\0'; length++) {
        int byte = next_byte(&text);

        if (byte < 0 || (byte == 0 && !abstract))
            return -EINVAL;
        if (length + abstract == PATH_MOST)
            return -ENAMETOOLONG;
        name[length] = (char)byte;
    }
    if (length == 0 && !abstract)
        return -EINVAL;
    set_path(out, name, length, abstract);
    return 0;
}

int coil_address_parse(const char *text, uint16_t port, struct coil_address *out)
{
    char copy[INET6_ADDRSTRLEN + IF_NAMESIZE + sizeof("[%]:65535")];
    struct coil_address address;
    size_t length = strlen(text);
    int err;

    memset(&address, 0, sizeof(address));
    if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0) {
        err = parse_unix(text + strlen(UNIX_PREFIX), &address);
    } else {
        if (length >= sizeof(copy))
            return -EINVAL;
        memcpy(copy, text, length + 1);
        err = parse_ip(copy, port, &address);
    }
    if (err == 0)
        *out = address;
    return err;
}

/* --- writing --- */

/* The name of a Unix socket without the zero byte behind it; *length 0 and not abstract: none. */
static const char *unix_name(const struct coil_address *address, size_t *length, bool *abstract)
{
    size_t room = address->length > PATH_START ? address->length - PATH_START : 0;
    const char *path = address->as.unix_path.sun_path;

    if (room > PATH_MOST)
        room = PATH_MOST; /* the kernel counts the zero byte behind a path that fills all */
    *abstract = room > 0 && path[0] == '\0';
    *length = *abstract ? room - 1 : strnlen(path, room);
    return path + *abstract;
}

/* As it is, but for what cannot be seen and what would be read otherwise. */
static bool is_plain(char c, bool first_of_path)
{
    return (unsigned char)c >= ' ' && c != '\x7f' && c != '\\' && !(first_of_path && c == '@');
}

static int format_unix(const struct coil_address *address, char *text, size_t size)
{
    char all[COIL_ADDRESS_TEXT], *at = all;
    size_t length;
    bool abstract;
    const char *name = unix_name(address, &length, &abstract);

    if (length == 0 && !abstract)
        return snprintf(text, size, "%s", "");
    at += sprintf(at, UNIX_PREFIX "%s", abstract ? "@" : "");
    for (size_t i = 0; i < length; i++) {
        if (is_plain(name[i], i == 0 && !abstract))
            *at++ = name[i];
        else
            at += sprintf(at, "\\x%02x", (unsigned char)name[i]);
    }
    *at = '\0';
    return snprintf(text, size, "%s", all);
}

/* By name, unless that would be read as a number, or there is none. */
static void format_scope(uint32_t scope, char *text)
{
    char name[IF_NAMESIZE];

    if (scope == 0)
        *text = '\0';
    else if (if_indextoname(scope, name) != NULL && strspn(name, "0123456789") != strlen(name))
        sprintf(text, "%%%s", name);
    else
        sprintf(text, "%%%u", scope);
}

static int format_ip6(const struct sockaddr_in6 *ip, char *text, size_t size)
{
    char host[INET6_ADDRSTRLEN], scope[IF_NAMESIZE + 1];

    inet_ntop(AF_INET6, &ip->sin6_addr, host, sizeof(host));
    format_scope(ip->sin6_scope_id, scope);
    return snprintf(text, size, "[%s%s]:%u", host, scope, ntohs(ip->sin6_port));
}

static int format_ip4(const struct sockaddr_in *ip, char *text, size_t size)
{
    char host[INET_ADDRSTRLEN];

    inet_ntop(AF_INET, &ip->sin_addr, host, sizeof(host));
    return snprintf(text, size, "%s:%u", host, ntohs(ip->sin_port));
}

/* AF_UNSPEC: none that we know, or less than a whole one. */
static sa_family_t family_of(const struct coil_address *address)
{
    sa_family_t family = address->as.any.sa_family;
    size_t least = family == AF_INET    ? sizeof(address->as.ip4)
                   : family == AF_INET6 ? sizeof(address->as.ip6)
                   : family == AF_UNIX  ? PATH_START
                                        : SIZE_MAX;

    return address->length < sizeof(family) || address->length < least ? AF_UNSPEC : family;
}

int coil_address_format(const struct coil_address *address, char *text, size_t size)
{
    switch (family_of(address)) {
    case AF_INET: return format_ip4(&address->as.ip4, text, size);
    case AF_INET6: return format_ip6(&address->as.ip6, text, size);
    case AF_UNIX: return format_unix(address, text, size);
    default: return snprintf(text, size, "%s", "");
    }
}

/* --- parts --- */

uint16_t coil_address_port(const struct coil_address *address)
{
    switch (family_of(address)) {
    case AF_INET: return ntohs(address->as.ip4.sin_port);
    case AF_INET6: return ntohs(address->as.ip6.sin6_port);
    default: return 0;
    }
}

void coil_address_set_port(struct coil_address *address, uint16_t port)
{
    switch (family_of(address)) {
    case AF_INET: address->as.ip4.sin_port = htons(port); break;
    case AF_INET6: address->as.ip6.sin6_port = htons(port); break;
    default: break;
    }
}

static bool equal_unix(const struct coil_address *a, const struct coil_address *b)
{
    size_t a_length, b_length;
    bool a_abstract, b_abstract;
    const char *a_name = unix_name(a, &a_length, &a_abstract);
    const char *b_name = unix_name(b, &b_length, &b_abstract);

    return a_abstract == b_abstract && a_length == b_length &&
           memcmp(a_name, b_name, a_length) == 0;
}

static bool equal_ip6(const struct sockaddr_in6 *a, const struct sockaddr_in6 *b)
{
    return a->sin6_port == b->sin6_port && a->sin6_scope_id == b->sin6_scope_id &&
           memcmp(&a->sin6_addr, &b->sin6_addr, sizeof(a->sin6_addr)) == 0;
}

bool coil_address_equal(const struct coil_address *a, const struct coil_address *b)
{
    sa_family_t family = family_of(a);

    if (family != family_of(b))
        return false;
    switch (family) {
    case AF_INET:
        return a->as.ip4.sin_port == b->as.ip4.sin_port &&
               a->as.ip4.sin_addr.s_addr == b->as.ip4.sin_addr.s_addr;
    case AF_INET6: return equal_ip6(&a->as.ip6, &b->as.ip6);
    case AF_UNIX: return equal_unix(a, b);
    default:
        return a->length == b->length && a->length <= sizeof(a->as) &&
               memcmp(&a->as, &b->as, a->length) == 0;
    }
}
