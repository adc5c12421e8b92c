#include <gtest/gtest.h>
#include <boost/asio/ssl.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>

#include "net/http_client.hpp"
#include "tests/net/http_server.hpp"
#include "tests/net/tls_identity.hpp"

namespace headroom::chain {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using namespace std::chrono_literals;
using net::test::identity;

/// Serves TLS to one connection after the other, two requests each.
class tls_server {
 public:
  explicit tls_server(const identity& id) {
    context_.use_certificate_chain(asio::buffer(id.certificate));
    context_.use_private_key(asio::buffer(id.key), ssl::context::pem);
    thread_ = std::thread{[this] { run(); }};
  }
  ~tls_server() {
    stopping_ = true;
    boost::system::error_code ec;
    test::tcp::socket wake{io_};
    wake.connect({asio::ip::address_v4::loopback(), port()}, ec);
    wake.close(ec);
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  int requests() const { return requests_; }

 private:
  void run() {
    while (!stopping_) {
      boost::system::error_code ec;
      ssl::stream<test::tcp::socket> stream{io_, context_};
      acceptor_.accept(stream.next_layer(), ec);
      if (stopping_) return;
      stream.handshake(ssl::stream_base::server, ec);
      for (int i = 0; i < 2 && !ec; ++i) {
        std::string head;
        asio::read_until(stream, asio::dynamic_buffer(head), "\r\n\r\n", ec);
        if (ec) break;
        ++requests_;
        const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        asio::write(stream, asio::buffer(answer), ec);
      }
    }
  }

  asio::io_context io_;
  ssl::context context_{ssl::context::tls_server};
  test::tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  std::atomic<bool> stopping_{false};
  std::atomic<int> requests_{0};
  std::thread thread_;
};

struct HttpTls : testing::Test {
  std::filesystem::path ca = std::filesystem::temp_directory_path() /
                             ("headroom-ca-" + std::to_string(::getpid()) + ".pem");
  ~HttpTls() override { std::filesystem::remove(ca); }

  net::http_result ask(const identity& trusted, tls_server& server, int times = 1) {
    std::ofstream{ca} << trusted.certificate;
    net::http_client client{{.ca_file = ca.string()}};
    net::http_result out;
    for (int i = 0; i < times; ++i) {
      std::promise<net::http_result> done;
      client.request({"GET", "https://localhost:" + std::to_string(server.port()), {}, {}}, 5s,
                     [&](net::http_result r) { done.set_value(std::move(r)); });
      out = done.get_future().get();
    }
    return out;
  }
};

TEST_F(HttpTls, TrustsTheRightCertificateAndKeepsTheConnection) {
  const identity id{"localhost"};
  tls_server server{id};
  const auto r = ask(id, server, 2);
  EXPECT_EQ(r.outcome, net::http_outcome::answered) << r.error;
  EXPECT_EQ(r.body, "ok");
}

TEST_F(HttpTls, AStrangersCertificateOrAnotherNameGetsNothing) {
  const identity id{"localhost"};
  tls_server stranger{identity{"localhost"}};
  EXPECT_EQ(ask(id, stranger).outcome, net::http_outcome::refused_before_send);
  EXPECT_EQ(stranger.requests(), 0);

  const identity other{"example.com"};
  tls_server misnamed{other};
  EXPECT_EQ(ask(other, misnamed).outcome, net::http_outcome::refused_before_send);
  EXPECT_EQ(misnamed.requests(), 0);
}

}  // namespace
}  // namespace headroom::chain
