// SPDX-License-Identifier: MIT
#pragma once

// ONESHOT_SANITIZED is defined where the compiler has put in AddressSanitizer or ThreadSanitizer, which have a heap and
// locks of their own. GCC says so by the first two names, clang by the others.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ONESHOT_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ONESHOT_SANITIZED
#endif
#endif
