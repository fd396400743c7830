/* What the command says of its own progress, N/M on the last line of a file; see libs/executor-protocol/src/progress.ts. */
#ifndef PROGRESS_H
#define PROGRESS_H

/* Two numbers of at most 15 digits, which any reader of JSON keeps exactly. */
#define PROGRESS_TEXT 32

struct progress {
  const char *path;         /* NULL: nobody wants to know */
  long long read_every_ms;
  long long report_every_ms;
  long long read_at;        /* monotonic milliseconds */
  long long report_at;
  char told[PROGRESS_TEXT]; /* empty: nothing yet */
};

/* From the environment. */
void progress_init(struct progress *progress);
/* When to look at the file next, in monotonic milliseconds; -1 for never. */
long long progress_next(const struct progress *progress);
/* Reads the file if it is time to, and tells on standard error what is new: at once, and then once in report_every_ms. */
void progress_look(struct progress *progress);
/* What the file says now, or an empty text. */
void progress_read(const struct progress *progress, char into[PROGRESS_TEXT]);
#endif
