// SPDX-License-Identifier: MIT
#pragma once

/// Made with `printf %s sesam | sha256sum` and `htpasswd -nbBC 4 x 'open sesame'` (and with other costs).
namespace oneshot::access::test {

inline constexpr const char* token = "sesam";
inline constexpr const char* token_sha256 = "db6b24692506611e2549894ab528b028af27e114f74fabf2fcb2b0e740fe5a04";

inline constexpr const char* password = "open sesame";
inline constexpr const char* hash_of_cost_4 = "$2y$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy";
inline constexpr const char* hash_of_cost_5 = "$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW";
inline constexpr const char* hash_of_cost_13 = "$2y$13$abcdefghijklmnopqrstuu0Sy/LdPyiWyyJB99rj5GlsN6a7ld0Yi";

}  // namespace oneshot::access::test
