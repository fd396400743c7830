/* FIPS 180-4 SHA-256 of one block of memory, as 64 hexadecimal digits and a NUL. */
#ifndef SHA256_H
#define SHA256_H
#include <stddef.h>

void sha256_hex(const void *bytes, size_t length, char out[65]);
#endif
