#include "actors/flight_story.hpp"

#include <algorithm>
#include <iterator>

namespace headroom::actors {
namespace {

constexpr std::size_t most_events = 1'000;

/// Words of a message's name, and who speaks them. The first that fits counts.
constexpr std::pair<std::string_view, timeline_lane> speakers[] = {
    {"committed", timeline_lane::journal},
    {"venue_answer", timeline_lane::venue},
    {"order_quote", timeline_lane::venue},
    {"signed_order", timeline_lane::venue},
    {"operation_report", timeline_lane::chain},
    {"payment_finding", timeline_lane::chain},
    {"verified_payment", timeline_lane::chain},
    {"signed_payment", timeline_lane::chain},
    {"contract_call", timeline_lane::chain},
    {"transfer_progress", timeline_lane::chain},
    {"place_bet", timeline_lane::http},
    {"sell_position", timeline_lane::http},
    {"pay_deposit", timeline_lane::http},
    {"request_withdrawal", timeline_lane::http},
    {"buffer_status", timeline_lane::buffer},
    {"usdc", timeline_lane::balance},  // of the two that answer so, the user's own comes first
    {"balance", timeline_lane::balance},
};

std::string words_of(const flight_event& e) {
  std::string out;
  if (e.wait_us != unknown_wait) out = "waited " + std::to_string(e.wait_us) + " us";
  if (e.end != message_end::handled)
    out += (out.empty() ? "" : "; ") + std::string{to_string(e.end)};
  return out;
}

}  // namespace

timeline_lane lane_of_message(std::string_view name) noexcept {
  const auto* found = std::find_if(std::begin(speakers), std::end(speakers),
                                   [&](const auto& s) { return name.find(s.first) != name.npos; });
  return found == std::end(speakers) ? timeline_lane::house : found->second;
}

std::vector<timeline_event> flight_story(const flight_ring& ring, byte_view subject) {
  const auto all = ring.of(subject);
  std::vector<timeline_event> out;
  const auto skipped = all.size() - std::min(all.size(), most_events);
  std::size_t same = 0;  // of one microsecond
  for (std::size_t n = skipped; n < all.size(); ++n) {
    const auto& e = all[n];
    same = n > skipped && all[n - 1].at_us == e.at_us ? same + 1 : 0;
    timeline_event told;
    told.place.at = {e.at_us};
    told.place.rank = timeline_rank::flight;
    told.place.key = std::to_string(10'000 + same);  // as many digits: texts sort as numbers do
    told.what = e.type_name();
    told.lane = lane_of_message(told.what);
    told.actor = e.kind;
    told.took_us = e.took_us;
    told.detail = words_of(e);
    told.kept = false;
    out.push_back(std::move(told));
  }
  return out;
}

}  // namespace headroom::actors
