#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "app_keys.hpp"
#include "chain/treasury/peg_guard.hpp"
#include "chain/x402/payment_actor.hpp"
#include "chain/x402/source_gate.hpp"
#include "config/settings.hpp"
#include "http/services.hpp"

/// What users may pay with, by the settings: its wiring, apart from the rest.
namespace headroom {

/// One payment actor.
struct wired_payment {
  std::string component;  // what the guardian calls it
  std::string network;    // as the settings call it
  chain::payment_settings settings;
};

/// The terms of all sources, the first in front.
[[nodiscard]] std::vector<chain::x402::terms> terms_of(const config::settings& s,
                                                       const own_keys& keys);

/// @param relayer  submits the payments.
[[nodiscard]] std::vector<wired_payment> payments_of(
    const config::settings& s, const std::vector<chain::x402::terms>& terms, const address& relayer,
    const std::shared_ptr<chain::source_gate>& gate);

/// @param nodes_of  the nodes of a network, by its name.
[[nodiscard]] std::vector<chain::pegged_source> pegged_sources(
    const config::settings& s, const std::function<chain::rpc_actor(const std::string&)>& nodes_of);

/// What pages and requests are told of them.
void show_sources(http::server_settings& out, const config::settings& s,
                  const std::vector<chain::x402::terms>& terms);

/// What users sign is good at this deployment only. Wallets sign for the chain they are on:
/// Polygon, or a source's.
[[nodiscard]] actors::signing_domain domain_of(const config::settings& s, const address& pay_to);

}  // namespace headroom
