#pragma once

#include <memory>
#include <vector>

#include "app_household.hpp"
#include "app_keys.hpp"
#include "app_outside.hpp"
#include "chain/x402/payment_actor.hpp"
#include "chain/x402/source_gate.hpp"
#include "http/services.hpp"

/// What users may pay with, by the settings: its wiring, apart from the rest.
namespace headroom {

/// The core's, and what the sources say of how they are credited.
[[nodiscard]] actors::core_settings core_of(const config::settings& s);
/// The terms of all sources, the first in front.
[[nodiscard]] std::vector<chain::x402::terms> terms_of(const config::settings& s,
                                                       const own_keys& keys);

/// A payment actor for each source, one in front of them all, and who watches what their tokens are
/// worth.
void add_sources(household& house, const config::settings& s, const own_keys& keys,
                 const outside& out, const std::shared_ptr<chain::source_gate>& gate);

/// What pages and requests are told of them.
void show_sources(http::server_settings& out, const config::settings& s,
                  const std::vector<chain::x402::terms>& terms);

/// What users sign is good at this deployment only. Wallets sign for the chain they are on:
/// Polygon, or a source's.
[[nodiscard]] actors::signing_domain domain_of(const config::settings& s, const address& pay_to);

}  // namespace headroom
