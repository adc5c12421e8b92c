#pragma once

#include <functional>
#include <memory>

#include "actors/core_settings.hpp"
#include "actors/directory.hpp"
#include "actors/ports.hpp"

namespace headroom::actors {

/// What is handed to every actor of the core. Everything in it outlives the actor system.
struct world {
  directory& dir;
  wall_clock now;
  std::function<hash256()> random;  // 32 random bytes
  core_settings settings;
  address_screen screen{};  // empty: nothing speaks against any address
};

using world_ptr = std::shared_ptr<const world>;

}  // namespace headroom::actors
