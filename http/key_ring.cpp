#include "http/key_ring.hpp"

#include <array>

#include "http/secrets.hpp"

namespace headroom::http {
namespace {

constexpr std::string_view prefix = "hr_";
constexpr std::size_t id_digits = 16;
constexpr std::size_t secret_digits = 64;
constexpr std::size_t text_size = prefix.size() + id_digits + 1 + secret_digits;

}  // namespace

std::string_view to_string(scope s) noexcept {
  switch (s) {
    case scope::read: return "read";
    case scope::trade: return "trade";
    case scope::inspect: return "inspect";
    case scope::admin: return "admin";
    case scope::withdraw: return "withdraw";
    case scope::operate: return "operate";
  }
  return "unknown";
}

std::optional<scope> parse_scope(std::string_view text) noexcept {
  for (const auto s :
       {scope::read, scope::trade, scope::withdraw, scope::inspect, scope::operate, scope::admin})
    if (to_string(s) == text) return s;
  return std::nullopt;
}

new_key make_key(std::string name, std::uint8_t scopes, timestamp now) {
  std::array<std::uint8_t, id_digits / 2> id;
  random_bytes(id);
  const auto secret = random_hex(secret_digits / 2);
  new_key out;
  out.record.id = to_hex(id);
  out.record.name = std::move(name);
  out.record.secret_hash = sha256(secret);  // as it is written: of its hex digits
  out.record.scopes = scopes;
  out.record.created_at = now;
  out.text.append(prefix).append(out.record.id).append("_").append(secret);
  return out;
}

std::shared_ptr<const key_ring::snapshot> key_ring::current() const {
  const std::lock_guard lock{mutex_};
  return keys_;
}

void key_ring::replace(const std::vector<service_key>& keys) {
  snapshot next;
  for (const auto& k : keys)
    if (!k.revoked_at.is_set()) next.emplace(k.id, entry{k.name, k.secret_hash, k.scopes});
  const std::lock_guard lock{mutex_};
  const auto known = generation_.load(std::memory_order_relaxed);
  if (known > 0 && *keys_ == next) return;
  keys_ = std::make_shared<const snapshot>(std::move(next));
  generation_.store(known + 1, std::memory_order_release);
}

std::optional<principal> key_ring::find(std::string_view text) const {
  if (text.size() != text_size || !text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (text[id_digits] != '_') return std::nullopt;
  const std::string id{text.substr(0, id_digits)};
  const auto given = sha256(text.substr(id_digits + 1));
  const auto keys = current();
  const auto i = keys->find(id);
  if (i == keys->end() || !same_secret(given.bytes, i->second.secret_hash.bytes))
    return std::nullopt;
  return owner_of(id, i->second);
}

std::optional<principal> key_ring::find_id(const std::string& id) const {
  const auto keys = current();
  const auto i = keys->find(id);
  if (i == keys->end()) return std::nullopt;
  return owner_of(id, i->second);
}

principal key_ring::owner_of(const std::string& id, const entry& e) {
  return {principal::kind::service_key, "key:" + e.name, e.scopes, "key:" + id};
}

}  // namespace headroom::http
