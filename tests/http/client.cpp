#include "tests/http/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace headroom::http::test {

std::string reply::header(const std::string& lower_name) const {
  const auto i = headers.find(lower_name);
  return i == headers.end() ? "" : i->second;
}

client::client(std::uint16_t port, int receive_buffer)
    : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
  if (receive_buffer > 0)
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const timeval limit{5, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error{"cannot connect"};
}

client::~client() { ::close(socket_); }

void client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;  // the server closed: receive() tells
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

bool client::more() {
  char chunk[16 * 1024];
  const auto n = ::recv(socket_, chunk, sizeof chunk, 0);
  if (n <= 0) return false;
  in_.append(chunk, static_cast<std::size_t>(n));
  return true;
}

std::optional<reply> client::receive(bool head) {
  std::size_t end = 0;
  while ((end = in_.find("\r\n\r\n")) == std::string::npos)
    if (!more()) return std::nullopt;
  reply out;
  out.status = std::stoi(in_.substr(9, 3));
  for (auto at = in_.find("\r\n") + 2; at < end + 2;) {
    const auto stop = in_.find("\r\n", at);
    const auto colon = in_.find(": ", at);
    auto name = in_.substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    auto& value = out.headers[name];
    if (!value.empty()) value += "\n";
    value += in_.substr(colon + 2, stop - colon - 2);
    at = stop + 2;
  }
  in_.erase(0, end + 4);
  const auto length = out.header("content-length");
  const std::size_t size = head || length.empty() ? 0 : std::stoul(length);
  while (in_.size() < size)
    if (!more()) return std::nullopt;
  out.body = in_.substr(0, size);
  in_.erase(0, size);
  return out;
}

std::optional<std::string> client::read_until(std::string_view mark) {
  std::size_t at = 0;
  while ((at = in_.find(mark)) == std::string::npos)
    if (!more()) return std::nullopt;
  return read(at + mark.size());
}

std::optional<std::string> client::read(std::size_t size) {
  while (in_.size() < size)
    if (!more()) return std::nullopt;
  auto out = in_.substr(0, size);
  in_.erase(0, size);
  return out;
}

bool client::closed_by_server() {
  char byte = 0;
  return in_.empty() && ::recv(socket_, &byte, 1, 0) == 0;
}

std::string request_text(std::string_view method, std::string_view target,
                         const header_list& headers, std::string_view body) {
  std::string out;
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: test\r\n");
  for (const auto& [name, value] : headers) out.append(name + ": " + value + "\r\n");
  if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH")
    out.append("Content-Length: " + std::to_string(body.size()) + "\r\n");
  return out.append("\r\n").append(body);
}

}  // namespace headroom::http::test
