#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// What the words behind `headroom` ask of a running service, as plain values.
namespace headroom::console {

struct console_request {
  std::string command;  // "bets", "pause", "webhooks add", ...; "": nothing of the kind
  bool json = false;    // the service's own words
  /// The route's parameters, by their names there: {"user_address", "0x..."}.
  std::vector<std::pair<std::string, std::string>> query;
  std::string work;       // pause and resume: "bets", "deposits", "conversions", "withdrawals"
  std::string kind;       // timeline: "bet", "sale", "deposit", "conversion", "withdrawal"
  std::string file;       // timeline: an exported one, instead of the service; "": none
  bool sequence = false;  // timeline: as a diagram's text
  std::string id;         // retry, timeline, webhooks
  std::string receiver;   // webhooks add: its URL
  std::vector<std::string> events{"*"};  // webhooks add: types
  std::string reason;                    // of what is ordered
  std::uint32_t count = 0;               // tail: events; top: looks. 0: until it is ended
  std::chrono::seconds every{2};         // top: between two looks
};

/// Where it is, and with what right it is asked.
struct service_place {
  std::string url;  // without a path
  std::string key;  // of the service; "": as a stranger
};

}  // namespace headroom::console
