/*
 * libFuzzer's way into the reading and writing of addresses. The first byte says what the others
 * are: a text to read, or an address to write. What is written reads as an equal address, and what
 * is read and written again reads the same. ./fuzz address builds and runs it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coil/address.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void complain(const char *what, const char *text)
{
    fprintf(stderr, "%s: \"%s\"\n", what, text);
    abort();
}

static void written_reads_the_same(const struct coil_address *address)
{
    char text[COIL_ADDRESS_TEXT];
    struct coil_address again;
    int length = coil_address_format(address, text, sizeof(text));

    if (length < 0 || (size_t)length >= sizeof(text) || strlen(text) != (size_t)length)
        complain("the length is wrong", text);
    if (length == 0)
        return;
    if (coil_address_parse(text, 1, &again) != 0)
        complain("what was written is not read", text);
    if (!coil_address_equal(address, &again))
        complain("what was written reads as another address", text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct coil_address address = {.length = 0};
    char *text;

    if (size == 0)
        return 0;
    if (bytes[0] & 1) {
        address.length = bytes[0] >> 1;
        memcpy(&address.as, bytes + 1,
               size - 1 < sizeof(address.as) ? size - 1 : sizeof(address.as));
        written_reads_the_same(&address);
        return 0;
    }
    text = strndup((const char *)bytes + 1, size - 1);
    if (text == NULL)
        return 0;
    if (coil_address_parse(text, 80, &address) == 0) {
        if (address.length == 0 || address.length > sizeof(address.as))
            complain("no address was read", text);
        written_reads_the_same(&address);
    }
    free(text);
    return 0;
}
