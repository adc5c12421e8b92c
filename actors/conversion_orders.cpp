#include <spdlog/spdlog.h>

#include "actors/alerts.hpp"
#include "actors/conversion_driver.hpp"

/// What operators ordered of conversions, as the books have it. An order is obeyed at least once: a
/// restart obeys the newest again, and none of them does harm twice.
namespace headroom::actors {
namespace {

constexpr std::string_view on_hold_alert = "conversion.on_hold";
constexpr std::string_view refused_alert = "conversion.order_refused";

/// What was not done by then is done by the transfer that a human named.
std::vector<conversion_step> settled_steps(const conversion& row, timestamp now) {
  auto out = row.steps;
  for (auto& s : out) {
    s.by_depth = false;  // by that human's word, whatever becomes of earlier proofs
    if (s.state == "done") continue;
    s.state = "done";
    s.amount_out = row.order.received;
    s.tx_hash = row.order.proof.tx_hash;
    s.detail = "settled by " + row.order.by + ": " + row.order.reason;
    s.finished_at = now;
  }
  return out;
}

}  // namespace

void conversion_driver::obey(const std::vector<conversion>& rows) {
  for (const auto& row : rows) {
    if (row.order.number == 0 || st_.ended.contains(row.id)) continue;
    if (is_end(row.order.word)) {
      // Whether or not its hold was ever seen: driven on, its money would leave a second time.
      if (auto* r = find(row.id)) r->on_hold = true;
      end_as_ordered(row);
    } else if (auto* r = find(row.id); r != nullptr && row.order.number > r->obeyed) {
      obey(row.id, *r, row.order);
    }
  }
}

void conversion_driver::obey(const conversion_id& id, running& r, const conversion_order& order) {
  r.obeyed = order.number;
  r.on_hold = order.word == order_word::hold;
  r.rescue = order.word == order_word::retry;
  r.stopped = false;
  r.next_look = {};
  if (order.word == order_word::release) r.troubled_at.reset();  // its own route is asked first
  if (order.word == order_word::release || order.word == order_word::retry)
    r.progress.forgive(order.at);
  auto& alerts = w_.dir.gauges.alerts();
  if (r.on_hold) {
    alerts.raise(on_hold_alert, id.text(), "on hold by " + order.by + ": " + order.reason,
                 w_.now());
  } else {
    alerts.clear(on_hold_alert, id.text(), w_.now());
  }
  spdlog::warn("conversion.ordered conversion={} word={} by={} reason=\"{}\"", id.text(),
               to_string(order.word), order.by, order.reason);
  drive(id);  // or once its route has answered what it was asked before
}

void conversion_driver::end_as_ordered(const conversion& row) {
  const auto& order = row.order;
  if (const auto* r = find(row.id); r != nullptr && r->busy) return;  // its answer comes first
  if (order.word == order_word::settle) {
    const auto loss = sub_saturating(row.amount, order.received);
    return end_by(w_.dir.handles.get<buffer_actor>(), row.id,
                  complete_conversion{
                      row.id, settled_steps(row, w_.now()), order.received, {}, loss, w_.now()});
  }
  end_by(w_.dir.handles.get<journal_actor>(), row.id,
         append{write_off_conversion{
             row.id, row.amount, "written off by " + order.by + ": " + order.reason, w_.now()}});
}

/// Without an answer the next poll asks again: committing twice changes nothing.
template <class Handle, class Message>
void conversion_driver::end_by(const Handle& to, const conversion_id& id, Message message) {
  if (!to || !st_.ending.insert(id).second) return;
  self_->request(to, w_.settings.patience.append, std::move(message))
      .then(
          [self = self_, id](const committed&) {
            conversion_driver d{self};
            d.st_.ending.erase(id);
            d.ended(id);
            for (const auto kind : {on_hold_alert, refused_alert})
              d.w_.dir.gauges.alerts().clear(kind, id.text(), d.w_.now());
            spdlog::warn("conversion.ended_by_order conversion={}", id.text());
          },
          [self = self_, id](const caf::error& e) {
            conversion_driver d{self};
            d.st_.ending.erase(id);
            if (is_final(e))
              d.w_.dir.gauges.alerts().raise(
                  refused_alert, id.text(),
                  "the books refuse the ordered end: " + std::string{to_string(code_of(e))},
                  d.w_.now());
          });
}

}  // namespace headroom::actors
