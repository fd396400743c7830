/* The last bytes of a stream: what a step's result is made of. */
#ifndef CAPTURE_H
#define CAPTURE_H
#include <stddef.h>

#include "buffer.h"

struct capture {
  char *ring;
  size_t limit;
  size_t start;
  size_t length;
};

int capture_init(struct capture *capture, size_t limit);
void capture_add(struct capture *capture, const char *bytes, size_t length);
/* Forgets everything. */
void capture_clear(struct capture *capture);
/* Appends what was kept, oldest first. */
int capture_read(const struct capture *capture, struct buffer *into);
void capture_free(struct capture *capture);
#endif
