/* Bytes that grow as they are written. Nothing of stdio is used anywhere: it would double the size of the program. */
#ifndef BUFFER_H
#define BUFFER_H
#include <stddef.h>

struct buffer {
  char *data;
  size_t length;
  size_t capacity;
};

/* Each returns 0, or -1 when there is no memory. */
int buffer_append(struct buffer *buffer, const void *bytes, size_t length);
int buffer_append_text(struct buffer *buffer, const char *text);
int buffer_append_number(struct buffer *buffer, unsigned long long number);
void buffer_free(struct buffer *buffer);

/* Writes all bytes, however often the kernel interrupts. Returns 0, or -1 with errno. */
int write_all(int fd, const void *bytes, size_t length);

/* Writes up to four texts, NULL for none, as one line behind "supervisor: " to standard error. */
void complain(const char *a, const char *b, const char *c, const char *d);
#endif
