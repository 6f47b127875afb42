// SPDX-License-Identifier: MIT
// A disk that cannot be written to from the moment on when the file named by FLUSH_FAILS_WHEN exists: fdatasync,
// fsync and msync then fail with EIO. Before, each of them adds a byte to the file named by FLUSHES_COUNTED_IN. A slow
// disk: where the file named by FLUSH_WAITS_WHILE exists, each of them waits until that file is gone; and each takes
// FLUSH_TAKES_US microseconds more.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void wait_for_disk(void) {
  const char* const slow = getenv("FLUSH_WAITS_WHILE");
  while (slow != NULL && access(slow, F_OK) == 0) usleep(1000);
  const char* const takes = getenv("FLUSH_TAKES_US");
  if (takes != NULL) usleep((useconds_t)atoi(takes));
}

static int fails(void) {
  wait_for_disk();
  const char* const when = getenv("FLUSH_FAILS_WHEN");
  if (when != NULL && access(when, F_OK) == 0) {
    errno = EIO;
    return 1;
  }
  const char* const counted_in = getenv("FLUSHES_COUNTED_IN");
  const int file = counted_in == NULL ? -1 : open(counted_in, O_WRONLY | O_APPEND | O_CREAT, 0600);
  if (file >= 0) {
    if (write(file, "f", 1) != 1) abort();
    close(file);
  }
  return 0;
}

int fdatasync(int fd) {
  if (fails()) return -1;
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  return real(fd);
}

int fsync(int fd) {
  if (fails()) return -1;
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  return real(fd);
}

int msync(void* address, size_t length, int flags) {
  if ((flags & MS_SYNC) && fails()) return -1;
  int (*real)(void*, size_t, int) = (int (*)(void*, size_t, int))dlsym(RTLD_NEXT, "msync");
  return real(address, length, flags);
}
