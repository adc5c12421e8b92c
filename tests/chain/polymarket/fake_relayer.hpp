#pragma once

#include <algorithm>
#include <deque>
#include <map>

#include "chain/polymarket/relayer_actor.hpp"
#include "net/json.hpp"
#include "tests/chain/polymarket/fake_venue.hpp"

namespace headroom::test {

namespace pm = chain::polymarket;

/// The relayer and the outbox in memory, and the order of what happened to them.
struct fake_relayer {
  std::uint64_t nonce = 5;                 // of the wallet
  std::deque<net::http_result> on_submit;  // answered in this order; then: accepted
  std::string state = "STATE_NEW";         // of what was accepted
  std::string words;                       // its errorMsg
  bool reads_work = true;
  std::vector<std::string> bodies;         // every POST /submit
  std::vector<net::http_headers> headers;  // with them
  std::vector<std::string> events;         // "store stored", "POST", "store accepted", ...

  bool outbox_works = true;
  std::map<operation_id, external_operation> rows;

  net::http_result heard(const net::http_request& x) {
    const auto path = x.url.substr(std::string_view{"http://relayer"}.size());
    if (x.method == "POST" && path == "/submit") return submitted(x);
    if (!reads_work) return {};
    if (path.starts_with("/v1/account/transactions/params?"))
      return fake_venue::answer(200,
                                json{{"address", "0x00"}, {"nonce", std::to_string(nonce)}}.dump());
    return fake_venue::answer(200, json::array({{{"transactionID", "tx-1"},
                                                 {"transactionHash", "0x" + std::string(64, 'a')},
                                                 {"state", state},
                                                 {"errorMsg", words}}})
                                       .dump());
  }

 private:
  net::http_result submitted(const net::http_request& x) {
    events.push_back("POST");
    bodies.push_back(x.body);
    headers.push_back(x.headers);
    if (!on_submit.empty()) {
      auto out = on_submit.front();
      on_submit.pop_front();
      return out;
    }
    return fake_venue::answer(200, R"({"transactionID":"tx-1","state":"STATE_NEW"})");
  }
};

inline chain::http_actor spawn_relayer(caf::actor_system& sys, fake_relayer* r) {
  return sys.spawn([r]() -> chain::http_actor::behavior_type {
    return {[r](const chain::http_call& x) { return r->heard(x.request); }};
  });
}

inline actors::external_outbox_actor spawn_outbox(caf::actor_system& sys, fake_relayer* r) {
  using rows = std::vector<external_operation>;
  return sys.spawn([r]() -> actors::external_outbox_actor::behavior_type {
    return {
        [r](const record_external& x) -> caf::result<bool> {
          if (!r->outbox_works) return make_error(errc::unavailable);
          constexpr const char* names[] = {"stored", "accepted", "confirmed", "failed", "in_doubt"};
          r->events.push_back(std::string{"store "} + names[static_cast<int>(x.row.status)]);
          r->rows[x.row.id] = x.row;
          return true;
        },
        [r](const actors::find_external& x) -> caf::result<rows> {
          if (!r->outbox_works) return make_error(errc::unavailable);
          const auto i = r->rows.find(x.id);
          return i == r->rows.end() ? rows{} : rows{i->second};
        },
        [r](const actors::open_externals& x) -> caf::result<rows> {
          if (!r->outbox_works) return make_error(errc::unavailable);
          rows out;
          for (const auto& [id, row] : r->rows)
            if (row.service == x.service && row.account == x.account && is_open(row.status))
              out.push_back(row);
          return out;
        },
        [](actors::status_atom) {
          return actors::status_report{"outbox", {}};
        },
    };
  });
}

}  // namespace headroom::test
