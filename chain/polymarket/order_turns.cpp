#include "chain/polymarket/order_turns.hpp"

#include <algorithm>

namespace headroom::chain::polymarket {
namespace {

/// How many go before the next one of `mine`, which has `own` before it in its own line: the lines
/// take turns, and those ahead in the round are one up. `mine` may be the end: it joins last.
template <class Lines, class Position>
std::size_t before(const Lines& lines, Position mine, std::size_t own) {
  std::size_t out = own;
  for (auto i = lines.begin(); i != mine; ++i) out += std::min(i->waiting(), own + 1);
  if (mine == lines.end()) return out;
  for (auto i = mine + 1; i != lines.end(); ++i) out += std::min(i->waiting(), own);
  return out;
}

template <class Lines>
auto line_of_front(Lines& fronts, const std::string& name) {
  return std::find_if(fronts.begin(), fronts.end(), [&](const auto& f) { return f.name == name; });
}

template <class Lines>
auto line_of_user(Lines& users, const address& user) {
  return std::find_if(users.begin(), users.end(), [&](const auto& u) { return u.user == user; });
}

/// The first one had its turn; a line where nobody is left leaves the round.
template <class Lines>
void go_round(Lines& lines) {
  auto first = std::move(lines.front());
  lines.pop_front();
  if (first.waiting() > 0) lines.push_back(std::move(first));
}

}  // namespace

order_turns::milliseconds order_turns::room_for(std::size_t orders, time_point now) {
  milliseconds out{0};
  for (auto& w : windows_) out = std::max(out, w.wait(now, static_cast<double>(orders)));
  return out;
}

bool order_turns::take(time_point now) {
  if (waiting_ > 0) return false;
  if (room_for(1, now).count() > 0) return false;
  for (auto& w : windows_) static_cast<void>(w.take(now));
  return true;
}

std::size_t order_turns::waiting_of(const std::string& front, const address& user) const {
  const auto f = line_of_front(fronts_, front);
  if (f == fronts_.end()) return 0;
  const auto u = line_of_user(f->users, user);
  return u == f->users.end() ? 0 : u->waiting();
}

std::size_t order_turns::turns_before(const std::string& front, const address& user) const {
  const auto f = line_of_front(fronts_, front);
  if (f == fronts_.end()) return before(fronts_, f, 0);
  const auto u = line_of_user(f->users, user);
  const auto own = u == f->users.end() ? 0 : u->waiting();
  return before(fronts_, f, before(f->users, u, own));
}

order_turns::refusal order_turns::refused(errc why, const std::string& front, const address& user,
                                          time_point now) {
  const auto wait = room_for(turns_before(front, user) + 1, now);
  return {why, std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds{1})};
}

std::optional<order_turns::refusal> order_turns::join(asker who, told tell, time_point now) {
  if (waiting_of(who.front, who.user) >= most_.of_a_user)
    return refused(errc::rate_limited, who.front, who.user, now);
  const bool too_late = now + room_for(turns_before(who.front, who.user) + 1, now) > who.give_up;
  if (waiting_ >= most_.of_all || too_late)
    return refused(errc::overloaded, who.front, who.user, now);
  auto f = line_of_front(fronts_, who.front);
  if (f == fronts_.end())
    f = fronts_.insert(fronts_.end(), front_line{std::move(who.front), {}, 0});
  auto u = line_of_user(f->users, who.user);
  if (u == f->users.end()) u = f->users.insert(f->users.end(), user_line{who.user, {}});
  u->tickets.push_back({who.give_up, std::move(tell)});
  ++f->count;
  ++waiting_;
  return std::nullopt;
}

/// `waiting_` is above zero.
order_turns::ticket order_turns::next() {
  auto& front = fronts_.front();
  auto& tickets = front.users.front().tickets;
  auto out = std::move(tickets.front());
  tickets.pop_front();
  --front.count;
  --waiting_;
  go_round(front.users);
  go_round(fronts_);
  return out;
}

/// Whoever gives up before `t`.
void order_turns::refuse_before(time_point t, time_point now) {
  struct late {
    std::string front;
    address user;
    told tell;
  };
  std::vector<late> out;
  for (auto& f : fronts_) {
    for (auto& u : f.users) {
      for (auto& x : u.tickets)
        if (x.give_up < t) out.push_back({f.name, u.user, std::move(x.tell)});
      std::erase_if(u.tickets, [t](const ticket& x) { return x.give_up < t; });
    }
    std::erase_if(f.users, [](const user_line& u) { return u.tickets.empty(); });
    f.count = 0;
    for (const auto& u : f.users) f.count += u.waiting();
  }
  std::erase_if(fronts_, [](const front_line& f) { return f.users.empty(); });
  waiting_ -= out.size();
  for (const auto& x : out) x.tell(refused(errc::overloaded, x.front, x.user, now));
}

void order_turns::serve(time_point now) {
  if (waiting_ == 0) return;
  refuse_before(now, now);
  while (waiting_ > 0 && room_for(1, now).count() == 0) {
    for (auto& w : windows_) static_cast<void>(w.take(now));
    next().tell(std::nullopt);
  }
  if (waiting_ > 0) refuse_before(now + room_for(1, now), now);
}

std::optional<order_turns::milliseconds> order_turns::due(time_point now) {
  if (waiting_ == 0) return std::nullopt;
  return room_for(1, now);
}

void order_turns::hold(time_point until) {
  for (auto& w : windows_) w.drain(until);
}

}  // namespace headroom::chain::polymarket
