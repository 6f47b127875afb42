// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "app/route.hpp"
#include "http/handler.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// While it lives, the request that is answered is this client's: the events that are made have its labels, and their
/// keys are its own. Not over a wait, during which others are answered.
class AsClient {
 public:
  AsClient(Context& context, const access::Client& client);
  AsClient(const AsClient&) = delete;
  AsClient& operator=(const AsClient&) = delete;
  ~AsClient();

 private:
  Context& context_;
};

/// Finds out whose request it is, where there are clients, and has it answered as that one's; waits for the password
/// where one is to be checked. The action needs a right, or asks for it itself (`right`).
[[nodiscard]] http::Answer answer_as_client(Context& context, const http::Request& request, delivery::Waiting& waiting,
                                            const Action& action, Right right);

}  // namespace oneshot::app
