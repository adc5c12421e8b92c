#pragma once

#include <atomic>
#include <caf/error.hpp>
#include <caf/fwd.hpp>
#include <caf/intrusive_ptr.hpp>
#include <caf/invoke_message_result.hpp>

#include "actors/registry.hpp"

/// What every observed actor (observed.hpp) notes of its messages, beside counting them. All of it
/// is about messages, none of it decides anything.
namespace headroom::actors {

/// Whether more than the counters is kept: on, unless a test or a measurement compares.
void set_watching(bool on) noexcept;
[[nodiscard]] bool is_watching() noexcept;

/// One message in its handler.
struct handling {
  std::uint64_t start_ns = 0;
  std::uint64_t from = 0;
  std::uint32_t wait_us = unknown_wait;
  message_type type{};
  bool watched = false;
};

/// It comes into the mailbox; called before it can be handled. Any thread.
void note_arrival(actor_card& card, kind_counters& kind, const caf::mailbox_element& message);
/// Its handler begins, and has ended. The actor's thread.
[[nodiscard]] handling note_start(actor_card& card, const caf::mailbox_element& message);
void note_end(actor_card& card, kind_counters& kind, const handling& h,
              caf::invoke_message_result result);
/// There is no handler for it.
void note_unhandled(const actor_card& card, const caf::type_erased_tuple& content,
                    std::uint64_t from);
/// The actor has ended, with so many messages in its mailbox.
void note_leaving(const actor_card& card, const std::string& reason, std::int64_t left);

/// The recorder of an actor, made now if it has none. While its card cannot go.
caf::intrusive_ptr<actor_recorder> recorder_for(actor_card& card);

/// "0x.." or a uuid; "" for none.
[[nodiscard]] std::string text_of(id_kind kind, const std::array<std::uint8_t, 20>& bytes);

}  // namespace headroom::actors
