// SPDX-License-Identifier: MIT
#pragma once

// For gzip.cpp and gunzip.cpp alone.
#include <zlib.h>
