#include "actors/inspector_lints.hpp"

#include <algorithm>
#include <unordered_map>

#include "actors/watching.hpp"

namespace headroom::actors {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds slow_handler_limit{100};
constexpr seconds longest_wait{1};      // of a message
constexpr seconds longest_request{10};  // of who asked
constexpr minutes longest_order{10};    // from its first message to its end
constexpr minutes recent{10};
constexpr std::uint64_t least_growth = 10;
constexpr std::size_t most_of_a_code = 50;
constexpr std::size_t most_cycles = 20;

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

std::int64_t wall_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::uint64_t ms_since(std::uint64_t at_ns, std::int64_t now) {
  const auto at = static_cast<std::int64_t>(at_ns);
  return at_ns == 0 || now < at ? 0 : static_cast<std::uint64_t>(now - at) / 1'000'000;
}

template <class Duration>
bool is_over(std::uint64_t ms, Duration limit) {
  return ms > static_cast<std::uint64_t>(milliseconds{limit}.count());
}

lint lint_of(const char* code, const actor_sighting& x, std::uint64_t ms, std::string text) {
  return {code, x.name, x.id, text_of(x.business_kind, x.business_id), std::move(text), ms, 1};
}

bool is_order(const actor_sighting& x) {
  const std::string_view kind{x.name};
  return kind == "bet" || kind == "sale" || kind == "deposit" || kind == "withdrawal";
}

std::string in_ms(std::uint64_t ms) { return std::to_string(ms) + " ms"; }

void add_growing(std::vector<lint>& out, const actor_snapshots& all, const lint_memory& memory) {
  for (const auto& [kind, more] : memory.growing()) {
    actor_query q;
    q.kind = kind;
    q.limit = 1;
    const auto page = all.page(q);
    lint x{"mailbox_grows", kind, 0, {}, {}, 60'000, 1};
    if (!page.rows.empty()) {
      x.actor_id = page.rows[0].seen.id;
      x.business_id = text_of(page.rows[0].seen.business_kind, page.rows[0].seen.business_id);
    }
    x.text = "more messages wait than a minute ago, by " + std::to_string(more);
    out.push_back(std::move(x));
  }
}

void add_slow(std::vector<lint>& out) {
  std::map<std::pair<std::string, message_type>, lint> worst;
  const auto since = wall_us() - std::chrono::microseconds{recent}.count();
  for (const auto& s : incidents::instance().slow()) {
    if (s.at_us < since) continue;
    auto& x = worst[{s.kind, s.type}];
    const auto count = x.code.empty() ? 1 : x.count + 1;
    if (x.code.empty() || s.took_us / 1000 > x.for_ms)
      x = {"handler_slow", s.kind, s.actor_id, {}, {}, s.took_us / 1000, 1};
    x.count = count;
    x.text = std::string{name_of(s.type)} + " took up to " + in_ms(x.for_ms) + " in its handler";
  }
  for (auto& [name, x] : worst) out.push_back(std::move(x));
}

void add_letters(std::vector<lint>& out) {
  const auto since = wall_us() - std::chrono::microseconds{minutes{1}}.count();
  std::map<std::string, lint> by_kind;
  for (const auto& l : incidents::instance().letters()) {
    if (l.at_us < since) continue;
    auto& x = by_kind[l.kind];
    if (x.code.empty()) x = {"dead_letters", l.kind, l.actor_id, {}, {}, 0, 0};
    ++x.count;
    x.text = std::to_string(x.count) + " messages reached nobody in the last minute, the last " +
             std::string{name_of(l.type)};
  }
  for (auto& [kind, x] : by_kind) out.push_back(std::move(x));
}

void add_ends(std::vector<lint>& out) {
  const auto since = wall_us() - std::chrono::microseconds{minutes{60}}.count();
  for (const auto& e : incidents::instance().ends())
    if (e.at_us >= since && e.in_handler != message_type{})
      out.push_back({"crashed",
                     e.kind,
                     e.actor_id,
                     {},
                     "threw in " + std::string{name_of(e.in_handler)} + ": " + e.reason,
                     0,
                     1});
}

void add_waits(std::vector<lint>& out, const actor_snapshots& all, std::int64_t now) {
  auto open = open_requests::instance().list();
  for (const auto& cycle : cycles_in(open)) {
    std::string text = "each waits for the next:";
    for (const auto id : cycle) text += " " + std::to_string(id);
    const auto* first = all.find(cycle[0]);
    out.push_back({"waits_in_a_circle",
                   first == nullptr ? "" : first->name,
                   cycle[0],
                   {},
                   std::move(text),
                   0,
                   cycle.size()});
  }
  std::size_t found = 0;
  for (const auto& r : open) {
    const auto* waiter = all.find(r.waiter);
    const auto ms = ms_since(r.since_ns, now);
    if (waiter == nullptr || !is_over(ms, longest_request)) continue;
    if (++found > most_of_a_code) break;
    out.push_back(lint_of(
        "request_open_long", *waiter, ms,
        "waits for " + std::string{r.asked_kind} + " to answer " + std::string{name_of(r.type)}));
  }
}

/// What leads from an actor to one whose end is asked for.
using next_of = std::unordered_map<std::uint64_t, std::vector<std::uint64_t>>;

/// Depth first from `start`; its cycle, if it leads back to itself.
std::vector<std::uint64_t> way_back(const next_of& next, std::uint64_t start,
                                    std::unordered_map<std::uint64_t, bool>& done) {
  std::vector<std::pair<std::uint64_t, std::size_t>> path{{start, 0}};
  std::unordered_map<std::uint64_t, bool> on_path{{start, true}};
  while (!path.empty()) {
    auto& [id, n] = path.back();
    const auto at = next.find(id);
    if (at == next.end() || n == at->second.size()) {
      done[id] = true;
      on_path.erase(id);
      path.pop_back();
      continue;
    }
    const auto to = at->second[n++];
    if (on_path.contains(to)) {
      std::vector<std::uint64_t> out;
      const auto from =
          std::find_if(path.begin(), path.end(), [to](const auto& p) { return p.first == to; });
      for (auto i = from; i != path.end(); ++i) out.push_back(i->first);
      for (const auto& p : path) done[p.first] = true;
      return out;
    }
    if (done.contains(to)) continue;
    path.emplace_back(to, 0);
    on_path.emplace(to, true);
  }
  return {};
}

}  // namespace

void lint_memory::remember(std::int64_t now) {
  if (!samples_.empty() && now - samples_.back().at_ns < 900'000'000) return;
  sample s{now, {}};
  for (const auto& k : registry::instance().kinds()) s.mailbox[k.name] = k.mailbox;
  samples_.push_back(std::move(s));
  const auto oldest = now - std::chrono::nanoseconds{growing_for}.count();
  while (samples_.size() > 1 && samples_[1].at_ns <= oldest) samples_.pop_front();
}

std::map<std::string, std::uint64_t> lint_memory::growing() const {
  std::map<std::string, std::uint64_t> out;
  if (samples_.size() < 3) return out;
  const auto span = samples_.back().at_ns - samples_.front().at_ns;
  if (span < std::chrono::nanoseconds{growing_for}.count()) return out;
  for (const auto& [kind, now] : samples_.back().mailbox) {
    std::uint64_t before = 0;
    std::uint64_t first = 0;
    bool grows = true;
    for (std::size_t n = 0; n < samples_.size() && grows; ++n) {
      const auto at = samples_[n].mailbox.find(kind);
      const auto waits = at == samples_[n].mailbox.end() ? 0 : at->second;
      if (n == 0) first = waits;
      grows = waits >= before;
      before = waits;
    }
    if (grows && now >= first + least_growth) out[kind] = now - first;
  }
  return out;
}

std::vector<lint> find_lints(const actor_sighting& x, std::int64_t now) {
  std::vector<lint> out;
  const auto runs = ms_since(x.began_ns, now);
  if (is_over(runs, slow_handler_limit))
    out.push_back(lint_of("handler_runs", x, runs,
                          "has been in the handler of " + std::string{name_of(x.in_handler)} +
                              " for " + in_ms(runs)));
  const auto waits = x.waiting == 0 ? 0 : ms_since(x.oldest_ns, now);
  if (is_over(waits, longest_wait))
    out.push_back(lint_of("message_waits", x, waits,
                          std::to_string(x.waiting) + " wait, one of them for " + in_ms(waits)));
  const auto age = ms_since(static_cast<std::uint64_t>(x.born_ns), now);
  if (is_order(x) && is_over(age, longest_order))
    out.push_back(lint_of("unfinished", x, age, "has no end after " + in_ms(age)));
  return out;
}

std::vector<lint> find_lints(const actor_snapshots& all, const lint_memory& memory,
                             const std::vector<alert>& alerts) {
  std::vector<lint> out;
  const auto now = now_ns();
  for (const auto& a : alerts)
    if (a.lasts) out.push_back({"alert." + a.kind, {}, 0, a.subject, a.text, 0, 1});
  std::map<std::string, std::size_t> counts;
  all.each([&](const actor_sighting& x) {
    if (x.waiting == 0 && x.began_ns == 0 && !is_order(x)) return;
    for (auto& found : find_lints(x, now))
      if (++counts[found.code] <= most_of_a_code) out.push_back(std::move(found));
  });
  add_growing(out, all, memory);
  add_slow(out);
  add_waits(out, all, now);
  add_letters(out);
  add_ends(out);
  return out;
}

std::vector<std::vector<std::uint64_t>> cycles_in(const std::vector<open_request>& requests) {
  next_of next;
  for (const auto& r : requests) next[r.waiter].push_back(r.asked);
  std::vector<std::vector<std::uint64_t>> out;
  std::unordered_map<std::uint64_t, bool> done;
  for (const auto& r : requests) {
    if (done.contains(r.waiter) || out.size() == most_cycles) continue;
    if (auto cycle = way_back(next, r.waiter, done); !cycle.empty())
      out.push_back(std::move(cycle));
  }
  return out;
}

}  // namespace headroom::actors
