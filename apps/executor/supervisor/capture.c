#include "capture.h"

#include <stdlib.h>
#include <string.h>

int capture_init(struct capture *capture, size_t limit) {
  *capture = (struct capture){.ring = malloc(limit), .limit = limit};
  return capture->ring ? 0 : -1;
}

void capture_add(struct capture *capture, const char *bytes, size_t length) {
  if (length >= capture->limit) {
    bytes += length - capture->limit;
    length = capture->limit;
    capture->start = capture->length = 0;
  }
  size_t end = (capture->start + capture->length) % capture->limit;
  size_t first = length < capture->limit - end ? length : capture->limit - end;
  memcpy(capture->ring + end, bytes, first);
  memcpy(capture->ring, bytes + first, length - first);
  size_t total = capture->length + length;
  if (total > capture->limit) capture->start = (capture->start + total - capture->limit) % capture->limit;
  capture->length = total < capture->limit ? total : capture->limit;
}

void capture_clear(struct capture *capture) { capture->start = capture->length = 0; }

int capture_read(const struct capture *capture, struct buffer *into) {
  size_t first = capture->limit - capture->start;
  if (first > capture->length) first = capture->length;
  if (buffer_append(into, capture->ring + capture->start, first) < 0) return -1;
  return buffer_append(into, capture->ring, capture->length - first);
}

void capture_free(struct capture *capture) {
  free(capture->ring);
  *capture = (struct capture){0};
}
