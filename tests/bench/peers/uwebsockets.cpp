// SPDX-License-Identifier: MIT
// A peer of the bench: uWebSockets, which reads a request and answers 200. Its one argument is the port.
#include <App.h>

#include <cstdlib>
#include <string_view>

int main(int, char** arguments) {
  uWS::App()
      .post("/*",
            [](auto* reply, auto*) {
              reply->onAborted([] {});
              reply->onData([reply](std::string_view, bool is_last) {
                if (is_last) reply->end();
              });
            })
      .listen("127.0.0.1", std::atoi(arguments[1]), [](auto*) {})
      .run();
}
