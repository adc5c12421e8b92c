#include "webhooks/webhook_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <tuple>

#include "actors/alerts.hpp"
#include "webhooks/receiver_url.hpp"
#include "webhooks/signature.hpp"
#include "webhooks/webhook_delivering.hpp"

namespace headroom::webhooks {
namespace {

using actors::webhook_change;

/// What operators may see of it again.
webhook without_secrets(webhook row) {
  row.secret.clear();
  row.old_secret.clear();
  return row;
}

webhook with_new_secret(const webhook& row) {
  auto out = without_secrets(row);
  out.shown_secret = secret_text(row.secret);
  return out;
}

/// What they say. Lives in one handler.
class webhook_office {
 public:
  explicit webhook_office(webhook_self self) : self_{self}, st_{self->state} {}

  caf::result<webhook> add(const actors::add_webhook& x) {
    if (!ready()) return make_error(errc::unavailable);
    if (auto why = why_not(x.url, st_.settings.sandbox); !why.empty())
      return make_error(errc::invalid_field, std::move(why));
    const bool known = st_.receivers.contains(x.id);
    if (!known && st_.receivers.size() >= most_webhooks)
      return make_error(errc::bad_request, "there are 32 webhooks, which is all there may be");
    webhook row;
    row.id = x.id;
    row.url = x.url;
    row.types = x.types;
    row.secret = new_secret();
    row.created_at = row.updated_at = st_.w->now();
    const auto stored = st_.at.store->add(row, x.by);
    if (!stored) return make_error(errc::unavailable);
    if (stored->replayed) return repeated(*stored, x);
    st_.receivers[x.id].row = *stored;
    spdlog::info("webhook.added webhook={} by={}", x.id.text(), x.by);
    return with_new_secret(*stored);
  }

  caf::result<std::vector<webhook>> list() {
    if (!ready()) return make_error(errc::unavailable);
    std::vector<webhook> out;
    for (const auto& [id, to] : st_.receivers) out.push_back(without_secrets(to.row));
    std::sort(out.begin(), out.end(), [](const webhook& a, const webhook& b) {
      return std::tie(a.created_at, a.id) < std::tie(b.created_at, b.id);
    });
    return out;
  }

  caf::result<webhook> get(const webhook_id& id) {
    if (!ready()) return make_error(errc::unavailable);
    const auto* to = find(id);
    if (to == nullptr) return make_error(errc::not_found);
    return without_secrets(to->row);
  }

  caf::result<webhook> change(const actors::change_webhook& x) {
    if (!ready()) return make_error(errc::unavailable);
    auto* to = find(x.id);
    if (to == nullptr) return make_error(errc::not_found);
    auto row = to->row;
    if (!x.url.empty()) {
      if (auto why = why_not(x.url, st_.settings.sandbox); !why.empty())
        return make_error(errc::invalid_field, std::move(why));
      row.url = x.url;
    }
    if (x.types != 0) row.types = x.types;
    row.updated_at = st_.w->now();
    if (x.rotate_secret) rotate(row);
    const auto how = switched(row, x);
    // Ends of before the change first: they are not about what is now.
    if (!webhook_delivering{self_}.flush() || !st_.at.store->change(row, how))
      return make_error(errc::unavailable);
    if (row.url != to->row.url) st_.at.out->forget(x.id);
    if (how.stop) webhook_delivering{self_}.drop_waiting(*to);
    to->row = row;
    spdlog::info("webhook.changed webhook={} action={} by={}", x.id.text(), how.action, x.by);
    return x.rotate_secret ? with_new_secret(row) : without_secrets(row);
  }

  caf::result<webhook> remove(const actors::remove_webhook& x) {
    if (!ready()) return make_error(errc::unavailable);
    auto* to = find(x.id);
    if (to == nullptr) return make_error(errc::not_found);
    webhook_change how;
    how.by = x.by;
    how.action = "webhook_removed";
    how.remove = true;
    to->row.updated_at = st_.w->now();
    if (!webhook_delivering{self_}.flush() || !st_.at.store->change(to->row, how))
      return make_error(errc::unavailable);
    auto out = without_secrets(to->row);
    refuse_tests(*to);
    st_.at.out->forget(x.id);
    st_.receivers.erase(x.id);
    auto& board = st_.w->dir.gauges.alerts();
    board.clear(webhook_alert::disabled, x.id.text(), st_.w->now());
    board.clear(webhook_alert::failing, x.id.text(), st_.w->now());
    spdlog::info("webhook.removed webhook={} by={}", x.id.text(), x.by);
    return out;
  }

  caf::result<webhook_delivery> test(const actors::test_webhook& x) {
    if (!ready()) return make_error(errc::unavailable);
    auto* to = find(x.id);
    if (to == nullptr) return make_error(errc::not_found);
    for (const auto& [number, sent] : to->sending)
      if (sent.row.is_test()) return make_error(errc::overloaded, "a test is under way");
    const auto row = st_.at.store->add_test(x.id, x.by, st_.w->now());
    if (!row) return make_error(errc::unavailable);
    auto promise = self_->make_response_promise<webhook_delivery>();
    st_.tests.emplace(row->number, promise);
    webhook_delivering{self_}.send(*to, {*row, {}});
    return promise;
  }

  caf::result<delivery_page> deliveries(const actors::webhook_deliveries& x) {
    if (!ready()) return make_error(errc::unavailable);
    if (find(x.webhook) == nullptr) return make_error(errc::not_found);
    delivery_filter filter{x.webhook, {}, x.before, x.limit};
    if (x.status >= 0) filter.status = static_cast<delivery_status>(x.status);
    if (!webhook_delivering{self_}.flush()) return make_error(errc::unavailable);
    auto page = st_.at.store->deliveries(filter);
    if (!page) return make_error(errc::unavailable);
    return std::move(*page);
  }

 private:
  /// The books have been read, also where the first look has not come yet.
  bool ready() { return webhook_delivering{self_}.load(); }

  webhook_state::receiver* find(const webhook_id& id) {
    const auto found = st_.receivers.find(id);
    return found == st_.receivers.end() ? nullptr : &found->second;
  }

  byte_vector new_secret() const {
    const auto random = st_.w->random();
    static_assert(hash256::size == secret_size);
    return {random.bytes.begin(), random.bytes.end()};
  }

  void rotate(webhook& row) const {
    row.old_secret = std::exchange(row.secret, new_secret());
    row.old_secret_until = row.updated_at.plus(st_.settings.old_secret);
  }

  /// A key that named another wish, or a webhook that was removed.
  caf::result<webhook> repeated(const webhook& stored, const actors::add_webhook& x) {
    if (find(x.id) == nullptr || stored.url != x.url || stored.types != x.types)
      return make_error(errc::key_reused);
    auto out = without_secrets(stored);
    out.replayed = true;
    return out;
  }

  /// What enabling or disabling does to the row.
  static webhook_change switched(webhook& row, const actors::change_webhook& x) {
    webhook_change how;
    how.by = x.by;
    if (x.rotate_secret) how.action = "webhook_secret_rotated";
    if (x.enable && !row.is_active()) {
      row.disabled_at = row.failing_since = {};
      row.disabled_reason.clear();
      how.action = "webhook_enabled";
      how.from_now = true;
    } else if (x.disable && row.is_active()) {
      row.disabled_at = row.updated_at;
      row.disabled_reason = "operator";
      how.action = "webhook_disabled";
      how.stop = true;
    }
    return how;
  }

  void refuse_tests(const webhook_state::receiver& of) {
    for (const auto& [number, sent] : of.sending)
      if (const auto asker = st_.tests.find(number); asker != st_.tests.end()) {
        asker->second.deliver(make_error(errc::not_found));
        st_.tests.erase(asker);
      }
  }

  webhook_self self_;
  webhook_state& st_;
};

actors::status_report status_of(const webhook_state& st) {
  std::size_t waiting = 0;
  std::size_t sending = 0;
  for (const auto& [id, to] : st.receivers) {
    waiting += to.waiting.size();
    sending += to.sending.size();
  }
  return {webhook_state::name,
          {{"webhooks", std::to_string(st.receivers.size())},
           {"waiting", std::to_string(waiting)},
           {"sending", std::to_string(sending)},
           {"unrecorded", std::to_string(st.results.size())},
           {"told", std::to_string(st.told)},
           {"tried", std::to_string(st.tried)}}};
}

}  // namespace

bool webhook_state::receiver::has(std::int64_t number) const {
  return sending.contains(number) || ended.contains(number) ||
         std::any_of(waiting.begin(), waiting.end(),
                     [&](const auto& d) { return d.row.number == number; });
}

actors::webhook_actor::behavior_type webhook_behavior(webhook_self self, actors::world_ptr w,
                                                      webhook_places at,
                                                      webhook_settings settings) {
  self->state.w = std::move(w);
  self->state.at = at;
  self->state.settings = settings;
  self->set_exit_handler([self](const caf::exit_msg& x) {
    webhook_delivering{self}.flush();  // or they are sent again
    self->quit(x.reason);
  });
  self->send(self, actors::poll_atom::value);
  return {
      [=](const actors::add_webhook& x) { return webhook_office{self}.add(x); },
      [=](actors::list_atom) { return webhook_office{self}.list(); },
      [=](actors::get_atom, const webhook_id& id) { return webhook_office{self}.get(id); },
      [=](const actors::change_webhook& x) { return webhook_office{self}.change(x); },
      [=](const actors::remove_webhook& x) { return webhook_office{self}.remove(x); },
      [=](const actors::test_webhook& x) { return webhook_office{self}.test(x); },
      [=](const actors::webhook_deliveries& x) { return webhook_office{self}.deliveries(x); },
      [=](const actors::webhook_answered& x) { webhook_delivering{self}.answered(x); },
      [=](actors::wake_atom) { webhook_delivering{self}.work(); },
      [=](actors::poll_atom) {
        webhook_delivering{self}.work();
        self->delayed_send(self, self->state.settings.poll, actors::poll_atom::value);
      },
      [=](actors::status_atom) { return status_of(self->state); },
  };
}

}  // namespace headroom::webhooks
