#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "http/worker.hpp"

namespace headroom::http {

/// One connection, one request at a time:
///
///     idle -> reading -> answering -> writing -> idle | reading (pipelined) | lingering -> closed
///
/// Each state has one deadline, swept by the worker. Lingering: the answer is out, our side is
/// shut, and what the client still sends is read away for a moment, so that a reset does not eat
/// the answer.
class session final : public exchange {
 public:
  using clock = worker::clock;

  session(worker& home, tcp_socket socket);

  void start();
  /// Over the connection limit: 503 and goodbye.
  void turn_away();
  /// Nothing asked (not even unread bytes), nothing owed.
  [[nodiscard]] bool idle() const;
  /// True for connections beyond the limit, which do not count.
  [[nodiscard]] bool turned_away() const noexcept { return turned_away_; }
  void check_deadline(clock::time_point now);
  void close();

  void post(std::unique_ptr<question> q) override;

 protected:
  void send(response&& answer) override;

 private:
  enum class state : std::uint8_t { idle, reading, answering, writing, lingering, closed };
  using parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  [[nodiscard]] std::shared_ptr<session> self() {
    return std::static_pointer_cast<session>(shared_from_this());
  }
  void next_request();
  void read();
  void on_read(boost::system::error_code failed, std::size_t bytes);
  void parse();
  void welcome_body();
  void answer_request();
  void refuse_connection(const problem& p);
  [[nodiscard]] static problem problem_of_parse(boost::system::error_code failed);
  void write(const response& answer);
  void on_written(boost::system::error_code failed);
  void linger();
  void drop_input();

  worker& home_;
  tcp_socket socket_;
  boost::beast::flat_buffer in_;
  std::optional<parser> parser_;
  std::string out_;
  state state_ = state::idle;
  clock::time_point deadline_;
  clock::time_point asked_at_;
  bool keep_alive_ = true;
  bool head_ = false;
  bool counted_in_flight_ = false;
  bool asked_to_continue_ = false;
  bool turned_away_ = false;
};

}  // namespace headroom::http
