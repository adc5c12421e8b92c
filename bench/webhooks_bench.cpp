// Question: how many deliveries a second does one core carry, from rows of events to rows that say
// they were answered? Expected: 1,000 at least.
//
// The real actor, tables and HTTP client before a receiver on loopback that answers at once. The
// receiver's own time is a part of what is measured; PostgreSQL's is not when it has a core of its
// own. Prints one line of JSON and ends.
// usage: headroom_webhooks_bench DATABASE EVENTS RECEIVERS    (an empty database)
#include <sys/resource.h>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <caf/all.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <pqxx/pqxx>
#include <stdexcept>
#include <thread>

#include "bench/house.hpp"
#include "persistence/migrations.hpp"
#include "persistence/pg_webhooks.hpp"
#include "webhooks/webhook_actor.hpp"

namespace headroom::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using clock = std::chrono::steady_clock;

/// Answers 204 to everything, one request after the other on each connection.
class receiver {
 public:
  receiver() : acceptor_{io_, {asio::ip::address_v4::loopback(), 0}} {
    accept();
    thread_ = std::thread{[this] { io_.run(); }};
  }
  ~receiver() {
    io_.stop();
    thread_.join();
  }
  receiver(const receiver&) = delete;
  receiver& operator=(const receiver&) = delete;
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/";
  }

 private:
  struct session : std::enable_shared_from_this<session> {
    explicit session(asio::ip::tcp::socket s) : socket{std::move(s)} {}
    void read() {
      asked = {};
      http::async_read(socket, buffer, asked, [me = shared_from_this()](auto ec, std::size_t) {
        if (!ec) me->answer();
      });
    }
    void answer() {
      said = {http::status::no_content, 11};
      said.keep_alive(true);
      http::async_write(socket, said, [me = shared_from_this()](auto ec, std::size_t) {
        if (!ec) me->read();
      });
    }
    asio::ip::tcp::socket socket;
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> asked;
    http::response<http::empty_body> said;
  };
  void accept() {
    acceptor_.async_accept([this](auto ec, asio::ip::tcp::socket s) {
      if (!ec) std::make_shared<session>(std::move(s))->read();
      if (!ec) accept();
    });
  }

  asio::io_context io_{1};
  asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

std::int64_t count(pqxx::connection& db, const char* query) {
  pqxx::nontransaction tx{db};
  return tx.exec1(query)[0].as<std::int64_t>();
}

void fill_events(pqxx::connection& db, std::uint32_t events) {
  pqxx::work tx{db};
  tx.exec_params0(
      "INSERT INTO events (type, subject, user_address, amount, created_at) SELECT 1,"
      " decode(md5(n::text), 'hex'), decode(repeat('ab', 20), 'hex'), n, now()"
      " FROM generate_series(1, $1) n",
      events);
  tx.commit();
}

struct measured {
  std::int64_t deliveries = 0;
  double seconds = 0;
  double cpu = 0;
};

measured measure(const std::string& database, std::uint32_t events, std::uint32_t receivers) {
  persistence::migrate(database);
  pqxx::connection db{database};
  receiver to;
  webhooks::webhook_settings settings;
  settings.sandbox = true;
  persistence::reader_settings reads;
  reads.conninfo = database;
  persistence::pg_webhooks store{reads};
  webhooks::guarded_way_out out{settings};
  actors::webhook_counters counters;
  actors::directory dir{64};
  for (std::uint32_t n = 0; n < receivers; ++n) {
    webhook row;
    row.id.bytes[0] = static_cast<std::uint8_t>(n + 1);
    row.url = to.url();
    row.secret = byte_vector(32, 7);
    row.created_at = row.updated_at = wall_clock_now();
    if (!store.add(row, "bench")) throw std::runtime_error("no database");
  }
  fill_events(db, events);
  caf::actor_system_config config;
  config.set("scheduler.max-threads", std::size_t{1});
  caf::actor_system sys{config};
  const auto w = std::make_shared<const actors::world>(
      actors::world{dir, wall_clock_now, [] { return hash256{}; }, {}});
  measured m;
  m.deliveries = std::int64_t{events} * receivers;
  const auto cpu = cpu_seconds();
  const auto began = clock::now();
  const auto teller = sys.spawn<caf::detached>(
      webhooks::webhook_behavior, w, webhooks::webhook_places{&store, &out, &counters}, settings);
  while (count(db, "SELECT count(*) FROM webhook_deliveries WHERE status = 1") < m.deliveries) {
    if (clock::now() - began > std::chrono::minutes{5}) throw std::runtime_error("too slow");
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  m.seconds = std::chrono::duration<double>(clock::now() - began).count();
  m.cpu = cpu_seconds() - cpu;
  caf::anon_send_exit(teller, caf::exit_reason::user_shutdown);
  sys.await_all_actors_done();
  out.stop();
  return m;
}

}  // namespace
}  // namespace headroom::bench

int main(int argc, char** argv) try {
  if (argc != 4) {
    std::fputs("usage: headroom_webhooks_bench DATABASE EVENTS RECEIVERS\n", stderr);
    return 2;
  }
  const auto events = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
  const auto receivers = static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10));
  const auto m = headroom::bench::measure(argv[1], events, receivers);
  const auto all = static_cast<double>(m.deliveries);
  std::printf("{\"deliveries\": %.0f, \"per_second\": %.0f, \"per_cpu_second\": %.0f}\n", all,
              all / m.seconds, all / m.cpu);
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "headroom_webhooks_bench: %s\n", e.what());
  return 1;
}
