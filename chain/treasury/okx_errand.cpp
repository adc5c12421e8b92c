#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/treasury/okx_run.hpp"
#include "domain/operation_purpose.hpp"
#include "net/json.hpp"

/// Requests that move money at the exchange: stored, sent once, looked up by their client id.
namespace headroom::chain {
namespace {

constexpr std::uint32_t most_tries = 64;    // of one series
constexpr std::uint32_t most_rows = 1'024;  // of all
/// Marks the first of a series that an operator has asked for.
constexpr std::string_view anew = ", anew";
constexpr std::size_t most_missing = 256;
constexpr std::chrono::minutes remembered{15};  // longer than any look lasts
constexpr std::string_view doubt_alert = "route.exchange_in_doubt";
constexpr std::string_view review_alert = "route.exchange_review";

/// The outbox keeps one open request per account and service, for services with a sequence. OKX has
/// none: each request is an account of its own.
address account_of(const operation_id& id) {
  address out;
  std::copy(id.bytes.begin(), id.bytes.end(), out.bytes.begin() + 4);
  return out;
}

/// It was refused at the door: asking again costs nothing but time.
bool costs_a_try(const external_operation& r) {
  return !r.detail.starts_with("OKX says 429") && !r.detail.starts_with("OKX says 50011");
}

std::string remote_id_of(const nlohmann::json& rows) {
  if (rows.empty()) return {};
  for (const auto* key : {"wdId", "ordId", "transId"})
    if (const auto* text = net::text_member(rows.front(), key)) return *text;
  return {};
}

}  // namespace

okx_run::okx_run(const leg_house& house, okx_desk_ptr desk, actors::run_step x, promise p,
                 bool at_once)
    : sending_step{house.self, *house.w, *house.tally, std::move(x), std::move(p)},
      desk_{std::move(desk)},
      s_{desk_->settings},
      at_once_{at_once} {}

operation_id okx_run::id_of(const std::string& what, std::uint32_t which) const {
  auto step = x_;
  step.attempt = 0;
  return operation_of(step, what + "/" + std::to_string(which));
}

std::string okx_run::client_id_of(const row& r) { return to_hex(r.id.bytes); }

// -- tries ---------------------------------------------------------------------------------------

/// Counted are the tries that failed, of the last series: an order that has got a part of what it
/// asked for has not.
void okx_run::go(const errand_ptr& e, std::uint32_t first_try) {
  if (first_try == 0) tries_ = 0;
  if (first_try >= most_rows) return unreadable("too many tries to " + e->purpose);
  const auto outbox = w_.dir.handles.get<actors::external_outbox_actor>();
  if (!outbox) return unreadable("the outbox cannot be read");
  self_
      ->request(outbox, w_.settings.patience.load, actors::find_external{id_of(e->what, first_try)})
      .then(
          [run = me(), e, which = first_try](const std::vector<row>& rows) {
            if (rows.empty()) {
              if (run->tries_ < most_tries || run->at_once_) return e->prepare(which);
              return run->unreadable("too many tries to " + e->purpose +
                                     ": an operator's retry begins anew");
            }
            const auto& r = rows.back();
            if (r.purpose.ends_with(anew)) run->tries_ = 0;
            switch (r.status) {
              case external_status::failed:
                if (costs_a_try(r)) ++run->tries_;
                return run->go(e, which + 1);
              case external_status::confirmed: return e->happened(r, which);
              case external_status::in_doubt: return run->unreadable("in doubt: " + r.detail);
              case external_status::stored:
              case external_status::accepted: return e->look(r, which);
            }
          },
          [run = me()](const caf::error&) { run->unreadable("the outbox cannot be read"); });
}

void okx_run::post(const errand_ptr& e, std::uint32_t which, nlohmann::json body) {
  row r;
  r.id = id_of(e->what, which);
  const auto now = self_->clock().now();
  std::erase_if(desk_->sending, [now](const auto& s) { return now - s.second > remembered; });
  if (!desk_->sending.try_emplace(r.id, now).second)
    return waiting("asks to " + e->purpose + ", by another look");
  r.service = okx_name;
  r.account = account_of(r.id);
  body[e->id_key] = client_id_of(r);
  r.request = net::to_text(body);
  r.request_hash = keccak256(r.request);
  r.purpose = e->purpose + std::string{tries_ < most_tries ? "" : anew};
  r.created_at = w_.now();
  r.give_up_at = r.created_at.plus(s_.not_found_for);
  record(std::move(r), [run = me(), e, which](const row& stored) {
    run->fetch(run->desk_->door.web, run->desk_->post(run->w_.now(), e->target, stored.request),
               [run, e, which, stored](const net::http_result& answer) {
                 run->answered(e, which, stored, okx::read_answer(answer));
               });
  });
}

void okx_run::answered(const errand_ptr& e, std::uint32_t which, row r, const okx::answer& a) {
  desk_->heard(w_, a);
  switch (a.is) {
    case okx::verdict::done:
      r.status = external_status::accepted;
      r.remote_id = remote_id_of(a.rows);
      return record(std::move(r),
                    [run = me(), e, which](const row& taken) { e->look(taken, which); });
    case okx::verdict::refused: return nothing_happened(std::move(r), a.words);
    case okx::verdict::unknown: break;
  }
  waiting("asked to " + e->purpose + ": " + a.words);
}

void okx_run::record(row r, std::function<void(const row&)> then) {
  const auto outbox = w_.dir.handles.get<actors::external_outbox_actor>();
  if (!outbox) return unreadable("the outbox cannot be written");
  r.updated_at = w_.now();
  auto kept = r;
  kept.purpose = to_string({r.purpose, x_.conversion});
  self_->request(outbox, w_.settings.patience.append, record_external{std::move(kept)})
      .then([run = me(), r, then = std::move(then)](bool) { then(r); },
            [run = me(), r](const caf::error& e) {
              if (r.status == external_status::stored) run->desk_->sending.erase(r.id);
              run->unreadable("the outbox: " + std::string{to_string(actors::code_of(e))});
            });
}

void okx_run::nothing_happened(row r, const std::string& why) {
  r.status = external_status::failed;
  r.detail = why;
  record(std::move(r), [run = me(), why](const row& ended) {
    run->found(ended);
    run->not_reviewed();
    run->failed({}, why);
  });
}

void okx_run::found(const row& r) {
  if (desk_->missing.erase(r.id) > 0)
    w_.dir.gauges.alerts().clear(doubt_alert, client_id_of(r), w_.now());
}

/// Counted from the first such word in this life: a restart waits anew.
void okx_run::not_found(const row& r, bool leaves) {
  auto& all = desk_->missing;
  const auto now = self_->clock().now();
  if (all.size() >= most_missing && !all.contains(r.id))
    all.erase(std::min_element(all.begin(), all.end(),
                               [](const auto& a, const auto& b) { return a.second < b.second; }));
  const auto since = all.try_emplace(r.id, now).first->second;
  if (now - since < s_.not_found_for)
    return waiting("asked to " + r.purpose + ": OKX does not know it yet");
  if (r.status == external_status::accepted && (leaves || !at_once_))
    return unreadable("OKX took the request to " + r.purpose + " and does not show it");
  if (!leaves || at_once_) return nothing_happened(r, "OKX never had the request to " + r.purpose);
  const auto why = "the request to " + r.purpose + " had no answer and OKX does not know it (" +
                   client_id_of(r) + "): it is not sent again";
  w_.dir.gauges.alerts().raise(doubt_alert, client_id_of(r), why, w_.now());
  unreadable("in doubt: " + why);
}

// -- within the exchange -------------------------------------------------------------------------

void okx_run::move(const std::string& what, const std::string& coin, usdc amount,
                   const std::string& from, const std::string& to, std::function<void()> then) {
  auto e = std::make_shared<errand>();
  e->what = what;
  e->purpose = "move " + coin + " from account " + from + " to " + to;
  e->target = "/api/v5/asset/transfer";
  e->id_key = "clientId";
  // Not by the errand's own pointer: it would own itself.
  e->prepare = [run = me(), weak = std::weak_ptr<const errand>{e}, coin, amount, from,
                to](std::uint32_t which) {
    run->post(weak.lock(), which,
              {{"ccy", coin}, {"amt", to_string(amount)}, {"from", from}, {"to", to}});
  };
  e->look = [run = me(), then](const row& r, std::uint32_t) {
    run->ask_okx("/api/v5/asset/transfer-state?type=0&clientId=" + client_id_of(r),
                 [run, r, then](const okx::answer& a) {
                   if (says_none(a)) return run->not_found(r, false);
                   if (a.is != okx::verdict::done) return run->unreadable(a.words);
                   const auto state = okx::find_transfer(a.rows, client_id_of(r));
                   if (!state) return run->unreadable("OKX' answer cannot be read");
                   if (state->empty()) return run->not_found(r, false);
                   run->found(r);
                   if (*state == "failed")
                     return run->nothing_happened(r, "OKX did not " + r.purpose);
                   if (*state != "success") return run->waiting("moves within the exchange");
                   auto ended = r;
                   ended.status = external_status::confirmed;
                   run->record(std::move(ended), [then](const row&) { then(); });
                 });
  };
  e->happened = [then](const row&, std::uint32_t) { then(); };
  go(e, 0);
}

// -- questions -----------------------------------------------------------------------------------

void okx_run::ask_okx(const std::string& target, std::function<void(const okx::answer&)> then) {
  fetch(desk_->door.web, desk_->get(w_.now(), target),
        [run = me(), then = std::move(then)](const net::http_result& r) {
          const auto a = okx::read_answer(r);
          run->desk_->heard(run->w_, a);
          then(a);
        });
}

/// Other codes of its trade (51) and asset (58) parts say that something is out of order, and
/// nothing of what was asked for.
bool okx_run::says_none(const okx::answer& a) {
  constexpr std::string_view none[] = {okx::no_such_order, okx::no_such_transfer,
                                       okx::no_such_withdrawal};
  return a.is == okx::verdict::refused &&
         std::find(std::begin(none), std::end(none), a.code) != std::end(none);
}

void okx_run::reviewed(const std::string& words) {
  w_.dir.gauges.alerts().raise(review_alert, x_.conversion.text(), words, w_.now());
  stop_route(words);
  waiting("held by the exchange: " + words);
}

void okx_run::not_reviewed() {
  w_.dir.gauges.alerts().clear(review_alert, x_.conversion.text(), w_.now());
}

}  // namespace headroom::chain
