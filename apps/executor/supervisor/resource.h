/* The step of a resource template: has kubectl act on an object, waits for its conditions, and reads its outputs. */
#ifndef RESOURCE_H
#define RESOURCE_H

/* The command line behind "supervisor resource". Returns the exit code. */
int resource(int argc, char **argv);
#endif
