#include "http/asking.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/idempotency.hpp"
#include "http/order_progress.hpp"
#include "http/own_data.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

void answer_page(exchange& x, const bet_page& page) {
  const auto show = [&](const bet& b) { return bet_document(b, x.services().ethereum); };
  x.reply_json(to_text(page_document("bets", list_of(page.bets, show), page.next_cursor)));
}

bool is_missing(const caf::error& e) { return actors::code_of(e) == errc::not_found; }

/// Promised, not in the books, and no actor is at it: an entry of a dead one may still wait in the
/// journal, which answers after it. Then there is none, and never will be.
task<bet> find_in_journal(exchange& x, bet promised) {
  auto& dir = x.services().dir;
  const auto journal = dir.handles.get<actors::journal_actor>();
  const auto row = co_await ask<bet>(x, journal, actors::get_atom::value, promised.id);
  if (row) co_return *row;
  if (!is_missing(row.error())) throw problem_of(row.error());
  if (dir.users.find_bet(promised.id)) co_return promised;  // a repeat
  auto& ours = x.shared().promised;
  ours.refused(promised.id, "unavailable: it was interrupted before it began", x.services().now());
  const auto refused = ours.look(promised.id, actor_bridge::clock::now());
  if (!refused) throw problem_of(row.error());
  co_return *refused;
}

/// The books first. What was promised is looked up before them: a bet that is taken meanwhile is
/// seen here or there.
task<bet> find_bet(exchange& x, bet_id id) {
  auto& dir = x.services().dir;
  const auto promised = x.shared().promised.look(id, actor_bridge::clock::now());
  const bool at_work = promised && dir.users.find_bet(id);
  const auto booked = co_await ask<bet>(x, dir.handles.public_query(), actors::get_atom::value, id);
  if (booked) co_return *booked;
  if (!is_missing(booked.error())) throw problem_of(booked.error());
  if (promised && (at_work || promised->status == bet_status::failed)) co_return *promised;
  if (promised) co_return co_await find_in_journal(x, *promised);
  // Promised by a process that is gone, perhaps.
  const auto stored =
      or_refuse(co_await ask<bet>(x, dir.handles.public_query(), actors::promised_atom::value, id));
  if (stored.status == bet_status::failed) co_return stored;
  x.shared().promised.promise(stored, actor_bridge::clock::now());
  co_return co_await find_in_journal(x, stored);
}

/// The bet that the asking key, or with `user_address` that user's signature, placed under this
/// Idempotency-Key. Asking places nothing.
bet_id named_by_key(const exchange& x, const principal& asker, const query_fields& query) {
  for (const auto* other : {"status", "token_id", "since", "until", "cursor", "limit"})
    if (query.text(other)) throw bad_field(other, "does not go with idempotency_key");
  const auto key = read_idempotency_key("idempotency_key", query.required("idempotency_key"));
  auto who = asker.name;
  if (const auto text = query.text("user_address")) {
    const auto user = read_address(x.services().ethereum, "user_address", *text);
    require_own(asker, user);
    who = user_name(user);
  }
  return id_named<bet_id>(x, purpose::bet, who, key);
}

bet_filter read_filter(const exchange& x, const principal& reader, const query_fields& query) {
  bet_filter out;
  std::optional<address> user;
  if (const auto text = query.text("user_address"))
    user = read_address(x.services().ethereum, "user_address", *text);
  user = listed_for(reader, user);
  out.has_user = user.has_value();
  out.user = user.value_or(address{});
  if (const auto text = query.text("status")) {
    const auto status = parse_bet_status(*text);
    if (!status) throw bad_field("status", "must be placing, filled, failed or settled");
    out.has_status = true;
    out.status = *status;
  }
  if (const auto text = query.text("token_id")) {
    if (!out.has_user) throw bad_field("token_id", "needs user_address beside it");
    out.has_token = true;
    out.token = read_token("token_id", *text);
  }
  out.created = read_window(query);
  if (const auto text = query.text("cursor")) out.cursor = read_cursor("cursor", *text);
  out.limit = read_count("limit", query.text("limit").value_or("50"), 1, 200);
  return out;
}

/// Whoever may not see it hears the same as for one that is not there.
task<> show_found(exchange& x, const principal& reader, bet_id id) {
  const auto found = co_await find_bet(x, id);
  require_own(reader, found.user);
  std::string progress;
  if (found.status == bet_status::placing)
    progress = co_await progress_of(x, x.services().dir.users.find_bet(id));
  x.reply_json(to_text(bet_document(found, x.services().ethereum, progress)));
}

task<> list_bets(exchange& x, bet_filter filter) {
  auto page = co_await ask<bet_page>(x, x.services().dir.handles.public_query(), filter);
  answer_page(x, or_refuse(std::move(page), "cursor"));
}

}  // namespace

task<> get_bet(exchange& x) {
  const auto& reader = require_reader(x);
  const query_fields none{x.asked().query, {}};
  return show_found(x, reader, read_id<bet_id>("id", x.id()));
}

task<> get_bets(exchange& x) {
  const auto& reader = require_reader(x);
  const query_fields query{x.asked().query,
                           {"user_address", "status", "token_id", "since", "until", "cursor",
                            "limit", "idempotency_key"}};
  if (query.text("idempotency_key")) return show_found(x, reader, named_by_key(x, reader, query));
  return list_bets(x, read_filter(x, reader, query));
}

}  // namespace headroom::http
