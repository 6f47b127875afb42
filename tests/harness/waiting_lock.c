// SPDX-License-Identifier: MIT
// A storage that takes its time: the first flock makes the file named by LOCK_IS_ASKED_FOR, and comes back when the one
// named by LOCK_IS_GIVEN_WHEN exists, or after ten seconds.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

int flock(int fd, int operation) {
  const char* const asked = getenv("LOCK_IS_ASKED_FOR");
  const char* const given = getenv("LOCK_IS_GIVEN_WHEN");
  if (asked == NULL || given == NULL) abort();
  const int file = open(asked, O_WRONLY | O_CREAT, 0600);
  if (file >= 0) close(file);
  for (int waited = 0; waited < 1000 && access(given, F_OK) != 0; ++waited) usleep(10 * 1000);
  int (*real)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "flock");
  return real(fd, operation);
}
