#pragma once

#include <caf/actor_addr.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/node_id.hpp>

namespace headroom::actors {

/// An actor wherever it lives: an id alone is unique on one node only. The default is nobody.
struct actor_key {
  caf::node_id node;
  caf::actor_id id = 0;

  friend bool operator==(const actor_key& a, const actor_key& b) {
    return a.id == b.id && a.node == b.node;
  }
};

[[nodiscard]] inline actor_key key_of(const caf::actor_addr& who) {
  return who ? actor_key{who.node(), who.id()} : actor_key{};
}
/// Of a typed handle; nobody when it is empty.
template <class Handle>
[[nodiscard]] actor_key key_of(const Handle& handle) {
  return handle ? actor_key{handle.node(), handle.id()} : actor_key{};
}

}  // namespace headroom::actors
