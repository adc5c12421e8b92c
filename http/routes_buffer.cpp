#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

constexpr std::size_t longest_reference = 200;

void answer_status(exchange& x, const buffer_status& s) {
  json_writer w{640};
  w.open();
  write_buffer_status(w, s);
  w.close();
  x.reply_json(w.take());
}

void refuse_change(exchange& x, const caf::error& e) {
  auto p = problem_of(e, "max_buffer_size");  // against a minimum that only the buffer knows
  const auto code = actors::code_of(e);
  if (code == errc::timed_out || code == errc::in_doubt)
    p.detail =
        "the outcome is not known yet; repeat the request with the same Idempotency-Key: it "
        "is booked at most once";
  x.refuse(p);
}

}  // namespace

void get_buffer_status(exchange& x) {
  const query_fields none{x.asked().query, {}};
  x.ask<buffer_status>(
      x.services().dir.handles.get<actors::buffer_actor>(),
      [](exchange& y, const buffer_status& s) { answer_status(y, s); }, actors::get_atom::value);
}

void post_replenish(exchange& x) {
  const auto& key = require_scope(x, {scope::admin});
  const query_fields none{x.asked().query, {}};
  const auto idempotency_key = require_idempotency_key(x);
  const body_fields body{x.asked().body, {"amount", "reference"}};
  actors::replenish_buffer wanted;
  wanted.amount = read_amount("amount", body.required("amount"));
  wanted.reference = read_text("reference", body.required("reference"), longest_reference);
  std::string seed{"headroom.replenish"};
  seed.append(1, '\0').append(key.name).append(1, '\0').append(idempotency_key);
  wanted.id = replenish_id::from_digest(x.services().ethereum.keccak256(
      {reinterpret_cast<const std::uint8_t*>(seed.data()), seed.size()}));
  wanted.by = key.id;
  auto& dir = x.services().dir;
  if (dir.users.draining())
    return x.refuse(problem_of(errc::shutting_down, "no new money is booked"));
  x.ask_or<buffer_status>(
      dir.handles.get<actors::buffer_actor>(),
      [](exchange& y, const buffer_status& s) {
        if (s.replayed) y.mark_replayed();
        answer_status(y, s);
      },
      refuse_change, wanted);
}

/// Sets absolute values, so repeating it changes nothing: an Idempotency-Key is welcome and not
/// needed (docs/decisions/0011).
void patch_buffer(exchange& x) {
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
  if (dir.users.draining()) return x.refuse(problem_of(errc::shutting_down));
  x.ask_or<buffer_status>(
      dir.handles.get<actors::buffer_actor>(),
      [](exchange& y, const buffer_status& s) { answer_status(y, s); }, refuse_change, limits);
}

}  // namespace headroom::http
