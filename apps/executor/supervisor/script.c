#include "script.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"

int script_write(const char *path) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
  if (fd < 0) return -1;
  int failed = 0;
  for (unsigned i = 0; !failed; i++) {
    struct buffer name = {0};
    if (buffer_append_text(&name, "ARGOSY_SCRIPT_") < 0 || buffer_append_number(&name, i) < 0 || buffer_append(&name, "", 1) < 0) failed = -1;
    const char *part = failed ? NULL : getenv(name.data);
    if (part) {
      failed = write_all(fd, part, strlen(part));
      unsetenv(name.data);
    }
    buffer_free(&name);
    if (!part) break;
  }
  /* The user of the step may not be the owner of the volume; a script is no secret within its pod. */
  if (fchmod(fd, 0755) < 0) failed = -1;
  return close(fd) < 0 ? -1 : failed;
}
