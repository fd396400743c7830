#include "deadline.h"

#include <stdbool.h>
#include <time.h>

/* Reads digits up to the given end; moves on. Fails when there are none. */
static bool read_number(const char **at, char end, int *into) {
  *into = 0;
  const char *from = *at;
  while (**at >= '0' && **at <= '9') *into = *into * 10 + (*(*at)++ - '0');
  return *at > from && (end == '\0' || *(*at)++ == end);
}

long long milliseconds_until(const char *instant) {
  struct tm at = {0};
  const char *rest = instant;
  if (!instant || !read_number(&rest, '-', &at.tm_year) || !read_number(&rest, '-', &at.tm_mon) || !read_number(&rest, 'T', &at.tm_mday) ||
      !read_number(&rest, ':', &at.tm_hour) || !read_number(&rest, ':', &at.tm_min) || !read_number(&rest, '\0', &at.tm_sec)) {
    return -1;
  }
  at.tm_year -= 1900;
  at.tm_mon -= 1;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  long long left = ((long long)timegm(&at) - now.tv_sec) * 1000 - now.tv_nsec / 1000000;
  return left > 0 ? left : 0;
}

long long monotonic_milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
