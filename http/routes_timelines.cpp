#include "actors/timeline_actor.hpp"
#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/fields.hpp"
#include "http/json_values.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

json subject_document(const timeline_subject& s, const actors::ethereum_port& ethereum) {
  return object({
      {"kind", to_string(s.kind)},
      {"id", s.id},
      {"status", s.status},
      {"user_address", s.user.is_zero() ? json() : json(ethereum.print_address(s.user))},
      {"amount", s.amount},
      {"created_at", s.created_at},
      {"updated_at", s.updated_at},
      {"question", text_or_null(s.question)},
      {"outcome", text_or_null(s.outcome)},
  });
}

json event_document(const timeline_event& e) {
  return object({
      {"at", e.place.at},
      {"at_us", e.place.at.us},
      {"lane", to_string(e.lane)},
      {"what", e.what},
      {"actor", e.actor},
      {"took_us", value_if(e.took_us >= 0, e.took_us)},
      {"amount", value_if(e.has_amount, e.amount)},
      {"detail", text_or_null(e.detail)},
      {"kept", e.kept},
  });
}

json gap_document(const timeline_gap& g) {
  return object({
      {"from", g.from},
      {"to", g.to},
      {"us", g.to.us - g.from.us},
      {"named", g.named},
  });
}

json posting_document(const timeline_posting& p) {
  return object({
      {"at", p.at},
      {"kind", to_string(p.shape.kind)},
      {"debit", to_string(p.shape.debit)},
      {"credit", to_string(p.shape.credit)},
      {"amount", p.amount},
  });
}

json sum_document(const timeline_sum& s) {
  return object({{"account", to_string(s.of)}, {"change", s.change}});
}

json operation_document(const timeline_operation& o) {
  return object({
      {"operation_id", o.id},
      {"attempt", o.attempt},
      {"chain_id", value_if(o.chain_id != 0, o.chain_id)},
      {"service", text_or_null(o.service)},
      {"nonce", o.nonce},
      {"tx_hash", o.tx_hash},
      {"purpose", o.purpose},
      {"status", o.status},
      {"block_number", value_if(o.block_number != 0, o.block_number)},
      {"fee_wei", text_or_null(o.fee_wei)},
      {"created_at", o.created_at},
      {"updated_at", o.updated_at},
  });
}

void answer_timeline(exchange& x, const timeline_page& t) {
  x.reply_json(to_text(object({
      {"subject", subject_document(t.subject, x.services().ethereum)},
      {"events", list_of(t.events, event_document)},
      {"gaps", list_of(t.gaps, gap_document)},
      {"postings", list_of(t.postings, posting_document)},
      {"sums", list_of(t.sums, sum_document)},
      {"operations", list_of(t.operations, operation_document)},
      {"complete", t.complete},
      {"next_cursor", text_or_null(t.next_cursor)},
  })));
}

/// Of the subject that the path names.
template <class Id>
task<> tell(exchange& x, timeline_kind kind) {
  require_scope(x, {scope::inspect});
  const query_fields query{x.asked().query, {"cursor", "limit"}};
  timeline_request wanted;
  wanted.kind = kind;
  wanted.id = read_id<Id>("id", x.id()).bytes;
  if (const auto text = query.text("cursor")) wanted.cursor = read_cursor("cursor", *text);
  wanted.limit = read_count("limit", query.text("limit").value_or("1000"), 1, most_timeline_events);
  const auto teller = actors::find_timelines(x.services().system);
  answer_timeline(x, or_refuse(co_await ask<timeline_page>(x, teller, wanted), "cursor"));
}

}  // namespace

task<> get_bet_timeline(exchange& x) { return tell<bet_id>(x, timeline_kind::bet); }
task<> get_sale_timeline(exchange& x) { return tell<sale_id>(x, timeline_kind::sale); }
task<> get_deposit_timeline(exchange& x) { return tell<deposit_id>(x, timeline_kind::deposit); }
task<> get_conversion_timeline(exchange& x) {
  return tell<conversion_id>(x, timeline_kind::conversion);
}
task<> get_withdrawal_timeline(exchange& x) {
  return tell<withdrawal_id>(x, timeline_kind::withdrawal);
}

}  // namespace headroom::http
