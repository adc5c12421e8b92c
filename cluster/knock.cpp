#include "cluster/knock.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string_view>
#include <utility>

namespace headroom::cluster {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::pair<std::string, std::string> split(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos) return {};
  auto host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {std::string{host}, std::string{address.substr(colon + 1)}};
}

bool refuses(const tcp::endpoint& at, std::chrono::milliseconds longest) {
  asio::io_context io{1};
  tcp::socket socket{io};
  boost::system::error_code outcome = asio::error::timed_out;
  socket.async_connect(at, [&](boost::system::error_code ec) { outcome = ec; });
  io.run_for(longest);
  return outcome == asio::error::connection_refused;
}

}  // namespace

bool nobody_listens(const std::string& address, std::chrono::milliseconds longest) try {
  const auto [host, port] = split(address);
  if (host.empty() || port.empty()) return false;
  const auto deadline = std::chrono::steady_clock::now() + longest;
  asio::io_context io{1};
  boost::system::error_code failed;
  const auto found = tcp::resolver{io}.resolve(host, port, failed);
  if (failed || found.empty()) return false;
  for (const auto& each : found) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !refuses(each.endpoint(), left)) return false;
  }
  return true;
} catch (const std::exception&) {
  return false;  // no descriptors are left: nothing was found out
}

}  // namespace headroom::cluster
