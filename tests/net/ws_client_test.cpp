#include "net/ws_client.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>

#include "tests/net/http_server.hpp"
#include "tests/net/ws_server.hpp"

namespace headroom::net {
namespace {

using namespace std::chrono_literals;
using chain::test::http_server;
using chain::test::peer;
using test::identity;
using test::ws_peer;
using test::ws_server;

constexpr auto patience = 10s;  // longer than anything here takes

/// What a socket told; shared with its callbacks, which may come late.
class told {
 public:
  static ws_events events(const std::shared_ptr<told>& to) {
    return {[to] { to->change([&] { ++to->opened_; }); },
            [to](std::string text) { to->change([&] { to->texts_.push_back(std::move(text)); }); },
            [to](std::string why) {
              to->change([&] {
                ++to->closes_;
                to->why_ = std::move(why);
              });
            }};
  }

  bool wait_open() {
    return wait([this] { return opened_ > 0; });
  }
  /// The first `n` messages, or fewer when they do not come.
  std::vector<std::string> wait_texts(std::size_t n) {
    wait([&] { return texts_.size() >= n; });
    const std::lock_guard lock{mutex_};
    return texts_;
  }
  std::string wait_closed() {
    if (!wait([this] { return closes_ > 0; })) return "still open";
    const std::lock_guard lock{mutex_};
    return why_;
  }
  int opened() { return locked(opened_); }
  int closes() { return locked(closes_); }

 private:
  template <class What>
  void change(What what) {
    {
      const std::lock_guard lock{mutex_};
      what();
    }
    changed_.notify_all();
  }
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, patience, condition);
  }
  int locked(const int& value) {
    const std::lock_guard lock{mutex_};
    return value;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int opened_ = 0;
  int closes_ = 0;
  std::vector<std::string> texts_;
  std::string why_;
};

/// One socket of a client of its own.
struct one_socket {
  std::shared_ptr<told> heard = std::make_shared<told>();
  ws_client client;
  std::unique_ptr<ws_socket> socket;

  explicit one_socket(const std::string& url, ws_client_options options = {})
      : client{std::move(options)}, socket{client.open(url, told::events(heard))} {}
};

void echo(ws_peer& p) {
  while (const auto text = p.read()) p.write(*text);
}

TEST(WsClient, TextGoesBothWaysInItsOrder) {
  std::promise<std::pair<std::string, std::string>> upgrade;
  ws_server server{[&](ws_peer& p) {
    upgrade.set_value({p.target, p.user_agent});
    echo(p);
  }};
  one_socket x{server.url("/ws/user?a=b"), {.user_agent = "someone"}};
  ASSERT_TRUE(x.socket);
  for (const char* text : {"first", "", "third"}) EXPECT_TRUE(x.socket->send(text));
  EXPECT_EQ(x.heard->wait_texts(3), (std::vector<std::string>{"first", "", "third"}));
  EXPECT_EQ(x.heard->opened(), 1);
  EXPECT_EQ(upgrade.get_future().get(),
            (std::pair<std::string, std::string>{"/ws/user?a=b", "someone"}));
}

TEST(WsClient, BinaryMessagesAreSignsOfLifeAndNoMore) {
  ws_server server{[](ws_peer& p) {
    p.write("\x01\x02", true);
    p.write("text");
    p.wait_for_close();
  }};
  one_socket x{server.url()};
  EXPECT_EQ(x.heard->wait_texts(1), std::vector<std::string>{"text"});
  EXPECT_EQ(x.heard->closes(), 0);
}

// -- what ends it --------------------------------------------------------------------------------

TEST(WsClient, WhoDoesNotUpgradeIsNamedByItsAnswer) {
  http_server forbids{[](peer& p) {
    p.read();
    p.answer("<html>", "403 Forbidden");
  }};
  one_socket x{"ws://127.0.0.1:" + std::to_string(forbids.port()) + "/"};
  EXPECT_EQ(x.heard->wait_closed(), "the upgrade was answered with 403");
  EXPECT_EQ(x.heard->opened(), 0);
}

TEST(WsClient, GarbageRefusalAndSilenceInsteadOfAnUpgradeEndIt) {
  http_server garbage{[](peer& p) {
    p.read();
    p.write("\x16\x03 is no HTTP\r\n\r\n");
  }};
  http_server silent{[](peer& p) { p.wait_for_close(); }};
  for (const auto port : {garbage.port(), silent.port(), chain::test::closed_port()}) {
    one_socket x{"ws://127.0.0.1:" + std::to_string(port) + "/", {.connect_timeout = 200ms}};
    const auto why = x.heard->wait_closed();
    EXPECT_NE(why, "still open");
    EXPECT_EQ(why == "timeout", port == silent.port()) << why;
    EXPECT_EQ(x.heard->opened(), 0);
    EXPECT_EQ(x.heard->closes(), 1);
  }
}

TEST(WsClient, SilenceEndsAnOpenSocket) {
  ws_server server{[](ws_peer& p) { p.wait_for_close(); }};
  one_socket x{server.url(), {.idle_timeout = 200ms}};
  EXPECT_TRUE(x.heard->wait_open());
  EXPECT_EQ(x.heard->wait_closed(), "timeout");
}

TEST(WsClient, AMessageThatIsTooLargeEndsItUntold) {
  ws_server server{[](ws_peer& p) {
    p.write(std::string(1'000, 'a'));
    p.write(std::string(1'001, 'b'));
    p.wait_for_close();
  }};
  one_socket x{server.url(), {.max_message = 1'000}};
  EXPECT_NE(x.heard->wait_closed(), "still open");
  EXPECT_EQ(x.heard->wait_texts(1), std::vector<std::string>{std::string(1'000, 'a')});
}

TEST(WsClient, ThePeersFarewellSaysItsCodeAndACutConnectionEnds) {
  ws_server leaves{[](ws_peer& p) { p.close(1008); }};
  one_socket x{leaves.url()};
  EXPECT_EQ(x.heard->wait_closed(), "closed by the peer with code 1008");
  ws_server cuts{[](ws_peer& p) { p.cut(); }};
  one_socket y{cuts.url()};
  EXPECT_NE(y.heard->wait_closed(), "still open");
  EXPECT_EQ(y.heard->closes(), 1);
}

TEST(WsClient, ADroppedSocketSaysFarewell) {
  std::promise<std::uint16_t> code;
  ws_server server{[&](ws_peer& p) {
    p.wait_for_close();
    code.set_value(p.farewell());
  }};
  one_socket x{server.url()};
  ASSERT_TRUE(x.heard->wait_open());
  x.socket.reset();
  EXPECT_EQ(code.get_future().get(), 1000);
  EXPECT_EQ(x.heard->wait_closed(), "closed");
}

// -- bounds --------------------------------------------------------------------------------------

TEST(WsClient, WhatNobodyTakesIsLeftWithThePeer) {
  std::promise<void> marked;
  ws_server server{[&](ws_peer& p) {
    for (const char* text : {"1", "2", "3", "4", "5"}) p.write(text);
    if (p.read()) marked.set_value();
    p.wait_for_close();
  }};
  one_socket x{server.url(), {.max_unread = 2, .idle_timeout = 5s}};
  EXPECT_EQ(x.heard->wait_texts(2).size(), 2U);
  x.socket->send("marker");
  ASSERT_EQ(marked.get_future().wait_for(patience), std::future_status::ready);
  EXPECT_EQ(x.heard->wait_texts(2).size(), 2U) << "the third was here before the marker was there";
  for (std::size_t n = 2; n < 5; ++n) {
    x.socket->took();
    EXPECT_EQ(x.heard->wait_texts(n + 1).size(), n + 1);
  }
  EXPECT_EQ(x.heard->wait_texts(5), (std::vector<std::string>{"1", "2", "3", "4", "5"}));
}

TEST(WsClient, WhatWaitsToBeSentIsBounded) {
  http_server silent{[](peer& p) { p.wait_for_close(); }};
  one_socket x{"ws://127.0.0.1:" + std::to_string(silent.port()) + "/", {.max_unsent = 100}};
  EXPECT_TRUE(x.socket->send(std::string(50, 'a')));
  EXPECT_FALSE(x.socket->send(std::string(50, 'a')));
  EXPECT_TRUE(x.socket->send(std::string(10, 'a'))) << "what was refused takes no place";
}

TEST(WsClient, ForeignUrlsAndOneTooManyNeverBegin) {
  ws_server server{echo};
  const auto heard = std::make_shared<told>();
  ws_client client{{.max_open = 1}};
  for (const char* url : {"", "http://127.0.0.1/", "ws:/127.0.0.1", "wss://a@b/", "ws://h:99999/"})
    EXPECT_FALSE(client.open(url, told::events(heard))) << url;
  const auto first = client.open(server.url(), told::events(heard));
  ASSERT_TRUE(first);
  EXPECT_FALSE(client.open(server.url(), told::events(heard)));
  EXPECT_TRUE(heard->wait_open());
  EXPECT_EQ(heard->closes(), 0);
}

TEST(WsClient, APlaceIsFreeAgainWhenItsSocketEnded) {
  ws_client client{{.max_open = 1}};
  const auto url = "ws://127.0.0.1:" + std::to_string(chain::test::closed_port()) + "/";
  for (int i = 0; i < 3; ++i) {
    const auto heard = std::make_shared<told>();
    const auto socket = client.open(url, told::events(heard));
    ASSERT_TRUE(socket) << i;
    EXPECT_NE(heard->wait_closed(), "still open");
  }
}

// -- the end of the client -----------------------------------------------------------------------

TEST(WsClient, StopEndsEverySocketOnceAndSocketsOutliveIt) {
  ws_server server{echo};
  http_server silent{[](peer& p) { p.wait_for_close(); }};
  std::vector<std::shared_ptr<told>> all;
  std::vector<std::unique_ptr<ws_socket>> sockets;
  {
    ws_client client;
    for (const auto& url :
         {server.url(), "ws://127.0.0.1:" + std::to_string(silent.port()) + "/"}) {
      all.push_back(std::make_shared<told>());
      sockets.push_back(client.open(url, told::events(all.back())));
      ASSERT_TRUE(sockets.back());
    }
    ASSERT_TRUE(all.front()->wait_open());
    client.stop();
    for (const auto& heard : all) {
      EXPECT_EQ(heard->closes(), 1) << "before stop() came back";
      EXPECT_EQ(heard->wait_closed(), "stopped");
    }
    EXPECT_FALSE(client.open(server.url(), told::events(std::make_shared<told>())));
  }
  EXPECT_FALSE(sockets.front()->send("too late"));
  sockets.front()->took();
  sockets.clear();
  for (const auto& heard : all) EXPECT_EQ(heard->closes(), 1);
}

TEST(WsClient, MayBeDestroyedByItsOwnCallback) {
  struct shared {
    std::shared_ptr<ws_client> client = std::make_shared<ws_client>();
    std::promise<void> begun, gone;
  };
  const auto x = std::make_shared<shared>();
  const auto socket =
      x->client->open("ws://127.0.0.1:" + std::to_string(chain::test::closed_port()) + "/",
                      {[] {}, [](const std::string&) {},
                       [x](const std::string&) {
                         x->begun.get_future().wait();  // open() is over
                         x->client.reset();
                         x->gone.set_value();
                       }});
  auto gone = x->gone.get_future();
  x->begun.set_value();
  ASSERT_EQ(gone.wait_for(patience), std::future_status::ready);
  EXPECT_FALSE(socket->send("nobody"));
}

// -- TLS -----------------------------------------------------------------------------------------

TEST(WsClient, TrustsTheRightCertificateAlone) {
  const auto ca = std::filesystem::temp_directory_path() /
                  ("headroom-ws-ca-" + std::to_string(::getpid()) + ".pem");
  const identity id{"localhost"}, stranger{"localhost"}, other{"example.com"};
  ws_server server{echo, &id}, unknown{echo, &stranger}, misnamed{echo, &other};
  std::ofstream{ca} << id.certificate;
  {
    one_socket x{server.url(), {.ca_file = ca.string()}};
    x.socket->send("over TLS");
    EXPECT_EQ(x.heard->wait_texts(1), std::vector<std::string>{"over TLS"});
    one_socket y{unknown.url(), {.ca_file = ca.string()}};
    EXPECT_NE(y.heard->wait_closed(), "still open");
    EXPECT_EQ(y.heard->opened(), 0);
    EXPECT_EQ(unknown.upgrades(), 0);
  }
  std::ofstream{ca} << other.certificate;
  one_socket z{misnamed.url(), {.ca_file = ca.string()}};
  EXPECT_NE(z.heard->wait_closed(), "still open");
  EXPECT_EQ(misnamed.upgrades(), 0);
  std::filesystem::remove(ca);
}

}  // namespace
}  // namespace headroom::net
