#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <optional>

#include "http/request_parser.hpp"
#include "http/router.hpp"
#include "http/stream_writer.hpp"
#include "http/worker.hpp"

namespace headroom::http {

/// One connection, one request at a time:
///
///     idle -> reading -> answering -> writing -> idle | reading (pipelined) | lingering -> closed
///                                  -> streaming -> lingering
///
/// Each state has one deadline, swept by the worker. Lingering: the answer is out, our side is
/// shut, and what the client still sends is read away for a moment, so that a reset does not eat
/// the answer. Streaming is in session_stream.cpp. In a flood of strangers an answer 401 is held
/// back for a moment, still answering: a stranger costs less than a user.
class session final : public exchange {
 public:
  using clock = worker::clock;

  /// Where it sits (worker.hpp).
  enum class place : std::uint8_t {
    counted,  // one of max_connections
    last,     // beyond them: one request, answered when it is for health or metrics
  };

  session(worker& home, tcp_socket socket, place where);

  void start();
  /// Nothing asked (not even unread bytes), nothing owed.
  [[nodiscard]] bool idle() const;
  /// Nothing is being done for it: it may be let go for another.
  [[nodiscard]] bool waits_for_client() const noexcept {
    if (where_ == place::last && state_ == state::writing) return true;  // it does not read
    return state_ == state::idle || state_ == state::reading || state_ == state::lingering;
  }
  [[nodiscard]] place where() const noexcept { return where_; }
  void check_deadline(clock::time_point now);
  /// The service stops: a request is still answered, a stream ends.
  void drain();
  void close();

  void post(std::unique_ptr<question> q) override;

 protected:
  void send(response&& answer) override;
  std::shared_ptr<event_stream> begin_stream(response&& head, stream_places::place kept) override;

 private:
  enum class state : std::uint8_t {
    idle,
    reading,
    answering,
    writing,
    streaming,
    lingering,
    closed
  };
  struct open_stream_state {
    stream_places::place kept;
    stream_writer writer;
    std::optional<stream_end> why{};  // the first reason is the one
    bool writing = false;

    void ends(stream_end reason) noexcept {
      if (!why) why = reason;
    }
  };

  [[nodiscard]] std::shared_ptr<session> self() {
    return std::static_pointer_cast<session>(shared_from_this());
  }
  void next_request();
  [[nodiscard]] clock::duration header_time() const noexcept;
  [[nodiscard]] admission let_in();
  void read();
  void on_read(boost::system::error_code failed, std::size_t bytes);
  void parse();
  void welcome_body();
  void answer_request();
  void refuse_connection(const problem& p);
  [[nodiscard]] problem problem_of_parse(boost::system::error_code failed) const;
  [[nodiscard]] bool past_empty_line();
  [[nodiscard]] bool one_stranger_too_many(const response& answer);
  void write_later(response&& answer);
  void count_answer(unsigned status, clock::time_point now);
  void begin_head(unsigned status);
  void end_head(const response& answer);
  void write(const response& answer);
  void write_out();
  void on_written(boost::system::error_code failed);
  void linger();
  [[nodiscard]] bool stop_sending();
  void drop_input();
  void write_stream();
  void on_stream_written(boost::system::error_code failed);
  void check_stream(clock::time_point now);
  void end_stream(stream_end why);
  void leave_stream();

  worker& home_;
  tcp_socket socket_;
  const place where_;
  boost::beast::flat_buffer in_;
  std::string head_;  // of the request being read, as is body_
  std::string body_;
  std::optional<request_parser> parser_;
  std::string out_;
  state state_ = state::idle;
  clock::time_point deadline_;
  clock::time_point asked_at_;
  struct held_answer {
    boost::asio::steady_timer timer;
    response what;
  };
  std::unique_ptr<held_answer> held_;
  std::unique_ptr<open_stream_state> stream_;
  bool keep_alive_ = true;
  bool without_body_ = false;  // HEAD
  bool may_skip_line_ = false;
  bool counted_in_flight_ = false;
  bool asked_to_continue_ = false;
};

}  // namespace headroom::http
