/*
 * The supervisor of a step: runs the user's command as its child in any image, forwards signals, keeps the deadline,
 * collects outputs and reports them in the container's termination message.
 *
 *   supervisor install PATH                copies itself to PATH
 *   supervisor run [options] -- COMMAND... see docs in ../README.md
 *   supervisor resource ACTION [options]   has kubectl act on an object, for the step of a resource template
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h> /* rename */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "options.h"
#include "report.h"
#include "resource.h"
#include "script.h"
#include "turns.h"

#define EXIT_CANNOT_START 64
#define EXIT_OUTPUT_MISSING 66
#define RESULT_LIMIT (256 * 1024)
#define PARAMETER_LIMIT (256 * 1024)
#define REASON_LIMIT 2048
/* All parameters together, as JSON. No cluster stores objects as large as this. */
#define PARAMETERS_LIMIT (2 * 1024 * 1024)

static void set_error(struct report *report, const char *what, const char *subject, const char *why) {
  if (report->error.length > 0) return; /* the first cause is the one to tell */
  buffer_append_text(&report->error, what);
  buffer_append_text(&report->error, subject);
  if (why) {
    buffer_append_text(&report->error, ": ");
    buffer_append_text(&report->error, why);
  }
  complain(what, subject, why ? ": " : NULL, why);
}

/* One trailing line end is left out, as in a shell's $(...). */
static size_t trimmed(const char *bytes, size_t length) { return length > 0 && bytes[length - 1] == '\n' ? length - 1 : length; }

/* Reads a file of at most limit bytes. Returns 0, or -1 with errno (EFBIG when it is larger). */
static int read_file(const char *path, struct buffer *into, size_t limit) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  char chunk[65536];
  ssize_t got;
  int failed = 0;
  while (!failed && (got = read(fd, chunk, sizeof chunk)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) failed = -1;
    else if (into->length + (size_t)got > limit) {
      errno = EFBIG;
      failed = -1;
    } else failed = buffer_append(into, chunk, (size_t)got);
  }
  int reason = errno;
  close(fd);
  errno = reason;
  return failed;
}

static int collect_parameters(const struct options *options, struct report *report, bool succeeded) {
  int missing = 0;
  for (size_t i = 0; i < options->parameter_count; i++) {
    const struct output_parameter *parameter = &options->parameters[i];
    struct buffer value = {0};
    if (read_file(parameter->path, &value, PARAMETER_LIMIT) == 0) {
      report_parameter(report, parameter->name, value.data, trimmed(value.data, value.length));
    } else if (parameter->fallback && errno == ENOENT) {
      report_parameter(report, parameter->name, parameter->fallback, strlen(parameter->fallback));
    } else if (succeeded) {
      const char *why = errno == EFBIG ? "larger than 256 KiB" : strerror(errno);
      struct buffer subject = {0};
      buffer_append_text(&subject, parameter->name);
      buffer_append_text(&subject, " from ");
      buffer_append(&subject, parameter->path, strlen(parameter->path) + 1);
      set_error(report, "cannot read output parameter ", subject.data ? subject.data : parameter->name, why);
      buffer_free(&subject);
      missing = 1;
    }
    buffer_free(&value);
    if (report->parameters.length > PARAMETERS_LIMIT) {
      report->parameters.length = 0;
      set_error(report, "output parameters are larger than 2 MiB together", "", NULL);
      return 1;
    }
  }
  return missing;
}

/* What the command itself says about its failure. */
static void take_reason(const struct options *options, struct report *report) {
  struct buffer reason = {0};
  if (report->error.length == 0 && read_file(options->reason_path, &reason, REASON_LIMIT) == 0) buffer_append(&report->error, reason.data, reason.length);
  buffer_free(&reason);
}

/* What it means when a wait did not end by itself: 0 when it did, else the exit code. */
static int interrupted(struct waiting waited, struct report *report) {
  if (waited.turn == TURN_PAST_DEADLINE) {
    set_error(report, "deadline exceeded", "", NULL);
    return 128 + SIGTERM;
  }
  return waited.turn == TURN_SIGNALLED ? 128 + waited.code : 0;
}

/* Waits for the other containers of the pod. Returns 0 when it is our turn, else the exit code. */
static int take_turn(const struct options *options, struct report *report) {
  struct waiting waited = await_dependencies(options);
  if (waited.turn == TURN_FAILED) {
    struct buffer subject = {0};
    buffer_append_text(&subject, waited.dependency);
    buffer_append_text(&subject, "\" exited with non-zero code: ");
    buffer_append_number(&subject, (unsigned)waited.code);
    buffer_append(&subject, "", 1);
    set_error(report, "dependency \"", subject.data ? subject.data : waited.dependency, NULL);
    buffer_free(&subject);
    return EXIT_CANNOT_START;
  }
  return interrupted(waited, report);
}

/* Runs the command until it succeeds or no attempt is left. Returns 0, or -1 with errno. */
static int run_attempts(const struct options *options, const sigset_t *mask, struct report *report, struct capture *capture,
                        struct progress *progress, struct outcome *outcome) {
  for (int left = options->retries;; left--) {
    if (child_run(options, mask, capture, progress, outcome) < 0) return -1;
    if (outcome->exit_code == 0 || outcome->start_error || outcome->past_deadline || outcome->stopped || left <= 0) return 0;
    complain("the command has failed and is tried again", NULL, NULL, NULL);
    int code = interrupted(await_next_attempt(options), report);
    if (code != 0) {
      outcome->exit_code = code;
      return 0;
    }
    if (capture) capture_clear(capture);
  }
}

/* As Argo's executor says it, down to the spelling: people have alerts and retry expressions for it. */
static void tell_why_not_started(struct report *report, const char *program, int reason) {
  struct stat found;
  bool is_path = strchr(program, '/') != NULL, is_there = stat(program, &found) == 0;
  const char *why = NULL;
  if (!is_path && (reason == ENOENT || reason == EACCES)) why = "executable file not found in $PATH";
  else if (is_path && is_there && S_ISDIR(found.st_mode)) why = "is a directory";
  else if (is_path && reason == EACCES) why = "permission denied";
  struct buffer subject = {0};
  buffer_append_text(&subject, program);
  if (why) buffer_append_text(&subject, "\"");
  else if (is_path && !is_there) {
    buffer_append_text(&subject, "\": stat ");
    buffer_append_text(&subject, program);
  }
  buffer_append(&subject, "", 1);
  struct buffer words = {0};
  buffer_append_text(&words, why ? why : strerror(reason));
  buffer_append(&words, "", 1);
  if (!why && words.data) words.data[0] = (char)tolower((unsigned char)words.data[0]);
  const char *what = why || (is_path && !is_there) ? "failed to find name in PATH: exec: \"" : "failed to start command: fork/exec ";
  set_error(report, what, subject.data ? subject.data : program, words.data ? words.data : strerror(reason));
  buffer_free(&subject);
  buffer_free(&words);
}

static int run_command(const struct options *options, const sigset_t *mask, struct report *report) {
  struct capture capture = {0};
  struct progress progress;
  struct outcome outcome;
  int code = take_turn(options, report);
  if (code == 0) code = interrupted(await_release(options, "ARGO_DEBUG_PAUSE_BEFORE", "before"), report);
  if (code != 0) return code;
  if (options->script_path && script_write(options->script_path) < 0) {
    set_error(report, "cannot write the script to ", options->script_path, strerror(errno));
    return EXIT_CANNOT_START;
  }
  if (options->capture_result && capture_init(&capture, RESULT_LIMIT) < 0) {
    set_error(report, "out of memory", "", NULL);
    return EXIT_CANNOT_START;
  }
  progress_init(&progress);
  if (run_attempts(options, mask, report, options->capture_result ? &capture : NULL, &progress, &outcome) < 0 || outcome.start_error) {
    tell_why_not_started(report, options->command[0], outcome.start_error ? outcome.start_error : errno);
    capture_free(&capture);
    return EXIT_CANNOT_START;
  }
  progress_read(&progress, report->progress);
  /* Whatever ends the pause, the command has ended as it has. */
  if (!outcome.past_deadline && !outcome.stopped) await_release(options, "ARGO_DEBUG_PAUSE_AFTER", "after");
  if (outcome.past_deadline) set_error(report, "deadline exceeded", "", NULL);
  if (options->capture_result) {
    capture_read(&capture, &report->result);
    report->result.length = trimmed(report->result.data, report->result.length);
    report->has_result = true;
    capture_free(&capture);
  }
  if (outcome.exit_code != 0 && options->reason_path) take_reason(options, report);
  int missing = collect_parameters(options, report, outcome.exit_code == 0);
  return outcome.exit_code == 0 && missing ? EXIT_OUTPUT_MISSING : outcome.exit_code;
}

static int run(int argc, char **argv) {
  struct options options;
  struct report report = {0};
  if (options_parse(&options, argc, argv) < 0) {
    options_free(&options);
    return EXIT_CANNOT_START;
  }
  sigset_t before;
  hold_signals(&before);
  int code = run_command(&options, &before, &report);
  if (report_write(&report, options.report_path) < 0) {
    complain("cannot write the report to ", options.report_path, ": ", strerror(errno));
    if (code == 0) code = EXIT_OUTPUT_MISSING;
  }
  if (options.exit_code_path && leave_exit_code(options.exit_code_path, code) < 0) {
    complain("cannot write the exit code to ", options.exit_code_path, ": ", strerror(errno));
    if (code == 0) code = EXIT_OUTPUT_MISSING;
  }
  report_free(&report);
  options_free(&options);
  return code;
}

/* Copies this program, so that an init container can hand it to the others. Renamed into place: never seen half-written. */
static int install(const char *path) {
  struct buffer self = {0}, temporary = {0};
  int fd = -1;
  int failed = buffer_append_text(&temporary, path) < 0 || buffer_append(&temporary, ".new", 5) < 0 ||
               read_file("/proc/self/exe", &self, 64u * 1024 * 1024) < 0 || (fd = open(temporary.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755)) < 0 || write_all(fd, self.data, self.length) < 0 ||
               fchmod(fd, 0755) < 0 || close(fd) < 0 || rename(temporary.data, path) < 0;
  if (failed) complain("cannot install to ", path, ": ", strerror(errno));
  buffer_free(&self);
  buffer_free(&temporary);
  return failed ? EXIT_CANNOT_START : 0;
}

int main(int argc, char **argv) {
  if (argc >= 3 && strcmp(argv[1], "install") == 0) return install(argv[2]);
  if (argc >= 3 && strcmp(argv[1], "run") == 0) return run(argc - 2, argv + 2);
  if (argc >= 3 && strcmp(argv[1], "resource") == 0) return resource(argc - 2, argv + 2);
  complain("usage: supervisor install PATH | supervisor run [--result] [--parameter NAME=PATH] [--default NAME=VALUE] ",
           "[--script PATH] [--report PATH] [--after NAME=PATH] [--exit-code PATH] [--retries N] [--retry-pause MILLISECONDS] ", "-- COMMAND...", NULL);
  return EXIT_CANNOT_START;
}
