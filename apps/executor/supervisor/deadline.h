#ifndef DEADLINE_H
#define DEADLINE_H
/* Milliseconds until an RFC 3339 instant in UTC (such as 2026-01-02T03:04:05Z): 0 when it has passed, -1 when there is
   none or it cannot be read. */
long long milliseconds_until(const char *instant);

/* Of a clock that nobody sets. */
long long monotonic_milliseconds(void);
#endif
