#include "chain/polymarket/user_channel_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/log_limit.hpp"
#include "chain/polymarket/user_channel.hpp"
#include "domain/backoff.hpp"

namespace headroom::chain::polymarket {
namespace {

using actors::order_hints;
using std::chrono::milliseconds;

constexpr milliseconds ping_every{10'000};
constexpr milliseconds silence{30'000};  // facts/polymarket.md 5
constexpr milliseconds first_wait{1'000};
constexpr milliseconds longest_wait{60'000};

bool same(const api_credentials& a, const api_credentials& b) {
  return a.key == b.key && a.secret == b.secret && a.passphrase == b.passphrase;
}

/// The channel's work. Everything runs in the actor.
class channel_keeper {
 public:
  explicit channel_keeper(user_channel_self self)
      : self_{self}, st_{self->state}, w_{*self->state.w}, gauge_{w_.dir.gauges.channel()} {}

  /// The same key again says nothing new: a wait under way goes on.
  void know(channel_key& x) {
    if (st_.key && same(*st_.key, x.value)) return;
    st_.key = std::move(x.value);
    st_.failures = 0;
    let_go();
    connect();
  }

  void heard(socket_news& x) {
    if (!st_.socket || x.turn != st_.turn) return;
    switch (x.what) {
      case socket_news::kind::opened: return opened();
      case socket_news::kind::text: return read(x.text);
      case socket_news::kind::closed: return lost(x.text);
    }
  }

  void wake(std::uint64_t timer) {
    if (timer != st_.timer) return;
    if (st_.socket) return beat();
    gauge_.reconnects.fetch_add(1, std::memory_order_relaxed);
    connect();
  }

 private:
  void connect() {
    const user_channel_actor me{self_};
    const auto telling = [me, turn = ++st_.turn](socket_news::kind what) {
      return [=](std::string text) {
        caf::anon_send(me, socket_news{turn, what, std::move(text)});
      };
    };
    st_.heard_at = now();
    st_.socket =
        st_.open(st_.url, {[opened = telling(socket_news::kind::opened)] { opened({}); },
                           telling(socket_news::kind::text), telling(socket_news::kind::closed)});
    if (!st_.socket) return lost("no socket to be had");
    wake_at(st_.heard_at + silence);
  }

  void opened() {
    st_.up = true;
    gauge_.up.fetch_add(1, std::memory_order_relaxed);
    st_.heard_at = now();
    st_.ping_at = now() + ping_every;
    if (!st_.socket->send(channel_greeting(*st_.key))) return lost("cannot be written to");
    wake_at(st_.ping_at);
  }

  void read(const std::string& text) {
    st_.socket->took();
    st_.heard_at = now();
    auto frame = read_channel_frame(text);
    if (frame.events > 0 || text == channel_pong) st_.failures = 0;
    if (frame.unreadable > 0) {
      gauge_.unreadable.fetch_add(frame.unreadable, std::memory_order_relaxed);
      if (w_.dir.gauges.lines().due("venue.channel_unreadable", now()))
        spdlog::warn("venue.channel_unreadable bytes={} ignored={}", text.size(), frame.unreadable);
    }
    if (frame.orders.empty()) return;
    st_.hints += frame.orders.size();
    gauge_.hints.fetch_add(frame.orders.size(), std::memory_order_relaxed);
    self_->send(st_.listener, order_hints{std::move(frame.orders), true});
  }

  void beat() {
    if (now() >= st_.heard_at + silence) return lost("silent");
    if (st_.up && now() >= st_.ping_at) {
      if (!st_.socket->send(std::string{channel_ping})) return lost("cannot be written to");
      st_.ping_at = now() + ping_every;
    }
    const auto dead_at = st_.heard_at + silence;
    wake_at(st_.up ? std::min(st_.ping_at, dead_at) : dead_at);
  }

  void lost(const std::string& why) {
    let_go();
    const auto wait = jittered(backoff(first_wait, st_.failures++, longest_wait), noise());
    if (w_.dir.gauges.lines().due("venue.channel_lost", now()))
      spdlog::info("venue.channel_lost reason=\"{}\" again_in_ms={}", why, wait.count());
    wake_at(now() + wait);
  }

  void let_go() {
    st_.socket.reset();
    if (!std::exchange(st_.up, false)) return;
    gauge_.up.fetch_sub(1, std::memory_order_relaxed);
    self_->send(st_.listener, order_hints{{}, false});
  }

  /// One timer counts; those before it do nothing any more.
  void wake_at(user_channel_state::time_point at) {
    const auto wait = std::chrono::ceil<milliseconds>(at - now());
    self_->delayed_send(self_, std::max(wait, milliseconds{1}), actors::wake_atom::value,
                        ++st_.timer);
  }

  [[nodiscard]] std::uint64_t noise() const {
    std::uint64_t out = 0;
    const auto random = w_.random();
    for (std::size_t i = 0; i < 8; ++i) out = out << 8 | random.bytes[i];
    return out;
  }
  [[nodiscard]] user_channel_state::time_point now() const { return self_->clock().now(); }

  user_channel_self self_;
  user_channel_state& st_;
  const actors::world& w_;
  actors::channel_gauge& gauge_;
};

}  // namespace

user_channel_state::~user_channel_state() {
  if (up) w->dir.gauges.channel().up.fetch_sub(1, std::memory_order_relaxed);
}

user_channel_actor::behavior_type user_channel_behavior(user_channel_self self, actors::world_ptr w,
                                                        const std::string& url, net::ws_opener open,
                                                        hint_listener listener) {
  auto& st = self->state;
  st.w = std::move(w);
  st.url = url + std::string{channel_path};
  st.open = std::move(open);
  st.listener = std::move(listener);
  self->monitor(st.listener);
  self->set_down_handler([self](caf::down_msg&) { self->quit(); });
  return {
      [self](channel_key& x) { channel_keeper{self}.know(x); },
      [self](socket_news& x) { channel_keeper{self}.heard(x); },
      [self](actors::wake_atom, std::uint64_t timer) { channel_keeper{self}.wake(timer); },
      [self](actors::status_atom) {
        const auto& s = self->state;
        return actors::status_report{user_channel_state::name,
                                     {{"url", s.url},
                                      {"api_key", s.key ? "yes" : "no"},
                                      {"up", s.up ? "yes" : "no"},
                                      {"failures_in_a_row", std::to_string(s.failures)},
                                      {"hints", std::to_string(s.hints)}}};
      },
  };
}

}  // namespace headroom::chain::polymarket
