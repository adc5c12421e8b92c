#include <nlohmann/json.hpp>

#include "chain/polymarket/venue_actor.hpp"
#include "tests/chain/polymarket/channel_house.hpp"
#include "tests/chain/polymarket/fake_venue.hpp"
#include "tests/support/passing_actors.hpp"

namespace headroom::test {
namespace {

using namespace std::chrono_literals;

constexpr auto token = 10'000'000ULL;

/// A venue actor with a user channel. One order is looked up, and followed: its trades are what
/// passes are for.
struct VenueChannel : ChannelHouse {
  fake_venue there;
  chain::polymarket::venue_settings settings;
  bool hold = false;  // reads of trades are answered when they are let go
  using late_read = late_actor<net::http_result>;
  std::vector<late_read> held;
  actors::venue_actor venue;
  actors::signed_order order;

  VenueChannel() {
    settings.url = "http://venue";
    settings.ws_url = "ws://venue/ws";
    settings.trade_passes_per_second = 10;
    settings.confirm_wait = 3'600s;
    settings.young_for = 3'600s;
    there.clock = [this] { return w->now().seconds(); };
    there.markets[std::to_string(token)];
  }
  ~VenueChannel() override {
    held.clear();
    venue = nullptr;
    end_all();
  }

  chain::http_actor client() {
    return own(
        sys.spawn([this](chain::http_actor::pointer self) -> chain::http_actor::behavior_type {
          return {[this, self](const chain::http_call& x) -> caf::result<net::http_result> {
            const auto path = x.request.url.substr(settings.url.size());
            ++there.by_reads[x.request.method + " " + path.substr(0, path.find('?'))];
            if (!hold || !path.starts_with("/data/trades")) return there.heard(x.request);
            held.push_back(own(sys.spawn(answers_late, this, x.request)));
            return self->delegate(held.back(), actors::get_atom::value);
          }};
        }));
  }
  /// By an actor of its own, while it runs itself: a promise leans on the scheduler of its actor's
  /// last turn.
  static late_read::behavior_type answers_late(late_read::pointer self, VenueChannel* test,
                                               const net::http_request& request) {
    const auto asked = std::make_shared<caf::typed_response_promise<net::http_result>>();
    return {[=](actors::get_atom) -> caf::result<net::http_result> {
              *asked = self->make_response_promise<net::http_result>();
              return *asked;
            },
            [=](actors::wake_atom) { asked->deliver(test->there.heard(request)); }};
  }
  void let_go() {
    hold = false;
    for (const auto& late : std::exchange(held, {})) caf::anon_send(late, actors::wake_atom::value);
    sched.run();
  }

  template <class Answer, class Question>
  Answer ask(Question question) {
    auto out = std::make_shared<Answer>();
    own(sys.spawn([=, to = venue](caf::event_based_actor* me) {
      me->request(to, caf::infinite, question)
          .then([out](Answer& x) { *out = std::move(x); },
                [](caf::error&) { ADD_FAILURE() << "refused"; });
    }));
    sched.run();
    return *out;
  }
  /// The venue gives a key, and the look is under way.
  void follow() {
    const auto silent = own(sys.spawn([]() -> chain::rpc_actor::behavior_type {
      return {[](const chain::rpc_request&) { return chain::rpc_result{}; }};
    }));
    venue = own(
        sys.spawn(chain::polymarket::venue_behavior, w, settings,
                  chain::polymarket::venue_accounts{
                      {"main", std::make_shared<chain::private_key>(*chain::private_key::parse(
                                   "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6"
                                   "b78690d"))}},
                  chain::polymarket::venue_doors{client(), client(), sockets.opener()}, silent));
    sched.run();
    const auto quote = ask<actors::order_quote>(
        actors::quote_order{uint256::of(token), 10_usdc, 500'000_micro, ""});
    order = ask<actors::signed_order>(quote);
    own(sys.spawn([question = actors::look_up_order{order, w->now(), w->now().plus(3'600s), true},
                   to = venue](caf::event_based_actor* me) {
      me->request(to, caf::infinite, question)
          .then([](actors::venue_answer&) {}, [](caf::error&) {});
    }));
    sched.run();
    advance(5s, 10ms);  // passes have slowed down to their longest pause
  }
  [[nodiscard]] std::size_t passes() const { return there.reads_of("/data/trades"); }
  /// Until a pass has just been.
  void after_a_pass() {
    const auto before = passes();
    for (int i = 0; i < 300 && passes() == before; ++i) advance(10ms, 10ms);
    ASSERT_EQ(passes(), before + 1);
  }
  [[nodiscard]] static std::string trade_of(const hash256& hash) {
    return json{{"event_type", "trade"},
                {"taker_order_id", hash.hex()},
                {"status", "MATCHED"},
                {"maker_orders", json::array()}}
        .dump();
  }
};

TEST_F(VenueChannel, AHintStartsThePassAtOnce) {
  follow();
  ASSERT_EQ(sockets.all.size(), 1U) << "the key that a read needed opened it";
  open(0);
  EXPECT_NE(sockets.all[0]->sent.at(0).find(R"("apiKey":"k")"), std::string::npos);
  after_a_pass();
  const auto before = passes();
  advance(100ms, 10ms);
  ASSERT_EQ(passes(), before) << "its time has not come";
  say(0, "PONG");
  hash256 stranger;
  stranger.bytes[0] = 1;
  say(0, trade_of(stranger));
  EXPECT_EQ(passes(), before) << "nobody looks for that one";
  say(0, trade_of(order.hash));
  EXPECT_EQ(passes(), before + 1);
}

TEST_F(VenueChannel, AHintThatComesDuringAPassStartsAnotherBehindIt) {
  follow();
  open(0);
  hold = true;
  after_a_pass();
  const auto before = passes();
  say(0, trade_of(order.hash));
  EXPECT_EQ(passes(), before) << "one at a time";
  let_go();
  EXPECT_EQ(passes(), before + 1) << "the page may have been read before it happened";
  advance(400ms, 10ms);
  EXPECT_EQ(passes(), before + 1) << "and no more than that";
}

TEST_F(VenueChannel, HintsCauseNoMorePassesThanTheirRateAllows) {
  settings.trade_passes_per_second = 2;
  follow();
  open(0);
  const auto before = passes();
  for (int i = 0; i < 1'000; ++i) {
    say(0, trade_of(order.hash));
    advance(10ms, 10ms);
  }
  EXPECT_LE(passes() - before, 24U) << "2 a second and what was saved up";
  EXPECT_GE(passes() - before, 18U);
}

TEST_F(VenueChannel, PollingRelaxesOnlyWhileTheSocketSpeaksOfOrders) {
  follow();
  open(0);
  const auto in_five_seconds = [&] {
    const auto before = passes();
    for (int i = 0; i < 5; ++i) {
      advance(1s, 10ms);
      if (!sockets.all[0]->dropped) say(0, "PONG");
    }
    return passes() - before;
  };
  EXPECT_GE(in_five_seconds(), 9U) << "PONG alone proves nothing";
  say(0, trade_of(order.hash));
  const auto relaxed = in_five_seconds();
  EXPECT_GE(relaxed, 4U);
  EXPECT_LE(relaxed, 6U);
  advance(11s, 10ms);
  EXPECT_GE(in_five_seconds(), 9U) << "it has said nothing of orders for a while";
  say(0, trade_of(order.hash));
  close(0);
  after_a_pass();  // the pause that was under way
  EXPECT_GE(in_five_seconds(), 9U) << "it is gone";
}

TEST_F(VenueChannel, WithoutASocketEverythingIsPolled) {
  sockets.refuse = true;
  follow();
  EXPECT_GE(sockets.asked, 2) << "it is tried";
  const auto before = passes();
  advance(5s, 10ms);
  EXPECT_GE(passes() - before, 9U);
}

TEST_F(VenueChannel, WithoutAUrlNoneIsOpened) {
  settings.ws_url = "";
  follow();
  EXPECT_EQ(sockets.asked, 0);
  EXPECT_GE(passes(), 9U);
}

}  // namespace
}  // namespace headroom::test
