#include "common/socks.h"

#include <string.h>

static coil_async struct coil_result program(void *arg)
{
    static const char *const texts[] = {"first", "", "much too long", "last"};
    struct coil_address at_a, at_b, sender;
    int a = bound(SOCK_DGRAM, &at_a), b = bound(SOCK_DGRAM, &at_b);
    char data[6];

    (void)arg;
    for (int i = 0; i < 4; i++)
        say("sent %d", (int)coil_sock_sendto(a, texts[i], strlen(texts[i]), &at_b));
    for (int i = 0; i < 4; i++) {
        int64_t n = coil_sock_recvfrom(b, data, sizeof(data), &sender);

        say("'%.*s' from a: %s", (int)n, data, yes(coil_address_equal(&sender, &at_a)));
    }
    close_both((struct ends){a, b});
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
