#include "app_cluster.hpp"

#include <spdlog/spdlog.h>

#include "persistence/pg_membership.hpp"

namespace headroom {

std::string address_of(const config::settings& s, std::uint16_t port) {
  if (!s.cluster.address.empty()) return s.cluster.address;
  const bool v6 = s.http.address.find(':') != std::string::npos;
  return (v6 ? "[" + s.http.address + "]" : s.http.address) + ":" + std::to_string(port);
}

std::unique_ptr<cluster::heart> enter_cluster(const config::settings& s, std::uint16_t port,
                                              const std::string& release) try {
  persistence::membership_settings at;
  at.conninfo = s.store.conninfo;
  at.dead_after = s.cluster.dead_after;
  return std::make_unique<cluster::heart>(
      s.cluster, actors::node_card{s.cluster.name, address_of(s, port), release},
      std::make_shared<persistence::pg_membership>(at));
} catch (const std::exception& e) {
  spdlog::error("cluster.cannot_enter name={} reason=\"{}\"", s.cluster.name, e.what());
  return nullptr;
}

}  // namespace headroom
