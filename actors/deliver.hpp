#pragma once

#include <caf/expected.hpp>
#include <caf/typed_response_promise.hpp>

namespace headroom::actors {

/// Answers with what came out: the value, or why there is none. (CAF's typed promise takes either,
/// but not the two in one.)
template <class T>
void deliver(caf::typed_response_promise<T> promise, caf::expected<T> outcome) {
  static_cast<caf::response_promise&>(promise).deliver(std::move(outcome));
}

}  // namespace headroom::actors
