// SPDX-License-Identifier: MIT
#include "unit/app/lock_count.hpp"

#include <dlfcn.h>
#include <pthread.h>

#include "base/sanitizers.hpp"

namespace {

thread_local std::uint64_t calls = 0;

}  // namespace

#if !defined(ONESHOT_SANITIZED) && defined(__GLIBC__)
// The program's own comes before that of the C library, which it calls.
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  using Lock = int (*)(pthread_mutex_t*);
  static const auto next = reinterpret_cast<Lock>(::dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  ++calls;
  return next(mutex);
}
#endif

namespace oneshot::app::test {

std::uint64_t locks() noexcept { return calls; }

bool counts_locks() noexcept {
#if !defined(ONESHOT_SANITIZED) && defined(__GLIBC__)
  return true;
#else
  return false;
#endif
}

}  // namespace oneshot::app::test
