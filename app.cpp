#include "app.hpp"

#include <spdlog/spdlog.h>
#include <sys/random.h>
#include <algorithm>

#include <caf/all.hpp>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <system_error>
#include <thread>

#include "actors/balance_actor.hpp"
#include "actors/bet_actor.hpp"
#include "actors/buffer_actor.hpp"
#include "actors/deposit_actor.hpp"
#include "actors/flight_story.hpp"
#include "actors/guardian_actor.hpp"
#include "actors/inspector_actor.hpp"
#include "actors/journal_actor.hpp"
#include "actors/query_actor.hpp"
#include "actors/records_actor.hpp"
#include "actors/registry.hpp"
#include "actors/sale_actor.hpp"
#include "actors/timeline_actor.hpp"
#include "actors/withdrawal_actor.hpp"
#include "actors/work_switches.hpp"
#include "app_cluster.hpp"
#include "app_repairs.hpp"
#include "app_sources.hpp"
#include "app_supervised.hpp"
#include "app_treasury.hpp"
#include "app_venue.hpp"
#include "app_wallets.hpp"
#include "app_webhooks.hpp"
#include "app_withdrawals.hpp"
#include "chain/evm/ethereum_port.hpp"
#include "chain/evm/signature_actor.hpp"
#include "chain/x402/x402_port.hpp"
#include "http/server.hpp"
#include "net/lease.hpp"
#include "persistence/migrations.hpp"
#include "persistence/operator_orders.hpp"
#include "persistence/payers.hpp"
#include "persistence/pg_reader.hpp"
#include "persistence/pg_records.hpp"
#include "persistence/pg_store.hpp"
#include "persistence/pg_timelines.hpp"
#include "persistence/service_starts.hpp"

/// The wiring: who is started with what, in which order, and how it all ends. Nothing is decided
/// here.
namespace headroom {
namespace {

timestamp wall_clock_now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

/// The kernel's generator, by its own system call. std::random_device names no source: GCC 12's
/// takes the processor's RDSEED where there is one, which no kernel has mixed with anything, and
/// four bytes at a time. Up to 256 bytes come whole; before the generator is seeded, at boot, the
/// call waits.
hash256 system_random() {
  hash256 out;
  while (::getrandom(out.bytes.data(), out.bytes.size(), 0) != ssize_t{hash256::size})
    if (errno != EINTR) throw std::system_error{errno, std::generic_category(), "getrandom"};
  return out;
}

persistence::reader_settings reader_of(const config::settings& s) {
  auto out = s.reader;
  out.conninfo = s.store.conninfo;
  out.connect_timeout = s.store.connect_timeout;
  out.backing = {s.polygon.chain_id, s.route.usdc};
  return out;
}

http::server_settings http_of(const config::settings& s, const actors::signing_domain& domain,
                              const std::vector<chain::x402::terms>& terms) {
  http::server_settings out;
  static_cast<http::http_settings&>(out) = s.http;
  out.profile = s.profile;
  out.bet_domain = domain;
  out.withdrawals = s.core.withdrawal;
  out.withdrawal_network = "eip155:" + std::to_string(s.polygon.chain_id);
  out.withdrawal_asset = s.route.usdc;
  show_sources(out, s, terms);
  out.refused_rate.burst = std::max(1U, s.http.refused_rate.per_second);
  return out;
}

/// Declared behind the actor system: directory, webhooks and door outlive it, their handles must
/// not.
class letting_go {
 public:
  letting_go(caf::actor_system& sys, actors::directory& dir, webhook_house& webhooks,
             actors::records_door& records)
      : sys_{sys}, dir_{dir}, webhooks_{webhooks}, records_{records} {}
  ~letting_go() {
    actors::hide_timelines(sys_);
    webhooks_.stop();
    records_.set({});
    dir_.close();
  }
  letting_go(const letting_go&) = delete;
  letting_go& operator=(const letting_go&) = delete;

 private:
  caf::actor_system& sys_;
  actors::directory& dir_;
  webhook_house& webhooks_;
  actors::records_door& records_;
};

/// SIGINT and SIGTERM, as something to wait for: blocked in every thread, taken by sigwait.
class stop_signal {
 public:
  stop_signal() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGUSR1);  // our own give-up
    sigaddset(&set_, SIGUSR2);  // the house is this node's
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  /// The signal; SIGUSR1 when `give_up` was called, SIGUSR2 when `house_is_ours` was.
  int wait() const {
    int sig = 0;
    sigwait(&set_, &sig);
    return sig;
  }
  /// As wait(), for the end alone.
  int wait_for_the_end() const {
    int sig = SIGUSR2;
    while (sig == SIGUSR2) sig = wait();
    return sig;
  }
  static void give_up() { ::kill(::getpid(), SIGUSR1); }
  static void house_is_ours() { ::kill(::getpid(), SIGUSR2); }

 private:
  sigset_t set_{};
};

/// For whoever looks into the log of a service that would not end.
void log_who_is_left(caf::actor_system& sys) {
  for (const auto& kind : actors::registry::instance().kinds())
    if (kind.live > 0)
      spdlog::error("service.still_there kind={} actors={} messages_waiting={}", kind.name,
                    kind.live, kind.mailbox);
  spdlog::critical("service.does_not_end actors_running={}", sys.registry().running());
}

/// All that matters is in the books; what will not end is named and left behind.
[[noreturn]] void leave_at_once(caf::actor_system& sys, int code) {
  log_who_is_left(sys);
  spdlog::info("service.stopped clean=false");
  spdlog::shutdown();
  std::_Exit(code == 0 ? 6 : code);
}

/// CAF waits without a bound for every actor and every detached thread to end. Declared before the
/// actor system, so that it watches over its end too: what takes longer is named, and left behind.
class bounded_end {
 public:
  bounded_end() = default;
  bounded_end(const bounded_end&) = delete;
  bounded_end& operator=(const bounded_end&) = delete;
  ~bounded_end() {
    if (!watch_.joinable()) return;
    {
      const std::lock_guard lock{mutex_};
      ended_ = true;
    }
    changed_.notify_one();
    watch_.join();
    spdlog::info("service.stopped clean=true");
  }

  /// The end begins. `sys` is asked for who is left while it waits for them.
  void begin(caf::actor_system& sys, std::chrono::milliseconds patience, int code) {
    watch_ = std::thread{[this, &sys, patience, code] {
      std::unique_lock lock{mutex_};
      if (changed_.wait_for(lock, patience, [this] { return ended_; })) return;
      leave_at_once(sys, code);
    }};
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread watch_;
};

bool stop_guardian(caf::actor_system& sys, const actors::guardian_actor& guardian,
                   std::chrono::milliseconds patience) {
  caf::scoped_actor self{sys};
  bool ended = false;
  self->request(guardian, patience, actors::stop_atom::value)
      .receive([&](bool) { ended = true; },
               [&](const caf::error& e) {
                 spdlog::error("service.stop_failed reason={}", sys.render(e));
               });
  return ended;
}

/// Connections to read by: slow lists of the front and long reports hold up no money.
struct readers {
  explicit readers(const config::settings& s)
      : house{reader_of(s)},
        front{reader_of(s)},
        reports{reader_of(s)},
        events{reader_of(s)},
        records{reader_of(s)},
        payers{reader_of(s)},
        timelines{reader_of(s)} {}

  persistence::pg_reader house;
  persistence::pg_reader front;
  persistence::pg_reader reports;
  persistence::pg_reader events;
  persistence::pg_records records;
  actors::records_door door;  // of the actor that reads them
  persistence::payers payers;
  persistence::pg_timelines timelines;
};

// -- the household: who is started, in this order ------------------------------------------------

void add_books(household& house, persistence::pg_store& store, readers& read) {
  auto& sys = house.system();
  const auto w = house.world();
  auto& dir = w->dir;
  house.add<actors::journal_actor>(
      "journal",
      [&sys, w, &store] { return sys.spawn<caf::detached>(actors::journal_behavior, w, &store); },
      true);
  house.add<actors::query_actor>("query", [&sys, &read] {
    return sys.spawn<caf::detached>(actors::query_behavior, &read.house);
  });
  house.add_as<actors::query_actor>(
      "query.public",
      [&sys, &read] { return sys.spawn<caf::detached>(actors::query_behavior, &read.front); },
      [&dir](const actors::query_actor& handle) { dir.handles.set_public_query(handle); });
  house.add_as<actors::query_actor>(
      "query.reports",
      [&sys, &read] { return sys.spawn<caf::detached>(actors::reports_behavior, &read.reports); },
      [&dir](const actors::query_actor& handle) { dir.handles.set_reports(handle); });
  house.add_as<actors::query_actor>(
      "query.events",
      [&sys, &read] { return sys.spawn<caf::detached>(actors::query_behavior, &read.events); },
      [&dir](const actors::query_actor& handle) { dir.handles.set_events(handle); });
  house.add_as<actors::records_actor>(
      "records",
      [&sys, &read] { return sys.spawn<caf::detached>(actors::records_behavior, &read.records); },
      [&read](const actors::records_actor& handle) { read.door.set(handle); });
  house.add<actors::inspector_actor>(
      "inspector", [&sys, w] { return sys.spawn<caf::detached>(actors::inspector_behavior, w); });
  house.add<actors::buffer_actor>("buffer",
                                  [&sys, w] { return sys.spawn(actors::buffer_behavior, w); });
}

/// `memory`: what this process remembers beside the books.
void add_timelines(household& house, readers& read, const actors::flight_memory& memory) {
  auto& sys = house.system();
  house.add_as<actors::timeline_actor>(
      "timelines",
      [&sys, &read, memory] {
        return sys.spawn<caf::detached>(actors::timeline_behavior, &read.timelines, memory);
      },
      [&sys](const actors::timeline_actor& handle) { actors::show_timelines(sys, handle); });
}

void add_chains(household& house, const config::settings& s, const own_keys& keys,
                const outside& out, const std::shared_ptr<chain::source_gate>& gate,
                persistence::payers& payers) {
  add_wallets(house, s.plasma, senders_on(s.plasma, "plasma", keys, out), out.plasma);
  add_wallets(house, s.polygon, polygon_senders(s, keys, out), out.polygon);
  add_sources(house, s, keys, out, gate);
  add_venue(house, s, keys, out);
  chain::signature_settings signing;
  signing.nodes_are_ours = s.profile == "sandbox";
  house.add<actors::signature_actor>("signature", [signing, &sys = house.system(), &out, &payers] {
    return sys.spawn<caf::detached>(
        chain::signature_behavior, signing, out.signatures,
        [&payers](const address& user) { return payers.chains_of(user); });
  });
}

/// The door: HTTP, and what a service manager is told.
class front {
 public:
  front(const config::settings& s, caf::actor_system& sys, actors::directory& dir,
        const webhook_house& webhooks, const own_keys& keys,
        const std::shared_ptr<const chain::source_gate>& gate, const actors::records_door& records)
      : settings_{s},
        account_{keys.conversion.account},
        domain_{domain_of(s, account_)},
        terms_{terms_of(s, keys)},
        ethereum_{chain::make_ethereum_port(domain_)},
        x402_{chain::make_x402_port(terms_, gate)},
        server_{http_of(s, domain_, terms_),
                {sys, dir, *ethereum_, *x402_, wall_clock_now, &webhooks.door, &records}} {}

  /// False, and why is logged: it cannot.
  bool open() try {
    server_.start();
    std::printf("headroom listening on http://%s:%u\n", settings_.http.address.c_str(),
                unsigned{server_.port()});
    std::fflush(stdout);
    spdlog::info("service.started port={} account={} profile={}", server_.port(), account_.hex(),
                 settings_.profile);
    return true;
  } catch (const std::runtime_error& e) {
    spdlog::error("service.cannot_listen reason=\"{}\"", e.what());
    return false;
  }
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  /// A service manager hears from now on how it is.
  void announce() { told_.emplace(settings_, server_.port()); }

  void close(actors::directory& dir, int sig) {
    spdlog::info("service.stopping signal={}", sig);
    if (told_) told_->stopping();
    dir.users.drain();
    server_.stop();
    told_.reset();
  }

 private:
  const config::settings& settings_;
  const address account_;
  const actors::signing_domain domain_;
  const std::vector<chain::x402::terms> terms_;
  const std::unique_ptr<actors::ethereum_port> ethereum_;
  const std::unique_ptr<actors::x402_port> x402_;
  http::server server_;
  std::optional<supervised> told_;
};

/// Others have taken this node's place: it ends as if it had been killed, and nothing of it goes
/// out any more.
[[noreturn]] void end_replaced() {
  spdlog::critical("cluster.replaced");
  spdlog::default_logger()->flush();  // no shutdown: others log through it still
  std::_Exit(7);
}

/// Among others: stands by, with the door open for probes, until the house is this node's. The exit
/// code otherwise: 0 when a signal came first.
std::optional<int> stand_by(const config::settings& s, const stop_signal& stop, front& door,
                            std::unique_ptr<cluster::heart>& heart) {
  net::lease::of_process().limit();
  if (!door.open()) return 5;
  heart = enter_cluster(s, door.port(), HEADROOM_VERSION);
  if (!heart) return 3;
  door.announce();
  heart->start({stop_signal::house_is_ours, end_replaced});
  return stop.wait() == SIGUSR2 ? std::nullopt : std::optional{0};
}

/// Until a signal comes; the exit code. `opens`: the door is not open yet.
int serve_until_stopped(const stop_signal& stop, front& door, actors::directory& dir, bool opens) {
  if (opens) {
    if (!door.open()) return 5;
    door.announce();
  }
  const int sig = stop.wait_for_the_end();
  door.close(dir, sig);
  return sig == SIGUSR1 ? 4 : 0;
}

}  // namespace

int serve(const config::settings& s) {
  const stop_signal stop;  // before any thread starts: they inherit the mask
  const auto keys = read_keys(s);
  if (!keys) return 2;
  std::unique_ptr<cluster::heart> heart;  // null: this process is alone
  std::optional<persistence::pg_store> store;
  readers read{s};
  webhook_house webhooks{s, reader_of(s)};

  actors::directory dir{s.core.bet.max_live, s.core.balance.max_live,
                        s.core.deposit.max_live};  // the last actors still use it
  bounded_end end;
  caf::actor_system_config caf_config;
  caf_config.set("scheduler.policy", caf::atom("sharing"));  // docs/decisions/0002
  caf_config.set("scheduler.max-threads", std::size_t{s.workers});
  caf_config.set("scheduler.max-throughput", std::size_t{100});
  caf::actor_system sys{caf_config};
  const letting_go before_the_system_ends{sys, dir, webhooks, read.door};
  const auto gate = std::make_shared<chain::source_gate>();
  std::optional<front> door{std::in_place, s, sys, dir, webhooks, *keys, gate, read.door};
  outside out{sys, s, dir.gauges, wall_clock_now};  // its many clients while there is time
  if (s.cluster.enabled)
    if (const auto code = stand_by(s, stop, *door, heart)) {
      out.stop();
      if (heart) heart->leave();
      return *code;
    }
  store.emplace(s.store, heart ? heart->incarnation() : 0);
  if (const auto why = store->open(); !why.empty()) {
    spdlog::error("service.no_database reason=\"{}\"", why);
    out.stop();
    if (heart) heart->leave();
    return 3;
  }
  persistence::note_start(s.store.conninfo, wall_clock_now(), HEADROOM_VERSION);
  for (const auto& x : persistence::find_switches(s.store.conninfo))
    actors::heard_switch(dir.gauges, x);

  const auto w = std::make_shared<const actors::world>(
      actors::world{dir, wall_clock_now, system_random, core_of(s), screen_of(s, *keys)});
  dir.users.set_factories(
      [&sys, w](const address& user) { return sys.spawn(actors::balance_behavior, w, user); },
      [&sys, w](const bet_id& id) { return sys.spawn(actors::bet_behavior, w, id); },
      [&sys, w] { return sys.spawn(actors::deposit_behavior, w); },
      [&sys, w](const sale_id& id) { return sys.spawn(actors::sale_behavior, w, id); });
  dir.users.set_withdrawal_factory(
      [&sys, w](const withdrawal_id& id) { return sys.spawn(actors::withdrawal_behavior, w, id); });
  household house{sys, dir, w};
  add_books(house, *store, read);
  add_timelines(house, read, [](byte_view subject) {
    return actors::flight_story(actors::flight_ring::instance(), subject);
  });
  add_chains(house, s, *keys, out, gate, read.payers);
  add_settlement(house, s, *keys, out);
  add_treasury(house, s, *keys, out);
  add_repairs(house, s, *keys);
  add_webhooks(house, webhooks);
  const auto give_up = [](const std::string& why) {
    spdlog::critical("service.gives_up reason=\"{}\"", why);
    stop_signal::give_up();
  };
  const auto guardian = sys.spawn(actors::guardian_behavior, w, house.take(), give_up);
  actors::watch_guardian(guardian, dir, give_up);
  dir.handles.set(guardian);
  net::lease::of_process().furnished();

  const int code = serve_until_stopped(stop, *door, dir, heart == nullptr);
  door.reset();
  const bool ended = stop_guardian(sys, guardian, actors::longest_stop(s.core));
  out.stop();
  webhooks.stop();
  if (!ended) leave_at_once(sys, code);
  if (heart) heart->leave();
  end.begin(sys, s.core.guardian.stop_step, code);
  return code;
}

}  // namespace headroom
