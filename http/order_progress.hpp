#pragma once

#include "actors/open_orders.hpp"
#include "http/asking.hpp"

namespace headroom::http {

/// Where an order without an end stands, by its own actor; "" when nobody here is at work on it, or
/// does not answer: that is a detail, never a reason to refuse the rest.
template <class Owner>
[[nodiscard]] task<std::string> progress_of(exchange& x, Owner owner) {
  if (!owner) co_return std::string{};
  const auto said = co_await ask<actors::status_report>(x, owner, actors::status_atom::value);
  if (!said) co_return std::string{};
  const auto fact = said->facts.find(std::string{actors::open_state_fact});
  co_return fact == said->facts.end() ? std::string{} : fact->second;
}

}  // namespace headroom::http
