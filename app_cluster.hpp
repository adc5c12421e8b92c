#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "cluster/heart.hpp"
#include "config/settings.hpp"

/// The wiring of a process that is a node among others (docs/decisions/0048).
namespace headroom {

/// "host:port" where peers knock: as configured, or where HTTP listens.
[[nodiscard]] std::string address_of(const config::settings& s, std::uint16_t port);

/// Enters; null, and why is logged, when that is refused or the database is away.
[[nodiscard]] std::unique_ptr<cluster::heart> enter_cluster(const config::settings& s,
                                                            std::uint16_t port,
                                                            const std::string& release);

}  // namespace headroom
