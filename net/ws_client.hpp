#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace headroom::net {

/// What a socket tells its owner, on the client's I/O thread: must be cheap, must not throw. Each
/// is set.
struct ws_events {
  std::function<void()> opened;                 // at most once
  std::function<void(std::string text)> text;   // one whole message; see ws_socket::took
  std::function<void(std::string why)> closed;  // exactly once and last, whoever ended it;
                                                // `why` never holds the URL nor a peer's words
};

/// One socket, from the first try to connect on. Dropping it closes it. Any thread.
class ws_socket {
 public:
  virtual ~ws_socket() = default;
  ws_socket() = default;
  ws_socket(const ws_socket&) = delete;
  ws_socket& operator=(const ws_socket&) = delete;

  /// Sends one text message, in order; before it is open they wait. False: it will not be sent, for
  /// the client is stopped or too much waits already. True is no promise: sockets end.
  virtual bool send(std::string text) = 0;
  /// One message that was told has been dealt with. While `max_unread` have not, nothing is read.
  virtual void took() = 0;
};

/// How owners come to a socket: a client's open(), or a test's double. Null: see ws_client::open.
using ws_opener = std::function<std::unique_ptr<ws_socket>(const std::string& url, ws_events)>;

struct ws_client_options {
  std::size_t max_open = 16;                          // sockets, those that connect included
  std::size_t max_message = 256 * 1024;               // a larger one ends its socket
  std::size_t max_unread = 64;                        // messages told and not yet taken
  std::size_t max_unsent = 64 * 1024;                 // bytes that wait to be sent
  std::chrono::milliseconds connect_timeout{10'000};  // to resolve, connect, shake hands
  std::chrono::milliseconds idle_timeout{45'000};  // nothing heard, or one write not done: closed
  std::chrono::milliseconds close_timeout{1'000};  // for the peer's farewell
  std::string user_agent{};
  std::string ca_file{};  // trusted instead of the system's certificates, for private networks
};

/// WebSocket client (RFC 6455) with one I/O thread of its own for all its sockets; text messages
/// (binary ones are signs of life and no more), no extensions, no redirects. It never connects
/// again by itself.
class ws_client {
 public:
  explicit ws_client(ws_client_options options = {});
  ws_client(const ws_client&) = delete;
  ws_client& operator=(const ws_client&) = delete;
  ~ws_client();  // stops

  /// @param url absolute, ws or wss, no user info.
  /// Null when nothing begins, and then nothing is told: stopped, too many, or no such URL.
  [[nodiscard]] std::unique_ptr<ws_socket> open(const std::string& url, ws_events events);

  /// Ends every socket with "stopped" and joins the thread (in a callback: only asks for it). Safe
  /// to repeat; sockets may outlive it.
  void stop();

 private:
  class engine;
  std::shared_ptr<engine> engine_;
};

}  // namespace headroom::net
