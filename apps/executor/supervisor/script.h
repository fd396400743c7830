#ifndef SCRIPT_H
#define SCRIPT_H
/* Puts the script together from ARGOSY_SCRIPT_0, ARGOSY_SCRIPT_1, ... (one variable is limited to 128 KiB by the kernel),
   writes it, and takes the variables out of the environment. Returns 0, or -1 with errno. */
int script_write(const char *path);
#endif
