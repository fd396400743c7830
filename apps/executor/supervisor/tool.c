#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

enum { IN, OUT, ERR, FAILURE, STREAMS };

static void close_all(int pipes[STREAMS][2], int side) {
  for (int i = 0; i < STREAMS; i++) {
    if (pipes[i][side] >= 0) close(pipes[i][side]);
    pipes[i][side] = -1;
  }
}

static void become(char *const *command, int pipes[STREAMS][2]) {
  dup2(pipes[IN][0], STDIN_FILENO);
  dup2(pipes[OUT][1], STDOUT_FILENO);
  dup2(pipes[ERR][1], STDERR_FILENO);
  execvp(command[0], command);
  int reason = errno;
  write_all(pipes[FAILURE][1], &reason, sizeof reason);
  _exit(127);
}

/* Keeps what comes. Returns false at the end of the stream. */
static bool take(int fd, struct buffer *into, bool passes_on) {
  char chunk[65536];
  ssize_t got = read(fd, chunk, sizeof chunk);
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  if (passes_on) (void)write_all(STDERR_FILENO, chunk, (size_t)got);
  return buffer_append(into, chunk, (size_t)got) == 0;
}

/* Gives the next part of the input. Returns false when all is given, or nobody wants it. */
static bool give(int fd, const struct buffer *input, size_t *given) {
  ssize_t wrote = write(fd, input->data + *given, input->length - *given);
  if (wrote < 0) return errno == EINTR || errno == EAGAIN;
  *given += (size_t)wrote;
  return *given < input->length;
}

static void converse(int pipes[STREAMS][2], const struct buffer *input, struct buffer *out, struct buffer *err) {
  size_t given = 0;
  if (!input || input->length == 0) {
    close(pipes[IN][1]);
    pipes[IN][1] = -1;
  } else fcntl(pipes[IN][1], F_SETFL, O_NONBLOCK);
  while (pipes[OUT][0] >= 0 || pipes[ERR][0] >= 0) {
    struct pollfd ready[3] = {{pipes[IN][1], POLLOUT, 0}, {pipes[OUT][0], POLLIN, 0}, {pipes[ERR][0], POLLIN, 0}};
    if (poll(ready, 3, -1) < 0 && errno != EINTR) return;
    bool goes_on[3] = {true, true, true};
    if (ready[0].revents) goes_on[0] = give(pipes[IN][1], input, &given);
    if (ready[1].revents) goes_on[1] = take(pipes[OUT][0], out, false);
    if (ready[2].revents) goes_on[2] = take(pipes[ERR][0], err, true);
    int *const ends[3] = {&pipes[IN][1], &pipes[OUT][0], &pipes[ERR][0]};
    for (int i = 0; i < 3; i++) {
      if (goes_on[i]) continue;
      close(*ends[i]);
      *ends[i] = -1;
    }
  }
}

int tool_run(char *const *command, const struct buffer *input, struct buffer *out, struct buffer *err) {
  int pipes[STREAMS][2] = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
  int reason = 0, status = 0;
  pid_t pid = -1;
  bool is_open = true;
  for (int i = 0; i < STREAMS; i++) is_open = is_open && pipe2(pipes[i], O_CLOEXEC) == 0;
  if (is_open) pid = fork();
  if (pid == 0) become(command, pipes);
  if (pid < 0) {
    reason = errno;
  } else {
    close(pipes[IN][0]);
    close(pipes[OUT][1]);
    close(pipes[ERR][1]);
    close(pipes[FAILURE][1]);
    pipes[IN][0] = pipes[OUT][1] = pipes[ERR][1] = pipes[FAILURE][1] = -1;
    converse(pipes, input, out, err);
    if (read(pipes[FAILURE][0], &reason, sizeof reason) != sizeof reason) reason = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
  }
  close_all(pipes, 0);
  close_all(pipes, 1);
  errno = reason;
  if (reason || pid < 0) return -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
