#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "http/descriptors.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

using std::chrono::milliseconds;

/// Asks and does not read. Its window and its segments are so small that the kernel takes little of
/// an answer off the server's hands.
class slow_reader {
 public:
  slow_reader(std::uint16_t port, std::string_view asked)
      : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    const int window = 4096;
    const int segment = 1000;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
    ::setsockopt(socket_, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    send(asked);
  }
  ~slow_reader() { ::close(socket_); }
  slow_reader(const slow_reader&) = delete;
  slow_reader& operator=(const slow_reader&) = delete;

  void send(std::string_view bytes) {
    EXPECT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  [[nodiscard]] bool answered() const { return (events() & POLLIN) != 0; }
  /// The server has let go of it with bytes of ours unread, which is a reset; seen without reading.
  [[nodiscard]] bool cut() const { return (events() & (POLLERR | POLLHUP)) != 0; }

 private:
  [[nodiscard]] int events() const {
    pollfd look{socket_, POLLIN, 0};
    return ::poll(&look, 1, 0) == 1 ? look.revents : 0;
  }

  int socket_;
};

class Server : public house {
 protected:
  static constexpr auto bet_body =
      R"({"user_address":"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","token_id":"7",)"
      R"("amount":"25","max_price":"0.5"})";

  std::string bet_request(const std::string& key) const {
    auto headers = bearer(trade_key.text);
    headers.emplace_back("Idempotency-Key", key);
    return request_text("POST", "/bets", headers, bet_body);
  }
  bool one_bet_waits() {
    const std::lock_guard lock{says.mutex};
    return !says.placed.empty();
  }
  /// Whoever comes while this one stays sits on a last place; with max_connections = 1.
  std::unique_ptr<client> take_the_only_place() {
    std::unique_ptr<client> c;
    EXPECT_TRUE(eventually([&] {
      c = std::make_unique<client>(web->port());
      c->send(request_text("GET", "/healthz"));
      const auto r = c->receive();
      return r && r->header("connection").empty();
    }));
    return c;
  }
  /// /readyz answers ten times what the sockets between it and a slow reader hold.
  void have_much_to_say() {
    says.ready = [] { return actors::readiness{true, {{"journal", std::string(1'000'000, 'x')}}}; };
  }
};

TEST_F(Server, KeepsConnectionsAlive) {
  start();
  client c{web->port()};
  for (int i = 0; i < 3; ++i) {
    c.send(request_text("GET", "/healthz"));
    const auto r = c.receive();
    ASSERT_TRUE(r);
    EXPECT_EQ(r->status, 200);
    EXPECT_EQ(r->header("connection"), "");
    EXPECT_FALSE(r->header("date").empty());
  }
  c.send(request_text("GET", "/healthz", {{"Connection", "close"}}));
  EXPECT_EQ(c.receive()->header("connection"), "close");
  EXPECT_TRUE(c.closed_by_server());
}

TEST_F(Server, AnswersPipelinedRequestsInOrder) {
  start();
  client c{web->port()};
  std::string all;
  for (int i = 0; i < 20; ++i) {
    all += request_text("GET", "/buffer/max-bet?user_address=" + user_text, bearer(read_key.text));
    all += request_text("GET", "/healthz");
    all += request_text("GET", "/path-" + std::to_string(i));
  }
  c.send(all);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(c.receive()->json()["max_bet"], "40.00");
    EXPECT_EQ(c.receive()->json()["status"], "ok");
    EXPECT_EQ(c.receive()->json()["instance"], "/path-" + std::to_string(i));
  }
}

TEST_F(Server, ReadsRequestsByteByByte) {
  start();
  client c{web->port()};
  const auto text = bet_request("slowly");
  for (const char byte : text) c.send({&byte, 1});
  EXPECT_EQ(c.receive()->status, 201);
}

TEST_F(Server, ReadsChunkedBodies) {
  start();
  client c{web->port()};
  c.send(
      "POST /deposit HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "8\r\n{\"amount\r\n7\r\n\":\"50\"}\r\n0\r\n\r\n");
  EXPECT_EQ(c.receive()->status, 402);
}

TEST_F(Server, WelcomesAnExpectedBody) {
  start();
  client c{web->port()};
  c.send("POST /deposit HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 15\r\n\r\n");
  EXPECT_EQ(c.receive()->status, 100);
  c.send(R"({"amount":"50"})");
  EXPECT_EQ(c.receive()->status, 402);
}

TEST_F(Server, AnswersHeadWithoutABody) {
  start();
  client c{web->port()};
  c.send(request_text("HEAD", "/healthz") + request_text("GET", "/healthz"));
  const auto head = c.receive(true);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->header("content-length"), "15");
  EXPECT_EQ(c.receive()->body.size(), 15U);
}

TEST_F(Server, SpeaksHttp10) {
  start();
  client once{web->port()};
  once.send("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_EQ(once.receive()->header("connection"), "close");
  EXPECT_TRUE(once.closed_by_server());
  client twice{web->port()};
  for (int i = 0; i < 2; ++i) {
    twice.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(twice.receive()->header("connection"), "keep-alive");
  }
}

TEST_F(Server, TakesTheProxyFormOfATarget) {
  start();
  EXPECT_EQ(ask("GET", "http://example.org/healthz").status, 200);
}

TEST_F(Server, RefusesWhatIsNotHttpAndCloses) {
  start();
  for (const auto* text :
       {"hello\r\n\r\n", "GET /healthz HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/3.0\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nBad Header: 1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n"}) {
    SCOPED_TRACE(text);
    client c{web->port()};
    c.send(text);
    const auto r = c.receive();
    ASSERT_TRUE(r);
    expect_problem(*r, 400, "bad_request");
    EXPECT_EQ(r->header("connection"), "close");
    EXPECT_TRUE(c.closed_by_server());
  }
}

TEST_F(Server, BoundsTheHeader) {
  settings.max_header = 2048;
  start();
  client c{web->port()};
  c.send("GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + std::string(64 * 1024, 'x') + "\r\n\r\n");
  const auto r = c.receive();
  ASSERT_TRUE(r);
  expect_problem(*r, 431, "header_too_large");
  EXPECT_TRUE(c.closed_by_server());
}

TEST_F(Server, BoundsTheBody) {
  settings.max_body = 1024;
  start();
  const std::string big(1025, ' ');
  expect_problem(ask("POST", "/deposit", {}, big), 413, "payload_too_large");
  client c{web->port()};
  c.send("POST /deposit HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n401\r\n" + big +
         "\r\n0\r\n\r\n");
  const auto r = c.receive();
  ASSERT_TRUE(r);
  expect_problem(*r, 413, "payload_too_large");
}

TEST_F(Server, ASlowHeaderIsCutOff) {
  settings.header_timeout = milliseconds{150};
  start();
  client c{web->port()};
  c.send("GET /healthz HT");
  const auto r = c.receive();
  ASSERT_TRUE(r);
  expect_problem(*r, 408, "request_timeout");
  EXPECT_EQ(r->header("connection"), "close");
  EXPECT_TRUE(c.closed_by_server());
}

TEST_F(Server, ASlowBodyIsCutOff) {
  settings.request_timeout = milliseconds{150};
  start();
  client c{web->port()};
  c.send("POST /deposit HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{");
  const auto r = c.receive();
  ASSERT_TRUE(r);
  expect_problem(*r, 408, "request_timeout");
}

TEST_F(Server, AnIdleConnectionIsClosedSilently) {
  settings.idle_timeout = milliseconds{100};
  settings.header_timeout = milliseconds{100};
  start();
  client used{web->port()};
  used.send(request_text("GET", "/healthz"));
  EXPECT_EQ(used.receive()->status, 200);
  EXPECT_TRUE(used.closed_by_server());
  client silent{web->port()};
  EXPECT_TRUE(silent.closed_by_server());
}

/// While the strangers wait, everybody else is answered, and so are those whose turn it is.
TEST_F(Server, AFloodOfStrangersWaits) {
  settings.refused_rate = {1, 3};
  start();
  std::vector<std::unique_ptr<client>> strangers;
  for (int i = 0; i < 20; ++i) {
    strangers.push_back(std::make_unique<client>(web->port()));
    strangers.back()->send(request_text("GET", "/bets"));
  }
  EXPECT_EQ(get("/bets", read_key.text).status, 200);
  for (auto& c : strangers) {
    const auto r = c->receive();
    ASSERT_TRUE(r);
    expect_problem(*r, 401, "unauthorized");
  }
  strangers.front()->send(request_text("GET", "/bets"));  // held back when the end comes
  web->stop();
  const auto last = strangers.front()->receive();
  EXPECT_TRUE(!last || last->status == 401) << "owed, or never heard";
}

TEST_F(Server, BoundsItsConnections) {
  settings.max_connections = 2;
  start();
  const auto alive = [&](client& c) {
    c.send(request_text("GET", "/healthz"));
    const auto r = c.receive();
    return r && r->status == 200;
  };
  std::unique_ptr<client> a;
  std::unique_ptr<client> b;
  const auto fresh = [&](std::unique_ptr<client>& c) {
    return eventually([&] { return alive(*(c = std::make_unique<client>(web->port()))); });
  };
  ASSERT_TRUE(fresh(a) && fresh(b));
  client third{web->port()};
  third.send(request_text("GET", "/buffer/status"));
  const auto r = third.receive();
  ASSERT_TRUE(r);
  expect_problem(*r, 503, "overloaded");
  EXPECT_TRUE(third.closed_by_server());
  EXPECT_TRUE(alive(*a));
  a.reset();
  EXPECT_TRUE(fresh(a));  // a place became free
}

TEST_F(Server, HealthIsAnsweredWhenEveryPlaceIsTaken) {
  settings.max_connections = 4;
  settings.header_timeout = std::chrono::minutes{1};
  start();
  std::vector<std::unique_ptr<client>> flood;
  for (int i = 0; i < 600; ++i) {
    flood.push_back(std::make_unique<client>(web->port()));
    if (i % 2 == 0) flood.back()->send("GET /healthz HT");
  }
  for (int i = 0; i < 3; ++i)
    for (const auto* path : {"/healthz", "/readyz", "/metrics"})
      EXPECT_EQ(get(path).status, 200) << path;
  expect_problem(get("/buffer/status"), 503, "overloaded");
  expect_problem(get("/bets", read_key.text), 503, "overloaded");
  EXPECT_NE(metric("headroom_http_refused_connections_total"), "0");
}

TEST_F(Server, TheLastPlacesGoToWhoeverAsks) {
  settings.max_connections = 1;
  start();
  ASSERT_TRUE(eventually([&] { return metric("headroom_http_connections") != ""; }));
  client silent{web->port()};  // takes the one place, or one of the last
  std::vector<std::unique_ptr<client>> asking;
  for (int i = 0; i < 400; ++i) {
    asking.push_back(std::make_unique<client>(web->port()));
    asking.back()->send(request_text("GET", "/healthz"));
  }
  int answered = 0;
  for (auto& c : asking)
    if (const auto r = c->receive()) answered += r->status == 200;
  EXPECT_GT(answered, 0);
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(Server, WhoDoesNotReadIsCutFromALastPlaceLongBeforeTheRequestTimeout) {
  settings.max_connections = 1;
  settings.request_timeout = std::chrono::minutes{1};
  have_much_to_say();
  start();
  const auto holder = take_the_only_place();
  slow_reader reader{web->port(), request_text("GET", "/readyz")};
  ASSERT_TRUE(eventually([&] { return reader.answered(); }));
  reader.send("and more");  // while the answer is written nothing is read
  EXPECT_TRUE(eventually([&] { return reader.cut(); }));
}

TEST_F(Server, WhoDoesNotReadMakesRoomForWhoeverAsks) {
  settings.admin_address = "127.0.0.1";
  settings.request_timeout = std::chrono::minutes{1};
  have_much_to_say();
  start();
  std::vector<std::unique_ptr<slow_reader>> readers;
  for (std::size_t i = 0; i < operators_places; ++i)
    readers.push_back(
        std::make_unique<slow_reader>(web->admin_port(), request_text("GET", "/readyz")));
  for (const auto& r : readers) ASSERT_TRUE(eventually([&] { return r->answered(); }));
  client c{web->admin_port()};
  c.send(request_text("GET", "/healthz"));
  const auto r = c.receive();
  ASSERT_TRUE(r);
  EXPECT_EQ(r->status, 200);
}

TEST_F(Server, WhoSaysNothingLosesALastPlaceLongBeforeTheHeaderTimeout) {
  settings.max_connections = 1;
  settings.header_timeout = std::chrono::minutes{1};
  start();
  const auto holder = take_the_only_place();
  client silent{web->port()};
  client slow{web->port()};
  slow.send("GET /healthz HT");
  const auto r = slow.receive();
  ASSERT_TRUE(r);
  expect_problem(*r, 408, "request_timeout");
  EXPECT_TRUE(slow.closed_by_server());
  EXPECT_TRUE(silent.closed_by_server());
}

TEST_F(Server, OperatorsHaveADoorOfTheirOwn) {
  settings.max_connections = 1;
  settings.public_metrics = false;
  settings.admin_address = "127.0.0.1";
  start();
  ASSERT_NE(web->admin_port(), 0);
  ASSERT_NE(web->admin_port(), web->port());
  client silent{web->port()};
  client c{web->admin_port()};
  for (const auto* path : {"/healthz", "/readyz", "/metrics", "/healthz"}) {
    c.send(request_text("GET", path));
    const auto r = c.receive();
    ASSERT_TRUE(r) << path;
    EXPECT_EQ(r->status, 200) << path;
  }
  for (const auto* path : {"/buffer/status", "/inspector/actors", "/nothing"}) {
    c.send(request_text("GET", path, bearer(full_key.text)));
    const auto r = c.receive();
    ASSERT_TRUE(r) << path;
    expect_problem(*r, 404, "not_found");
  }
}

TEST_F(Server, TheOperatorsDoorIsOpenWhileRequestsAreDrained) {
  says.hold_bets = true;
  settings.admin_address = "127.0.0.1";
  settings.drain_timeout = std::chrono::seconds{20};
  start();
  client running{web->port()};
  running.send(bet_request("running"));
  ASSERT_TRUE(eventually([&] { return one_bet_waits(); }));
  dir->users.drain();
  std::thread stopper{[&] { web->stop(); }};
  client c{web->admin_port()};
  c.send(request_text("GET", "/readyz"));
  const auto r = c.receive();
  release_bets();
  stopper.join();
  ASSERT_TRUE(r);
  EXPECT_EQ(r->status, 503);
  EXPECT_EQ(r->json()["parts"]["service"], "shutting down");
  EXPECT_TRUE(c.closed_by_server());
}

TEST(Descriptors, ThoseOfTheHouseAreKeptBack) {
  EXPECT_GE(reserved_descriptors, 256U + last_places);
  EXPECT_EQ(affordable_connections(1024, 1'048'576), 1024U);
  EXPECT_EQ(affordable_connections(8000, 4096), 4096 - reserved_descriptors);
  EXPECT_EQ(affordable_connections(1024, 100), 50U);
  EXPECT_EQ(affordable_connections(10, 1024), 10U);
}

TEST(Descriptors, TheSoftLimitIsRaisedToTheHardOne) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{std::min<rlim_t>(256, before.rlim_max), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
}

TEST_F(Server, BoundsWhatIsInFlight) {
  settings.max_in_flight = 1;
  says.hold_bets = true;
  start();
  client waiting{web->port()};
  waiting.send(bet_request("held"));
  ASSERT_TRUE(eventually([&] { return one_bet_waits(); }));
  expect_problem(get("/bets", read_key.text), 503, "overloaded");
  EXPECT_EQ(get("/healthz").status, 200);  // probes are always answered
  EXPECT_EQ(metric("headroom_http_refused_requests_total"), "1");
  release_bets();
  EXPECT_EQ(waiting.receive()->status, 201);
  EXPECT_EQ(get("/bets", read_key.text).status, 200);
}

TEST_F(Server, DrainsRunningRequestsBeforeItStops) {
  says.hold_bets = true;
  settings.drain_timeout = std::chrono::seconds{20};
  start();
  client running{web->port()};
  running.send(bet_request("running"));
  ASSERT_TRUE(eventually([&] { return one_bet_waits(); }));
  client idle{web->port()};
  idle.send(request_text("GET", "/healthz"));
  ASSERT_EQ(idle.receive()->status, 200);

  std::thread stopper{[&] { web->stop(); }};
  EXPECT_TRUE(idle.closed_by_server());
  EXPECT_TRUE(eventually([&] {
    try {
      return client{web->port()}.closed_by_server();
    } catch (const std::exception&) {
      return true;  // nobody listens any more
    }
  }));
  release_bets();
  const auto r = running.receive();
  ASSERT_TRUE(r);
  EXPECT_EQ(r->status, 201);
  EXPECT_EQ(r->header("connection"), "close");
  stopper.join();
}

TEST_F(Server, CutsWhatDoesNotEndInTime) {
  says.hold_bets = true;
  settings.drain_timeout = milliseconds{100};
  start();
  client stuck{web->port()};
  stuck.send(bet_request("stuck"));
  ASSERT_TRUE(eventually([&] { return one_bet_waits(); }));
  web->stop();  // comes back although the bet is still held
  EXPECT_FALSE(stuck.receive());
  release_bets();  // the late answer finds nobody, and hurts nobody
  web->stop();     // repeats safely
}

TEST_F(Server, SurvivesClientsThatLeaveBeforeTheirAnswer) {
  says.hold_bets = true;
  start();
  for (int i = 0; i < 20; ++i) client{web->port()}.send(bet_request("gone-" + std::to_string(i)));
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock{says.mutex};
    return says.placed.size() == 20;
  }));
  release_bets();
  EXPECT_TRUE(eventually([&] { return metric("headroom_http_requests_in_flight") == "1"; }));
}

TEST_F(Server, SeveralThreadsShareOnePort) {
  settings.threads = 2;
  start();
  std::vector<std::unique_ptr<client>> clients;
  for (int i = 0; i < 32; ++i) clients.push_back(std::make_unique<client>(web->port()));
  for (auto& c : clients)
    c->send(
        request_text("GET", "/buffer/max-bet?user_address=" + user_text, bearer(read_key.text)));
  for (auto& c : clients) EXPECT_EQ(c->receive()->status, 200);
}

TEST_F(Server, ATakenPortIsAnError) {
  start();
  for (const unsigned threads : {1U, 2U}) {
    auto taken = settings;
    taken.port = web->port();
    taken.threads = threads;
    server second{taken, {*system, *dir, ethereum, x402, [] { return Server::now(); }}};
    try {
      second.start();
      ADD_FAILURE() << "two servers on one port";
    } catch (const std::runtime_error& e) {
      EXPECT_NE(std::string{e.what()}.find("cannot listen on 127.0.0.1:"), std::string::npos);
    }
  }
}

TEST_F(Server, AWrongAddressIsAnError) {
  settings.address = "localhost";
  EXPECT_THROW(
      (server{settings, {*system, *dir, ethereum, x402, [] { return Server::now(); }}}.start()),
      std::runtime_error);
}

}  // namespace
}  // namespace headroom::http::test
