#include "domain/timeline.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace headroom {
namespace {

constexpr std::int64_t year_10000_us = 253'402'300'800'000'000;
constexpr std::size_t longest_key = 120;

bool is_key(std::string_view text) noexcept {
  return text.size() <= longest_key && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '.' || c == '-' || c == '_' || c == ':';
         });
}

template <class Number>
bool reads(std::string_view text, Number& out) noexcept {
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  return !text.empty() && read.ec == std::errc{} && read.ptr == end;
}

/// What the time before an event was spent on, by what ended it.
struct wait {
  std::string_view until;
  std::string_view named;
};
constexpr wait waits[] = {
    {"house.started", "service was away"},
    {"bet.placed", "waiting for the books"},
    {"venue.filled", "waiting for venue"},
    {"venue.not_filled", "waiting for venue"},
    {"bet.resolved", "in doubt, until an operator gave it an end"},
    {"bet.settled", "waiting for the market's result"},
    {"sale.resolved", "in doubt, until an operator gave it an end"},
    {"deposit.settled", "waiting for finality"},
    {"deposit.credited", "waiting for the credit"},
    {"deposit.failed", "waiting for the chain"},
    {"conversion.opened", "waiting to be converted"},
    {"conversion.completed", "waiting for the books"},
    {"conversion.undone", "until a reorganisation took it back"},
    {"step.started", "waiting for the step's turn"},
    {"step.finished", "waiting for the route"},
    {"withdrawal.approved", "waiting for approval"},
    {"withdrawal.confirmed", "waiting for finality"},
    {"withdrawal.failed", "waiting for the chain"},
    {"tx.confirmed", "waiting for finality"},
    {"tx.reverted", "waiting for finality"},
    {"tx.dropped", "waiting for finality"},
};

bool is_outcome_of_order(std::string_view what) noexcept {
  return what == "venue.filled" || what == "venue.not_filled";
}

std::string name_of_wait(const timeline_event& from, const timeline_event& to, std::int64_t us) {
  if (is_outcome_of_order(to.what) &&
      (us > venue_answers_within_us || from.what == "house.started"))
    return "in doubt, looked up";
  if (to.what == "tx.stored" && from.what == "tx.stored")
    return "waiting for a block, then the fee was raised";
  const auto* found = std::find_if(std::begin(waits), std::end(waits),
                                   [&](const wait& w) { return w.until == to.what; });
  if (found != std::end(waits)) return std::string{found->named};
  if (to.lane == timeline_lane::operators) return "until an operator acted";
  return "waiting for " + std::string{to_string(to.lane)};
}

std::vector<posting> postings_of(std::initializer_list<entry_moves> all) {
  std::vector<posting> out;
  for (const auto& moves : all) out.insert(out.end(), moves.postings.begin(), moves.postings.end());
  return out;
}

usdc change_in(account of, std::span<const posting> postings) {
  usdc out;
  for (const auto& p : postings) {
    const auto sign = sign_of(of, p.shape);
    if (sign > 0) out = add_saturating(out, p.amount);
    if (sign < 0) out = sub_saturating(out, p.amount);
  }
  return out;
}

bool same_changes(std::span<const posting> a, std::span<const posting> b) {
  return std::all_of(std::begin(all_accounts), std::end(all_accounts),
                     [&](account of) { return change_in(of, a) == change_in(of, b); });
}

/// What ended the bet, as its row has it.
finish_bet end_of(const bet& row) {
  finish_bet out{row.id,  row.user,     row.status, row.shares,    row.spent,
                 row.fee, row.refunded, {},         row.updated_at};
  const auto charged = add_saturating(row.spent, row.fee);
  if (charged > row.amount) out.excess = sub_saturating(charged, row.amount);
  return out;
}

}  // namespace

std::string_view to_string(timeline_kind k) noexcept {
  switch (k) {
    case timeline_kind::bet: return "bet";
    case timeline_kind::sale: return "sale";
    case timeline_kind::deposit: return "deposit";
    case timeline_kind::conversion: return "conversion";
    case timeline_kind::withdrawal: return "withdrawal";
  }
  return "unknown";
}

std::optional<timeline_kind> parse_timeline_kind(std::string_view text) noexcept {
  for (const auto k : {timeline_kind::bet, timeline_kind::sale, timeline_kind::deposit,
                       timeline_kind::conversion, timeline_kind::withdrawal})
    if (text == to_string(k)) return k;
  return std::nullopt;
}

std::string_view to_string(timeline_lane l) noexcept {
  switch (l) {
    case timeline_lane::http: return "http";
    case timeline_lane::balance: return "balance";
    case timeline_lane::buffer: return "buffer";
    case timeline_lane::journal: return "journal";
    case timeline_lane::ledger: return "ledger";
    case timeline_lane::venue: return "venue";
    case timeline_lane::chain: return "chain";
    case timeline_lane::route: return "route";
    case timeline_lane::service: return "service";
    case timeline_lane::operators: return "operators";
    case timeline_lane::house: return "house";
  }
  return "unknown";
}

std::string timeline_place::text() const {
  return std::to_string(at.us) + "." + std::to_string(rank) + "." + key;
}

std::optional<timeline_place> timeline_place::parse(std::string_view text) {
  timeline_place out;
  if (text.empty()) return out;
  const auto first = text.find('.');
  const auto second = first == text.npos ? first : text.find('.', first + 1);
  if (second == text.npos) return std::nullopt;
  const auto key = text.substr(second + 1);
  const bool sane = reads(text.substr(0, first), out.at.us) && out.at.us > 0 &&
                    out.at.us < year_10000_us &&
                    reads(text.substr(first + 1, second - first - 1), out.rank) && is_key(key);
  if (!sane) return std::nullopt;
  out.key = key;
  return out;
}

std::vector<timeline_event> merged(std::vector<timeline_event> events,
                                   std::vector<timeline_event> more) {
  events.insert(events.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
  const auto before = [](const timeline_event& a, const timeline_event& b) {
    return a.place < b.place;
  };
  const auto same = [](const timeline_event& a, const timeline_event& b) {
    return a.place == b.place && a.what == b.what;
  };
  std::stable_sort(events.begin(), events.end(), before);
  events.erase(std::unique(events.begin(), events.end(), same), events.end());
  return events;
}

std::string time_text(std::int64_t us) {
  const auto number = [](std::int64_t n) { return std::to_string(n); };
  const auto ms = us / 1'000;
  const auto seconds = us / 1'000'000;
  const auto minutes = seconds / 60;
  const auto hours = minutes / 60;
  if (us < 1'000) return number(us) + " us";
  if (seconds < 1) return number(ms) + " ms";
  if (seconds < 60) return number(seconds) + "." + number(ms % 1'000 / 100) + " s";
  if (minutes < 60) return number(minutes) + " min " + number(seconds % 60) + " s";
  if (hours < 48) return number(hours) + " h " + number(minutes % 60) + " min";
  return number(hours / 24) + " d " + number(hours % 24) + " h";
}

std::vector<timeline_gap> gaps_of(const std::optional<timeline_event>& before,
                                  std::span<const timeline_event> events) {
  std::vector<timeline_gap> out;
  const timeline_event* last = before ? &*before : nullptr;
  for (const auto& e : events) {
    const auto us = last != nullptr ? e.place.at.us - last->place.at.us : 0;
    if (us >= least_gap_us)
      out.push_back({last->place.at, e.place.at, name_of_wait(*last, e, us) + " " + time_text(us)});
    last = &e;
  }
  return out;
}

std::vector<timeline_sum> sums_of(std::span<const posting> postings) {
  std::vector<timeline_sum> out;
  for (const auto of : all_accounts) {
    const bool touched = std::any_of(postings.begin(), postings.end(),
                                     [&](const posting& p) { return sign_of(of, p.shape) != 0; });
    if (touched) out.push_back({of, change_in(of, postings)});
  }
  return out;
}

bool sums_up(const bet& row, std::span<const posting> postings) {
  accept_bet begun;
  begun.row = row;
  const auto end = row.status == bet_status::placing ? entry_moves{} : moves_of(end_of(row));
  return same_changes(postings, postings_of({moves_of(begun), end}));
}

bool sums_up(const sale& row, std::span<const posting> postings) {
  const finish_sale end{row.id,       row.user, row.status, row.sold,
                        row.proceeds, row.fee,  {},         row.updated_at};
  return same_changes(postings, postings_of({moves_of(end)}));
}

bool sums_up(const deposit& row, std::span<const posting> postings) {
  credit_deposit credit;
  credit.id = row.id;
  credit.user = row.user;
  credit.amount = row.amount;
  credit.fee = row.fee;
  const bool credited = row.credited_at.is_set();
  return same_changes(postings, postings_of({credited ? moves_of(credit) : entry_moves{}}));
}

/// How what arrived was split between buffer and reserve is the books' affair.
bool sums_up(const conversion& row, std::span<const posting> postings) {
  const bool arrived = row.status == conversion_status::completed;
  const auto left = change_in(account::in_transit, postings);
  const auto held =
      add_saturating(change_in(account::buffer, postings), change_in(account::reserve, postings));
  const auto lost = change_in(account::conversion_loss, postings);
  const auto gone = add_saturating(row.received, row.loss);
  const bool balanced = add_saturating(add_saturating(left, held), lost).is_zero();
  return balanced && held == (arrived ? row.received : usdc{}) && lost == row.loss &&
         left == sub_saturating({}, gone);
}

bool sums_up(const withdrawal& row, std::span<const posting> postings) {
  accept_withdrawal begun;
  begun.row = row;
  const finish_withdrawal end{row.id,     row.user,    row.amount, row.fee,
                              row.status, row.tx_hash, {},         row.updated_at};
  return same_changes(postings, postings_of({moves_of(begun), moves_of(end)}));
}

bool has_ended(const bet& row) noexcept { return row.status != bet_status::placing; }
bool has_ended(const sale& row) noexcept { return row.status != sale_status::placing; }
bool has_ended(const deposit& row) noexcept {
  return row.status == deposit_status::completed || row.status == deposit_status::failed;
}
bool has_ended(const conversion& row) noexcept { return row.status != conversion_status::running; }
bool has_ended(const withdrawal& row) noexcept { return !is_open(row); }

void cut_page(timeline_page& page, const timeline_place& from, std::size_t limit) {
  auto& events = page.events;
  if (!events.empty() && events.front().place == from) {
    page.before = std::move(events.front());
    events.erase(events.begin());
  }
  if (events.size() > limit) {
    events.resize(limit);
    page.next_cursor = events.back().place.text();
  }
  page.gaps = gaps_of(page.before, events);
}

}  // namespace headroom
