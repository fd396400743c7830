#include "progress.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "deadline.h"

#define TAIL_BYTES 256
#define MOST_DIGITS 15
#define LONGEST_MS (365LL * 24 * 3600 * 1000)

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Milliseconds of a unit, and where it ends; 0 when it is none. Less than a millisecond is nothing here. */
static long long unit_at(const char **at) {
  static const struct {
    const char *name;
    long long ms;
  } units[] = {{"ms", 1}, {"h", 3600000}, {"m", 60000}, {"s", 1000}};
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    size_t length = strlen(units[i].name);
    if (strncmp(*at, units[i].name, length) != 0) continue;
    *at += length;
    return units[i].ms;
  }
  return 0;
}

/* A Go duration such as 1m30s or 1.5s, in milliseconds; 0 when it is none. */
static long long duration_ms(const char *text) {
  long long total = 0;
  const char *at = text ? text : "";
  while (*at) {
    long long whole = 0, thousandths = 0, scale = 100;
    const char *from = at;
    for (; is_digit(*at) && whole < LONGEST_MS; at++) whole = whole * 10 + (*at - '0');
    if (*at == '.') {
      for (at++; is_digit(*at); at++, scale /= 10) thousandths += (*at - '0') * scale;
    }
    long long unit = at > from ? unit_at(&at) : 0;
    if (unit == 0) return 0;
    total += whole * unit + thousandths * unit / 1000;
    if (total > LONGEST_MS) return LONGEST_MS;
  }
  return total;
}

void progress_init(struct progress *progress) {
  *progress = (struct progress){.path = getenv("ARGO_PROGRESS_FILE")};
  progress->read_every_ms = duration_ms(getenv("ARGO_PROGRESS_FILE_TICK_DURATION"));
  progress->report_every_ms = duration_ms(getenv("ARGO_PROGRESS_PATCH_TICK_DURATION"));
  if (!progress->path || !*progress->path || progress->read_every_ms == 0 || progress->report_every_ms == 0) progress->path = NULL;
  else progress->read_at = monotonic_milliseconds() + progress->read_every_ms;
}

long long progress_next(const struct progress *progress) { return progress->path ? progress->read_at : -1; }

/* Reads a number; moves on. Returns -1 when there is none, or one too long. */
static long long number_at(const char **at, const char *end) {
  long long number = 0;
  const char *from = *at;
  for (; *at < end && is_digit(**at); (*at)++) {
    if (*at - from == MOST_DIGITS) return -1;
    number = number * 10 + (**at - '0');
  }
  return *at > from ? number : -1;
}

/* The last bytes of the file, of which the line that they begin in may be cut. Returns how many. */
static size_t tail_of(const char *path, char into[TAIL_BYTES]) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return 0;
  off_t size = lseek(fd, 0, SEEK_END);
  ssize_t got = size < 0 ? 0 : pread(fd, into, TAIL_BYTES, size > TAIL_BYTES ? size - TAIL_BYTES : 0);
  close(fd);
  return got > 0 ? (size_t)got : 0;
}

void progress_read(const struct progress *progress, char into[PROGRESS_TEXT]) {
  char tail[TAIL_BYTES];
  into[0] = '\0';
  const char *end = tail + (progress->path ? tail_of(progress->path, tail) : 0);
  while (end > tail && is_space(end[-1])) end--;
  const char *from = end;
  while (from > tail && from[-1] != '\n') from--;
  while (from < end && is_space(*from)) from++;
  const char *at = from;
  long long done = number_at(&at, end);
  if (done < 0 || at == end || *at++ != '/') return;
  long long all = number_at(&at, end);
  if (all <= 0 || done > all || at != end) return;
  memcpy(into, from, (size_t)(end - from));
  into[end - from] = '\0';
}

void progress_look(struct progress *progress) {
  long long now = monotonic_milliseconds();
  if (!progress->path || now < progress->read_at) return;
  progress->read_at = now + progress->read_every_ms;
  char text[PROGRESS_TEXT];
  if (now < progress->report_at) return;
  progress_read(progress, text);
  if (!*text || strcmp(text, progress->told) == 0) return;
  progress->report_at = now + progress->report_every_ms;
  memcpy(progress->told, text, sizeof text);
  /* Standard error, because results are read from standard output; on a line of its own unless the command is in one. */
  struct buffer line = {0};
  if (buffer_append_text(&line, "::argosy-progress ") == 0 && buffer_append_text(&line, text) == 0 && buffer_append_text(&line, "\n") == 0) {
    (void)write_all(STDERR_FILENO, line.data, line.length);
  }
  buffer_free(&line);
}
