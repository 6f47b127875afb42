// SPDX-License-Identifier: MIT
#include "crypto/sha256.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "crypto/hex.hpp"

using namespace oneshot;

namespace {

std::string sha256(const std::string& text) { return crypto::to_hex(crypto::Sha256().add(text).finish().view()); }

std::string hmac(const std::string& key, const std::string& text) {
  return crypto::to_hex(crypto::hmac_sha256(key, text).view());
}

std::string bytes(const char* digits) { return crypto::from_hex(digits).value(); }

}  // namespace

TEST_CASE("SHA-256 gives what FIPS 180 and its examples say") {
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
               "mnopqrstnopqrstu") == "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  CHECK(sha256(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("parts are hashed as one text, and each digest begins anew") {
  crypto::Sha256 hash;
  const crypto::Digest whole = hash.add("abc").finish();
  CHECK(hash.add("a").add("").add("bc").finish() == whole);
  CHECK_FALSE(hash.add("ab").finish() == whole);
  CHECK(crypto::to_hex(hash.finish().view()) == sha256(""));
  CHECK(hash.add(std::string_view{}).add("abc").finish() == whole);
}

TEST_CASE("HMAC-SHA-256 gives what RFC 4231 says") {
  const std::string aa131(131, '\xAA');
  CHECK(hmac(std::string(20, '\x0B'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hmac("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hmac(std::string(20, '\xAA'), std::string(50, '\xDD')) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  CHECK(hmac(bytes("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xCD')) ==
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
  CHECK(hmac(std::string(20, '\x0C'), "Test With Truncation").substr(0, 32) == "a3b6167473100ee06e0c796c2955552b");
  CHECK(hmac(aa131, "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(hmac(aa131,
             "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
             "hashed before being used by the HMAC algorithm.") ==
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST_CASE("a key of no bytes is a key") {
  const std::string of_nothing = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
  CHECK(hmac("", "") == of_nothing);
  CHECK(crypto::to_hex(crypto::hmac_sha256({}, {}).view()) == of_nothing);
}

TEST_CASE("texts are equal where all their bytes are, zeros too") {
  CHECK(crypto::equal("", ""));
  CHECK(crypto::equal("secret", std::string("secret")));
  CHECK(crypto::equal(std::string_view("a\0b", 3), std::string_view("a\0b", 3)));
  CHECK_FALSE(crypto::equal(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
  CHECK_FALSE(crypto::equal("secret", "Secret"));
  CHECK_FALSE(crypto::equal("secret", "secreT"));
  CHECK_FALSE(crypto::equal("secret", "secret "));
  CHECK_FALSE(crypto::equal("secret", ""));
}
