#include "buffer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int buffer_append(struct buffer *buffer, const void *bytes, size_t length) {
  if (buffer->length + length > buffer->capacity) {
    size_t capacity = buffer->capacity ? buffer->capacity : 4096;
    while (capacity < buffer->length + length) capacity *= 2;
    char *data = realloc(buffer->data, capacity);
    if (!data) return -1;
    buffer->data = data;
    buffer->capacity = capacity;
  }
  if (length > 0) memcpy(buffer->data + buffer->length, bytes, length);
  buffer->length += length;
  return 0;
}

int buffer_append_text(struct buffer *buffer, const char *text) { return buffer_append(buffer, text, strlen(text)); }

int buffer_append_number(struct buffer *buffer, unsigned long long number) {
  char digits[24];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + number % 10);
  while (number /= 10);
  return buffer_append(buffer, digits + at, sizeof digits - at);
}

void buffer_free(struct buffer *buffer) {
  free(buffer->data);
  *buffer = (struct buffer){0};
}

void complain(const char *a, const char *b, const char *c, const char *d) {
  struct buffer line = {0};
  const char *parts[] = {"supervisor: ", a, b, c, d, "\n"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (parts[i]) buffer_append_text(&line, parts[i]);
  }
  (void)write_all(STDERR_FILENO, line.data, line.length);
  buffer_free(&line);
}

int write_all(int fd, const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    ssize_t written = write(fd, at, length);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) {
      /* Somebody made our standard output non-blocking: wait until it takes more. */
      struct pollfd ready = {.fd = fd, .events = POLLOUT};
      poll(&ready, 1, -1);
      continue;
    }
    if (written < 0) return -1;
    at += written;
    length -= (size_t)written;
  }
  return 0;
}
