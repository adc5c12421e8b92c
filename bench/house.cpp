#include "bench/house.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <stdexcept>
#include <thread>

#include "actors/balance_actor.hpp"
#include "actors/bet_actor.hpp"
#include "actors/buffer_actor.hpp"
#include "actors/inspector_actor.hpp"
#include "actors/journal_actor.hpp"
#include "actors/query_actor.hpp"
#include "bench/books.hpp"
#include "chain/treasury/audit_actor.hpp"

namespace headroom::bench {
namespace {

constexpr std::uint32_t wake_window = 4096;  // below the journal's bound on waiting reads
constexpr std::size_t most_balances = 1'100'000;
constexpr auto patience = std::chrono::seconds{120};

actors::core_settings core_of(const house_settings& s) {
  actors::core_settings out;
  out.bet.max_live = s.max_live_bets;
  out.balance.idle = std::chrono::hours{1};
  return out;
}

caf::actor_system_config& prepare(caf::actor_system_config& config, std::size_t workers) {
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", workers);
  config.set("scheduler.max-throughput", std::size_t{100});
  return config;
}

hash256 number_as_hash() {
  static std::atomic<std::uint64_t> next{0};
  hash256 out;
  const auto n = ++next;
  for (std::size_t i = 0; i < 8; ++i) out.bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
  return out;
}

}  // namespace

timestamp wall_clock_now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

chain::rpc_actor spawn_stub_chain(caf::actor_system& sys) {
  return sys.spawn([]() -> chain::rpc_actor::behavior_type {
    return {[](const chain::rpc_request&) {
      constexpr auto enough = "0x0000000000000000000000000000000000000000000000001bc16d674ec80000";
      chain::rpc_result out;
      out.status = chain::rpc_status::ok;
      out.value = enough;
      return out;
    }};
  });
}

house::house(const house_settings& settings)
    : store_{{.conninfo = settings.database}},
      reader_{{.conninfo = settings.database}},
      dir_{settings.max_live_bets, most_balances},
      w_{std::make_shared<const actors::world>(
          actors::world{dir_, wall_clock_now, number_as_hash, core_of(settings)})},
      sys_{prepare(config_, settings.workers)} {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("bench"));  // stdout is the answers'
  spdlog::set_level(spdlog::level::err);
  if (const auto why = store_.open(); !why.empty()) throw std::runtime_error(why);
  dir_.users.set_factories(
      [this](const address& user) { return sys_.spawn(actors::balance_behavior, w_, user); },
      [this](const bet_id& id) { return sys_.spawn(actors::bet_behavior, w_, id); }, {}, {});
  dir_.handles.set<actors::journal_actor>(
      sys_.spawn<caf::detached>(actors::journal_behavior, w_, &store_));
  dir_.handles.set<actors::query_actor>(
      sys_.spawn<caf::detached>(actors::query_behavior, &reader_));
  dir_.handles.set_public_query(dir_.handles.get<actors::query_actor>());
  dir_.handles.set<actors::buffer_actor>(sys_.spawn(actors::buffer_behavior, w_));
  dir_.handles.set<actors::inspector_actor>(
      sys_.spawn<caf::detached>(actors::inspector_behavior, w_));
  venue_ = spawn_stub_venue(sys_, settings.seed);
  dir_.handles.set<actors::venue_actor>(venue_);
  const auto chains = spawn_stub_chain(sys_);
  dir_.handles.set<actors::audit_actor>(
      sys_.spawn(chain::audit_behavior, w_, chain::audit_settings{}, chains, chains));
}

namespace {

/// A detached actor's thread ends when its last handle is gone, so the directory must let go.
template <class Handle>
void end(actors::directory& dir) {
  caf::anon_send_exit(dir.handles.get<Handle>(), caf::exit_reason::user_shutdown);
  dir.handles.set<Handle>({});
}

}  // namespace

house::~house() {
  for (const auto& user : dir_.users.all_balances())
    caf::anon_send_exit(user, caf::exit_reason::user_shutdown);
  end<actors::audit_actor>(dir_);
  end<actors::venue_actor>(dir_);
  end<actors::inspector_actor>(dir_);
  end<actors::buffer_actor>(dir_);
  dir_.handles.set_public_query({});
  end<actors::query_actor>(dir_);
  end<actors::journal_actor>(dir_);
}

void house::wake(std::uint32_t users) {
  caf::scoped_actor self{sys_};
  for (std::uint32_t from = 1; from <= users; from += wake_window) {
    const auto to = std::min(users, from + wake_window - 1);
    for (auto n = from; n <= to; ++n)  // all at once: the journal reads them in batches
      if (!dir_.users.balance_of(user_number(n)))
        throw std::runtime_error("too many balances awake");
    for (auto n = from; n <= to; ++n)
      self->request(dir_.users.balance_of(user_number(n)), patience, actors::get_atom::value)
          .receive([](const actors::balance_view&) {},
                   [](const caf::error&) { throw std::runtime_error("a balance did not load"); });
  }
}

void house::settle() {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (dir_.users.live_bets() > 0) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("bets did not end within two minutes");
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
}

}  // namespace headroom::bench
