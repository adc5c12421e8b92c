#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/idempotency.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

constexpr std::size_t longest_reference = 200;

void answer_status(exchange& x, const buffer_status& s) {
  x.reply_json(to_text(buffer_document(s)));
}

problem refusal_of_change(const caf::error& e) {
  auto p = problem_of(e, "max_buffer_size");  // against a minimum that only the buffer knows
  const auto code = actors::code_of(e);
  if (code == errc::timed_out || code == errc::in_doubt)
    p.detail =
        "the outcome is not known yet; repeat the request with the same Idempotency-Key: it "
        "is booked at most once";
  return p;
}

}  // namespace

task<> get_buffer_status(exchange& x) {
  const query_fields none{x.asked().query, {}};
  const auto buffer = x.services().dir.handles.get<actors::buffer_actor>();
  answer_status(x, or_refuse(co_await ask<buffer_status>(x, buffer, actors::get_atom::value)));
}

task<> post_replenish(exchange& x) {
  const auto& key = require_scope(x, {scope::admin});
  const query_fields none{x.asked().query, {}};
  const auto idempotency_key = require_idempotency_key(x);
  const body_fields body{x.asked().body, {"amount", "reference"}};
  actors::replenish_buffer wanted;
  wanted.amount = read_amount("amount", body.required("amount"));
  wanted.reference = read_text("reference", body.required("reference"), longest_reference);
  wanted.id = id_named<replenish_id>(x, purpose::replenish, key.name, idempotency_key);
  wanted.by = key.id;
  auto& dir = x.services().dir;
  if (dir.users.draining()) throw problem_of(errc::shutting_down, "no new money is booked");
  const auto booked =
      co_await ask<buffer_status>(x, dir.handles.get<actors::buffer_actor>(), wanted);
  if (!booked) throw refusal_of_change(booked.error());
  if (booked->replayed) x.mark_replayed();
  answer_status(x, *booked);
}

/// Sets absolute values, so repeating it changes nothing: an Idempotency-Key is welcome and not
/// needed (docs/decisions/0011).
task<> patch_buffer(exchange& x) {
  const auto& key = require_scope(x, {scope::admin});
  const query_fields none{x.asked().query, {}};
  const body_fields body{x.asked().body, {"min_buffer_size", "max_buffer_size"}};
  actors::buffer_limits limits;
  limits.by = key.id;
  limits.set_min = body.has("min_buffer_size");
  limits.set_max = body.has("max_buffer_size");
  if (!limits.set_min && !limits.set_max)
    throw problem_of(errc::bad_request, "give min_buffer_size, max_buffer_size or both");
  if (limits.set_min)
    limits.min_size = read_amount_or_zero("min_buffer_size", body.required("min_buffer_size"));
  if (limits.set_max && !body.is_null("max_buffer_size")) {  // null removes the cap
    limits.has_max = true;
    limits.max_size = read_amount("max_buffer_size", body.required("max_buffer_size"));
  }
  if (limits.set_min && limits.has_max && limits.max_size < limits.min_size)
    throw bad_field("max_buffer_size", "must not be below min_buffer_size");
  auto& dir = x.services().dir;
  if (dir.users.draining()) throw problem_of(errc::shutting_down);
  const auto changed =
      co_await ask<buffer_status>(x, dir.handles.get<actors::buffer_actor>(), limits);
  if (!changed) throw refusal_of_change(changed.error());
  answer_status(x, *changed);
}

}  // namespace headroom::http
