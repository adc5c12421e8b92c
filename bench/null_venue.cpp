#include "bench/null_venue.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>

#include "bench/house.hpp"

namespace headroom::bench {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using error_code = boost::system::error_code;

namespace {

constexpr std::string_view matched =
    R"({"success":true,"errorMsg":"","orderID":"","status":"matched","makingAmount":"30",)"
    R"("takingAmount":"50","transactionsHashes":["0x01"]})";
constexpr std::string_view killed =
    R"({"error":"order couldn't be fully filled. FOK orders are fully filled or killed."})";
constexpr std::string_view credentials =
    R"({"apiKey":"bench","secret":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=","passphrase":"b"})";

/// A condition's number is that of its only token.
std::string condition_of(std::string_view token) {
  const auto number = uint256::parse_decimal(token);
  return R"({"condition_id":")" + number.value_or(uint256{}).hex() + R"("})";
}

std::string market_of(std::string_view condition) {
  const auto number = uint256::parse(condition);
  const auto token = number ? uint256{*number}.decimal() : "0";
  return R"({"c":")" + std::string{condition} + R"(","t":[{"t":")" + token +
         R"(","o":"Yes"}],"mts":0.01,"nr":false,"ao":true})";
}

/// What follows `prefix` in `path`; nothing when it is another path.
std::optional<std::string_view> behind(std::string_view prefix, std::string_view path) {
  if (!path.starts_with(prefix)) return std::nullopt;
  return path.substr(prefix.size());
}

std::string read_answer(std::string_view path) {
  if (path == "/version") return R"({"version":2})";
  if (path == "/time") return std::to_string(wall_clock_now().seconds());
  if (const auto token = behind("/markets-by-token/", path)) return condition_of(*token);
  if (const auto condition = behind("/clob-markets/", path)) return market_of(*condition);
  return std::string{credentials};  // POST /auth/api-key
}

}  // namespace

/// One connection, one request after the other. Lives by what it waits for.
class null_venue::session : public std::enable_shared_from_this<session> {
 public:
  session(const null_venue& venue, tcp::socket socket)
      : venue_{venue}, socket_{std::move(socket)} {}

  void read() {
    request_ = {};
    http::async_read(socket_, buffer_, request_,
                     [self = shared_from_this()](error_code ec, std::size_t) {
                       if (!ec) self->write();
                     });
  }

 private:
  void write() {
    response_ = {};
    response_.set(http::field::content_type, "application/json");
    const std::string_view target{request_.target().data(), request_.target().size()};
    if (request_.method() == http::verb::post && target == "/order") {
      if (venue_.arrived_) venue_.arrived_(request_.body());
      const bool kills = venue_.to_orders_ == answer::killed;
      response_.result(kills ? http::status::bad_request : http::status::ok);
      response_.body() = kills ? killed : matched;
    } else {
      response_.body() = read_answer(target);
    }
    response_.keep_alive(request_.keep_alive());
    response_.prepare_payload();
    http::async_write(socket_, response_, [self = shared_from_this()](error_code ec, std::size_t) {
      if (!ec && self->response_.keep_alive()) self->read();
    });
  }

  const null_venue& venue_;
  tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
};

null_venue::null_venue(answer to_orders, arrival arrived)
    : to_orders_{to_orders},
      arrived_{std::move(arrived)},
      acceptor_{io_, {asio::ip::address_v4::loopback(), 0}} {
  accept();
  thread_ = std::thread{[this] { io_.run(); }};
}

null_venue::~null_venue() {
  io_.stop();
  thread_.join();
}

std::string null_venue::url() const {
  return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

void null_venue::accept() {
  acceptor_.async_accept([this](error_code ec, tcp::socket socket) {
    if (ec) return;
    socket.set_option(tcp::no_delay{true}, ec);
    std::make_shared<session>(*this, std::move(socket))->read();
    accept();
  });
}

}  // namespace headroom::bench
