#include "domain/step_parts.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace headroom::step_parts {
namespace {

constexpr std::string_view state_names[] = {"planned", "sent", "deposited", "expired", "filled"};

std::optional<std::uint64_t> number_of(std::string_view digits) {
  std::uint64_t out = 0;
  const auto* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, out);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return out;
}

/// What remains is spread over the first ones: they are the largest.
std::vector<part> equal_parts(usdc amount, std::uint32_t count) {
  std::vector<part> out(count);
  const auto rest = amount.micro % count;
  for (std::uint32_t i = 0; i < count; ++i)
    out[i].amount = usdc{amount.micro / count + (i < rest ? 1 : 0)};
  return out;
}

/// Up to the next `end`, which is taken away too.
std::string_view next_word(std::string_view& text, char end) {
  const auto word = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

bool read_state(part& p, std::string_view word) {
  const auto* const i = std::find(std::begin(state_names), std::end(state_names), word);
  if (i == std::end(state_names)) return false;
  p.state = static_cast<part_state>(i - std::begin(state_names));
  return true;
}

/// One "name=value"; a number whose name is not known is left out.
bool read_field(part& p, std::string_view word) {
  const auto name = next_word(word, '=');
  if (name == "id") return (p.deposit_id = uint256::parse_decimal(word)).has_value();
  if (name == "tx") {
    const auto tx = hash256::parse(word);
    if (tx) p.tx = *tx;
    return tx.has_value();
  }
  if (name == "out") {
    const auto out = parse_usdc(word);
    if (out) p.out = *out;
    return out.has_value();
  }
  const auto number = number_of(word);
  if (!number) return false;
  if (name == "try")
    p.attempt = static_cast<std::uint32_t>(std::min<std::uint64_t>(*number, 10'000));
  if (name == "until") p.deadline = *number;
  if (name == "from") p.from_block = number;
  if (name == "since") p.since_block = number;
  if (name == "at") p.seen_at = number;
  if (name == "due") p.not_before = *number;
  if (name == "depth") p.by_depth = *number != 0;
  return true;
}

std::optional<part> read_part(std::string_view text) {
  part out;
  const auto amount = parse_usdc(next_word(text, ','));
  if (!amount || !amount->is_positive() || !read_state(out, next_word(text, ',')))
    return std::nullopt;
  out.amount = *amount;
  while (!text.empty())
    if (!read_field(out, next_word(text, ','))) return std::nullopt;
  return out;
}

void append_part(std::string& out, const part& p) {
  append_amount(out, p.amount);
  out += ',';
  out += state_names[static_cast<std::size_t>(p.state)];
  const auto number = [&out](const char* name, std::optional<std::uint64_t> value) {
    if (value) out += std::string{","} + name + "=" + std::to_string(*value);
  };
  const auto above_zero = [](std::uint64_t x) { return x > 0 ? std::optional{x} : std::nullopt; };
  number("try", above_zero(p.attempt));
  if (p.deposit_id) out += ",id=" + p.deposit_id->decimal();
  number("until", above_zero(p.deadline));
  number("from", p.from_block);
  number("since", p.since_block);
  number("at", p.seen_at);
  number("due", above_zero(p.not_before));
  if (p.out.is_positive()) out += ",out=" + to_string(p.out);
  number("depth", above_zero(p.by_depth ? 1 : 0));
  if (!p.tx.is_zero()) out += ",tx=" + p.tx.hex();
}

}  // namespace

std::vector<part> parts_of(usdc amount, std::uint64_t most_at_once, std::uint32_t most_parts) {
  if (!amount.is_positive()) return {};
  const auto whole = static_cast<std::uint64_t>(amount.micro);
  for (std::uint32_t n = 1; n <= std::min(most_parts, most_parts_ever); ++n)
    if (whole / n + (whole % n > 0 ? 1 : 0) <= most_at_once)
      return n == 1 ? std::vector<part>{} : equal_parts(amount, n);
  return {};
}

std::vector<part> parts_like(usdc amount, std::uint64_t first) {
  for (std::uint32_t n = 2; n <= most_parts_ever; ++n)
    if (auto out = equal_parts(amount, n);
        out[0].amount.is_positive() && static_cast<std::uint64_t>(out[0].amount.micro) == first)
      return out;
  return {};
}

std::string part_name(std::size_t index, std::uint32_t attempt) {
  const auto again = attempt == 0 ? std::string{} : "/" + std::to_string(attempt);
  return std::to_string(index) + again;
}

std::string text_of(const std::vector<part>& parts) {
  std::string out;
  for (const auto& p : parts) {
    if (!out.empty()) out += ';';
    append_part(out, p);
  }
  return out;
}

std::vector<part> read_parts(std::string_view text, usdc amount) {
  std::vector<part> out;
  std::optional<usdc> sum = usdc{};
  while (!text.empty() && out.size() <= most_parts_ever) {
    auto p = read_part(next_word(text, ';'));
    sum = p && sum ? add(*sum, p->amount) : std::nullopt;
    if (!sum) return {};
    out.push_back(std::move(*p));
  }
  const bool whole = sum == amount && out.size() >= 2 && out.size() <= most_parts_ever;
  return whole ? out : std::vector<part>{};
}

std::vector<part> parts_in(std::string_view detail, usdc amount) {
  constexpr std::string_view name = "parts=";
  while (!detail.empty() && !detail.starts_with("note="))
    if (const auto word = next_word(detail, ' '); word.starts_with(name))
      return read_parts(word.substr(name.size()), amount);
  return {};
}

}  // namespace headroom::step_parts
