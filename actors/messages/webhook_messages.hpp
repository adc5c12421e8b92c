#pragma once

#include <string>
#include <vector>

#include "actors/inspect.hpp"
#include "domain/webhooks.hpp"

/// What operators say about webhooks, and what they are answered.
namespace headroom {

HEADROOM_INSPECT(webhook, x.id, x.url, x.types, x.secret, x.old_secret, x.old_secret_until,
                 x.created_at, x.updated_at, x.disabled_at, x.disabled_reason, x.failing_since,
                 x.replayed, x.shown_secret)
HEADROOM_INSPECT(webhook_delivery, x.number, x.webhook, x.event, x.type, x.status, x.tries,
                 x.created_at, x.next_try_at, x.last_try_at, x.last_status, x.last_error, x.last_ms)
HEADROOM_INSPECT(delivery_page, x.rows, x.next)

namespace actors {

/// Begins one. The id derives from the idempotency key where there is one, so that a repeat finds
/// it: it answers what there is then, without its secret; key_reused when it was another wish.
/// invalid_field speaks of the URL.
struct add_webhook {
  webhook_id id;
  std::string url;
  event_mask types = every_event;
  std::string by;  // "key:<id>"
};
HEADROOM_INSPECT(add_webhook, x.id, x.url, x.types, x.by)

/// Changes what is said. The answer has the secret when it is a new one. not_found.
struct change_webhook {
  webhook_id id;
  std::string url;             // "": as it is
  event_mask types = 0;        // 0: as they are
  bool rotate_secret = false;  // the old one goes on signing for a while
  bool enable = false;         // from the events that come now on
  bool disable = false;        // what is not delivered yet is stopped
  std::string by;
};
HEADROOM_INSPECT(change_webhook, x.id, x.url, x.types, x.rotate_secret, x.enable, x.disable, x.by)

/// Ends one; its log stays until it is too old. not_found.
struct remove_webhook {
  webhook_id id;
  std::string by;
};
HEADROOM_INSPECT(remove_webhook, x.id, x.by)

/// Sends `webhook.test`, once, and answers how that ended. Also to one that is disabled.
struct test_webhook {
  webhook_id id;
  std::string by;
};
HEADROOM_INSPECT(test_webhook, x.id, x.by)

struct webhook_deliveries {
  webhook_id webhook;
  std::int32_t status = -1;  // a delivery_status; below zero: any
  std::int64_t before = 0;
  std::uint32_t limit = 50;
};
HEADROOM_INSPECT(webhook_deliveries, x.webhook, x.status, x.before, x.limit)

/// Internal: how a try ended.
struct webhook_answered {
  std::int64_t number = 0;
  webhook_id webhook;
  std::uint32_t status = 0;  // of HTTP; 0: no answer
  std::string error;
  std::string retry_after;  // the header
  std::uint32_t took_ms = 0;
  bool untried = false;  // nothing left us, by a bound of ours or at the end
};
HEADROOM_INSPECT(webhook_answered, x.number, x.webhook, x.status, x.error, x.retry_after, x.took_ms,
                 x.untried)

}  // namespace actors
}  // namespace headroom
