#include "child.h"

#include "deadline.h"
#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct supervision {
  pid_t pid;
  int signals;   /* signalfd */
  int out;       /* read end of the command's standard output, or -1 */
  bool ended;
  bool killing;  /* SIGTERM was sent because of the deadline or a stop; SIGKILL follows */
  long long kill_at; /* monotonic milliseconds, when killing; -1 once SIGKILL was sent */
  struct capture *capture;
  struct progress *progress;
  struct outcome *outcome;
};

/* In the child: becomes the command, or tells errno through the pipe. */
static void become(char **command, int out, int error_pipe, const sigset_t *mask) {
  setpgid(0, 0);
  if (out >= 0) dup2(out, STDOUT_FILENO);
  sigprocmask(SIG_SETMASK, mask, NULL);
  execvp(command[0], command);
  int reason = errno;
  write_all(error_pipe, &reason, sizeof reason);
  _exit(127);
}

/* Starts the command. Fills outcome->start_error when it cannot be executed. */
static int start(const struct options *options, struct supervision *s, const sigset_t *mask) {
  int out[2] = {-1, -1}, error_pipe[2], reason = 0;
  if (pipe2(error_pipe, O_CLOEXEC) < 0) return -1;
  if (s->capture && pipe2(out, O_CLOEXEC) < 0) return -1;
  s->pid = fork();
  if (s->pid < 0) return -1;
  if (s->pid == 0) become(options->command, out[1], error_pipe[1], mask);
  setpgid(s->pid, s->pid); /* also here: whoever comes first, signals reach the whole group from now on */
  close(error_pipe[1]);
  if (out[1] >= 0) close(out[1]);
  s->out = out[0];
  ssize_t got;
  do {
    got = read(error_pipe[0], &reason, sizeof reason);
  } while (got < 0 && errno == EINTR);
  close(error_pipe[0]);
  if (got != sizeof reason) return 0;
  s->outcome->start_error = reason;
  waitpid(s->pid, NULL, 0);
  s->ended = true;
  return 0;
}

/* The grace is the pod's: at its end the kubelet kills us too. We are a little earlier, so that there is still a report. */
static long long own_grace(int grace_seconds) { return grace_seconds > 1 ? (grace_seconds - 1) * 1000LL : grace_seconds * 500LL; }

static void end_group(struct supervision *s, int signal_number, int grace_seconds) {
  kill(-s->pid, signal_number);
  if (s->killing) return;
  s->killing = true;
  s->kill_at = monotonic_milliseconds() + own_grace(grace_seconds);
}

/* Reaps every process that has ended; as init of the pod's container, orphans are ours too. */
static void reap(struct supervision *s) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    if (pid != s->pid) continue;
    s->ended = true;
    s->outcome->exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
}

static void take_signals(struct supervision *s, const struct options *options) {
  struct signalfd_siginfo info;
  while (read(s->signals, &info, sizeof info) == sizeof info) {
    int number = (int)info.ssi_signo;
    if (number == SIGCHLD) reap(s);
    else if (number == SIGPIPE) continue; /* ours: nobody reads what we pass on; the command goes on */
    else if (number == SIGTERM || number == SIGINT) {
      s->outcome->stopped = true;
      end_group(s, number, options->grace_seconds);
    }
    else kill(-s->pid, number);
  }
}

/* Passes on what the command printed. Returns false at the end of the stream. */
static bool pass_on(struct supervision *s) {
  char chunk[65536];
  ssize_t got = read(s->out, chunk, sizeof chunk);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  /* A reader that went away must not take the step down. */
  (void)write_all(STDOUT_FILENO, chunk, (size_t)got);
  capture_add(s->capture, chunk, (size_t)got);
  return true;
}

static int until_next(const struct supervision *s, long long deadline_at) {
  long long next = s->killing ? s->kill_at : deadline_at;
  long long look = progress_next(s->progress);
  if (next < 0 || (look >= 0 && look < next)) next = look;
  if (next < 0) return -1;
  long long left = next - monotonic_milliseconds();
  return left < 0 ? 0 : left > 3600000 ? 3600000 : (int)left;
}

static void supervise(struct supervision *s, const struct options *options, long long deadline_at) {
  while (!s->ended) {
    struct pollfd ready[2] = {{.fd = s->signals, .events = POLLIN}, {.fd = s->out, .events = POLLIN}};
    int count = poll(ready, s->out >= 0 ? 2 : 1, until_next(s, deadline_at));
    if (count < 0 && errno != EINTR) return;
    if (s->out >= 0 && ready[1].revents && !pass_on(s)) {
      close(s->out);
      s->out = -1;
    }
    if (ready[0].revents) take_signals(s, options);
    if (s->ended) return;
    progress_look(s->progress);
    if (s->killing && s->kill_at >= 0 && monotonic_milliseconds() >= s->kill_at) {
      kill(-s->pid, SIGKILL);
      s->kill_at = -1;
    } else if (!s->killing && deadline_at >= 0 && monotonic_milliseconds() >= deadline_at) {
      s->outcome->past_deadline = true;
      end_group(s, SIGTERM, options->grace_seconds);
    }
  }
}

/* Kills the children that are left: orphans that made groups or sessions of their own have become ours. Without /proc they
   cannot be found, but then we are the init of a container and the kernel ends them with us. Returns false when none is left. */
static bool kill_children(void) {
  char ids[4096];
  int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  ssize_t got = fd < 0 ? 0 : read(fd, ids, sizeof ids - 1);
  if (fd >= 0) close(fd);
  if (got <= 0) return false;
  ids[got] = '\0';
  /* Every id is followed by a space: what is cut off at the end of a full buffer waits for the next round. */
  for (char *at = ids, *end; (end = strchr(at, ' ')); at = end + 1) kill((pid_t)atoi(at), SIGKILL);
  return true;
}

/* What the command left behind ends with it; what they printed up to then still counts. */
static void finish(struct supervision *s) {
  if (!s->outcome->start_error) kill(-s->pid, SIGKILL);
  /* Every killed child may leave us children of its own. One that the kernel does not let go is not waited for. */
  for (int round = 0; kill_children() && round < 200; round++) {
    reap(s);
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  reap(s);
  if (s->out < 0) return;
  fcntl(s->out, F_SETFL, O_NONBLOCK);
  struct pollfd ready = {.fd = s->out, .events = POLLIN};
  while (poll(&ready, 1, 0) > 0 && pass_on(s)) {
  }
  close(s->out);
}

int child_run(const struct options *options, const sigset_t *mask, struct capture *capture, struct progress *progress,
              struct outcome *outcome) {
  sigset_t forwarded;
  sigfillset(&forwarded);
  /* Faults of the supervisor itself must stay deadly. */
  for (const int *number = (const int[]){SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, 0}; *number; number++) sigdelset(&forwarded, *number);
  *outcome = (struct outcome){0};
  struct supervision s = {.out = -1, .capture = capture, .progress = progress, .outcome = outcome};
  sigprocmask(SIG_BLOCK, &forwarded, NULL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  s.signals = signalfd(-1, &forwarded, SFD_CLOEXEC | SFD_NONBLOCK);
  if (s.signals < 0) return -1;
  long long left = milliseconds_until(options->deadline);
  if (start(options, &s, mask) < 0) return -1;
  supervise(&s, options, left < 0 ? -1 : monotonic_milliseconds() + left);
  finish(&s);
  /* Cut off is not done, whatever the command makes of SIGTERM. */
  if (outcome->past_deadline && outcome->exit_code == 0) outcome->exit_code = 128 + SIGTERM;
  close(s.signals);
  return 0;
}
