#pragma once

#include <memory>
#include <optional>

#include "actors/actors.hpp"
#include "actors/messages/channel_messages.hpp"
#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/polymarket/credentials.hpp"
#include "net/ws_client.hpp"

namespace headroom::chain::polymarket {

/// The venue's API key, whenever there is another one. Never logged.
struct channel_key {
  api_credentials value;
};

/// What the client's thread tells of a socket. A turn that is over is nobody's any more.
struct socket_news {
  enum class kind : std::uint8_t { opened, text, closed };
  std::uint64_t turn = 0;
  kind what = kind::opened;
  std::string text{};  // the message, or why it was closed
};

/// Who is told of orders.
using hint_listener = caf::typed_actor<caf::reacts_to<actors::order_hints>>;

/// USER CHANNEL: one account's web socket to the venue, as long as its listener lives.
using user_channel_actor = actors::status_actor::extend<
    caf::reacts_to<channel_key>,                        // Connects; with a new key, anew.
    caf::reacts_to<socket_news>,                        // Internal: from the client's thread.
    caf::reacts_to<actors::wake_atom, std::uint64_t>>;  // Internal: its own timer of that number.

struct user_channel_state {
  static inline const char* name = "user_channel";
  using time_point = caf::actor_clock::time_point;

  ~user_channel_state();

  actors::world_ptr w;
  std::string url;
  net::ws_opener open;
  hint_listener listener;
  std::optional<api_credentials> key;
  std::unique_ptr<net::ws_socket> socket;  // null while it waits for the next try
  bool up = false;                         // it is open
  std::uint64_t turn = 0;                  // of the socket
  std::uint64_t timer = 0;                 // the one that counts
  std::uint32_t failures = 0;              // in a row, without a word of use between them
  time_point heard_at{};
  time_point ping_at{};
  std::uint64_t hints = 0;
};

using user_channel_self = actors::self_pointer<user_channel_actor, user_channel_state>;

/// Says PING every 10 s, takes 30 s of silence for dead, and connects again after a wait that
/// grows, with jitter. Tells its listener of orders, and when there is no socket any more.
/// @param url of the venue's sockets, without a slash at its end.
/// @param open a client that outlives every socket (net::ws_client), or a double.
user_channel_actor::behavior_type user_channel_behavior(user_channel_self self, actors::world_ptr w,
                                                        const std::string& url, net::ws_opener open,
                                                        hint_listener listener);

}  // namespace headroom::chain::polymarket

// They never leave the process: a secret, and the words of a socket of this one.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::chain::polymarket::channel_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::chain::polymarket::socket_news)
