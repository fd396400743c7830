#include "turns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* rename */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "buffer.h"
#include "deadline.h"

#define LOOK_EVERY_MS 50

static void ending_signals(sigset_t *set) {
  sigemptyset(set);
  sigaddset(set, SIGTERM);
  sigaddset(set, SIGINT);
}

void hold_signals(sigset_t *before) {
  sigset_t set;
  ending_signals(&set);
  sigprocmask(SIG_BLOCK, &set, before);
}

static struct waiting wait_a_while(const struct options *options, long milliseconds) {
  sigset_t set;
  ending_signals(&set);
  struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
  int signal_number = sigtimedwait(&set, NULL, &time);
  if (signal_number > 0) return (struct waiting){.turn = TURN_SIGNALLED, .code = signal_number};
  if (milliseconds_until(options->deadline) == 0) return (struct waiting){.turn = TURN_PAST_DEADLINE};
  return (struct waiting){.turn = TURN_MINE};
}

/* Returns -1 as long as there is none. It is renamed into place, so it is never seen half-written. */
static int exit_code_at(const char *path) {
  char digits[8] = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t got = read(fd, digits, sizeof digits - 1);
  close(fd);
  return got > 0 ? atoi(digits) : -1;
}

struct waiting await_dependencies(const struct options *options) {
  for (size_t i = 0; i < options->dependency_count; i++) {
    const struct dependency *dependency = &options->dependencies[i];
    int code = exit_code_at(dependency->path);
    if (code < 0) complain("waiting for container ", dependency->name, NULL, NULL);
    for (; code < 0; code = exit_code_at(dependency->path)) {
      struct waiting waited = wait_a_while(options, LOOK_EVERY_MS);
      if (waited.turn != TURN_MINE) return waited;
    }
    if (code != 0) return (struct waiting){.turn = TURN_FAILED, .dependency = dependency->name, .code = code};
  }
  return (struct waiting){.turn = TURN_MINE};
}

struct waiting await_next_attempt(const struct options *options) {
  struct waiting waited = {.turn = TURN_MINE};
  for (long left = options->retry_pause_ms; left >= 0 && waited.turn == TURN_MINE; left -= LOOK_EVERY_MS) {
    waited = wait_a_while(options, left < LOOK_EVERY_MS ? left : LOOK_EVERY_MS);
  }
  return waited;
}

static int make_parents(char *path) {
  for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
    *at = '\0';
    int failed = mkdir(path, 0777) < 0;
    /* What is there already is its maker's to open up; the umask must not shut others out of what is ours. */
    if (!failed) chmod(path, 0777);
    *at = '/';
    if (failed && errno != EEXIST && errno != EROFS && errno != EACCES) return -1;
  }
  return 0;
}

int leave_exit_code(const char *path, int code) {
  struct buffer target = {0}, temporary = {0}, digits = {0};
  int fd = -1;
  int failed = buffer_append(&target, path, strlen(path) + 1) < 0 || buffer_append_text(&temporary, path) < 0 ||
               buffer_append(&temporary, ".new", 5) < 0 || buffer_append_number(&digits, (unsigned)code) < 0 || make_parents(target.data) < 0 ||
               (fd = open(temporary.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) < 0 ||
               write_all(fd, digits.data, digits.length) < 0;
  if (fd >= 0 && close(fd) < 0) failed = 1;
  if (!failed) failed = rename(temporary.data, path) < 0;
  int reason = errno;
  buffer_free(&target);
  buffer_free(&temporary);
  buffer_free(&digits);
  errno = reason;
  return failed ? -1 : 0;
}

/* The directory that the container has among those of its pod. */
static int own_place(const struct options *options, struct buffer *into) {
  const char *beside = options->exit_code_path ? options->exit_code_path : options->report_path;
  const char *end = strrchr(beside, '/'), *name = getenv("ARGO_CONTAINER_NAME");
  if (end && buffer_append(into, beside, (size_t)(end - beside)) < 0) return -1;
  if (!end && buffer_append_text(into, ".") < 0) return -1;
  if (options->exit_code_path) return 0;
  return buffer_append_text(into, "/ctr/") < 0 || buffer_append_text(into, name ? name : "main") < 0 ? -1 : 0;
}

struct waiting await_release(const struct options *options, const char *variable, const char *marker) {
  struct waiting waited = {.turn = TURN_MINE};
  const char *wanted = getenv(variable);
  /* Who reports to nobody stands beside the step. */
  if (!wanted || strcmp(wanted, "true") != 0 || strcmp(options->report_path, "/dev/null") == 0) return waited;
  struct buffer path = {0};
  if (own_place(options, &path) == 0 && buffer_append_text(&path, "/") == 0 && buffer_append(&path, marker, strlen(marker) + 1) == 0 &&
      make_parents(path.data) == 0) {
    complain("paused until there is the file ", path.data, NULL, NULL);
    while (access(path.data, F_OK) < 0 && waited.turn == TURN_MINE) waited = wait_a_while(options, LOOK_EVERY_MS);
  }
  buffer_free(&path);
  return waited;
}
