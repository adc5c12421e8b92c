#include "http/sign_in_message.hpp"

#include <algorithm>
#include <charconv>

#include "domain/text.hpp"
#include "http/problem.hpp"

namespace headroom::http {
namespace {

constexpr std::size_t longest_message = 4'096;
constexpr std::size_t shortest_nonce = 8;
constexpr std::string_view greeting = " wants you to sign in with your Ethereum account:";

[[noreturn]] void malformed(std::string_view what) {
  throw bad_field("message", "is not an EIP-4361 message: " + std::string{what});
}

/// The lines that are left, front to back.
class lines {
 public:
  explicit lines(std::string_view text) : rest_{text} {}

  [[nodiscard]] bool done() const noexcept { return done_; }
  std::string_view next() {
    if (done_) malformed("it ends too early");
    const auto end = std::min(rest_.find('\n'), rest_.size());
    const auto out = rest_.substr(0, end);
    done_ = end == rest_.size();
    if (!done_) rest_.remove_prefix(end + 1);
    return out;
  }
  [[nodiscard]] bool begins(std::string_view prefix) const noexcept {
    return !done_ && rest_.starts_with(prefix);
  }
  /// The text behind `prefix` of a line that must be there.
  std::string_view field(std::string_view prefix) {
    if (!begins(prefix)) malformed("the line \"" + std::string{prefix} + "…\" is missing");
    return next().substr(prefix.size());
  }
  std::string_view optional_field(std::string_view prefix) {
    return begins(prefix) ? field(prefix) : std::string_view{};
  }

 private:
  std::string_view rest_;
  bool done_ = false;
};

std::uint64_t read_chain(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || failed != std::errc{} || end != text.data() + text.size())
    malformed("the chain id is no number");
  return out;
}

timestamp read_moment(std::string_view what, std::string_view text) {
  const auto out = parse_rfc3339(text);
  if (!out || !out->is_set()) malformed(std::string{what} + " is no RFC 3339 time");
  return *out;
}

bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Whatever a wallet might show otherwise than it is.
bool has_controls(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n') || byte == 0x7f;
  });
}

void read_greeting(lines& in, sign_in_message& out) {
  auto who = in.next();
  if (!who.ends_with(greeting)) malformed("it does not say who asks");
  who.remove_suffix(greeting.size());
  if (const auto mark = who.find("://"); mark != std::string_view::npos) {
    out.scheme = who.substr(0, mark);
    who.remove_prefix(mark + 3);
  }
  if (who.empty()) malformed("it does not say who asks");
  out.domain = who;
  out.account = in.next();
}

/// An empty line, a statement or none, an empty line.
void skip_statement(lines& in) {
  if (!in.next().empty()) malformed("an empty line must come behind the account");
  if (in.next().empty()) return;
  if (!in.next().empty()) malformed("an empty line must come behind the statement");
}

[[noreturn]] void refuse(std::string why) {
  throw problem_of(errc::unauthorized, std::move(why), "message");
}

}  // namespace

sign_in_message read_sign_in(std::string_view text) {
  if (text.size() > longest_message) malformed("it is too long");
  if (has_controls(text)) malformed("it has control characters");
  sign_in_message out;
  lines in{text};
  read_greeting(in, out);
  skip_statement(in);
  out.uri = in.field("URI: ");
  if (in.field("Version: ") != "1") malformed("the version must be 1");
  out.chain_id = read_chain(in.field("Chain ID: "));
  out.nonce = in.field("Nonce: ");
  if (out.nonce.size() < shortest_nonce ||
      !std::all_of(out.nonce.begin(), out.nonce.end(), is_alphanumeric))
    malformed("the nonce must be at least 8 letters and digits");
  out.issued_at = read_moment("Issued At", in.field("Issued At: "));
  out.expires_at = read_moment("Expiration Time", in.field("Expiration Time: "));
  if (in.begins("Not Before: "))
    out.not_before = read_moment("Not Before", in.field("Not Before: "));
  (void)in.optional_field("Request ID: ");
  if (in.begins("Resources:")) {
    if (!in.field("Resources:").empty()) malformed("resources come one a line");
    while (in.begins("- ")) (void)in.next();
  }
  if (!in.done()) malformed("a line is not known, or not where it belongs");
  return out;
}

void check_sign_in(const sign_in_message& m, const own_site& site,
                   const std::vector<std::uint64_t>& chain_ids, timestamp now) {
  const bool other_scheme = !m.scheme.empty() && !site.origin.starts_with(m.scheme + "://");
  if (ascii_lower(m.domain) != site.host || other_scheme)
    refuse("the message is for another site: its domain must be " + site.host);
  if (origin_of(m.uri) != site.origin)
    refuse("the message is for another site: its URI is not ours");
  if (std::find(chain_ids.begin(), chain_ids.end(), m.chain_id) == chain_ids.end())
    refuse("the message is for another chain");
  if (m.issued_at > now.plus(sign_in_clock_skew) || m.issued_at < now.minus(sign_in_clock_skew))
    refuse("the message was not issued within the last five minutes");
  if (m.expires_at <= now) refuse("the message has expired");
  if (m.expires_at > m.issued_at.plus(longest_sign_in))
    refuse("the message must expire within 24 hours");
  if (m.not_before.is_set() && now < m.not_before) refuse("the message is not good yet");
}

}  // namespace headroom::http
