#include "actors/noted_message.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <caf/atom.hpp>
#include <caf/type_erased_tuple.hpp>
#include <cstdlib>
#include <memory>

namespace headroom::actors {
namespace {

constexpr std::size_t most_elements = 4;  // that tell types apart
constexpr std::size_t longest_name = 80;

constexpr std::uint64_t mixed(std::uint64_t h, std::uint64_t x) noexcept {
  h = (h ^ x) * 0x9e3779b97f4a7c15ULL;
  return h ^ (h >> 29);
}

bool is_atom(const caf::rtti_pair& t) noexcept {
  return t.first == caf::type_nr<caf::atom_value>::value;
}

std::uint64_t key_of(const caf::type_erased_tuple& content, bool answer) {
  const auto size = content.size();
  std::uint64_t h = mixed(answer ? 3 : 2, size);
  for (std::size_t n = 0; n < std::min(size, most_elements); ++n) {
    const auto t = content.type(n);
    h = is_atom(t) ? mixed(h, static_cast<std::uint64_t>(content.get_as<caf::atom_value>(n)))
                   : mixed(h, t.first + reinterpret_cast<std::uintptr_t>(t.second));
  }
  return h == 0 ? 1 : h;
}

void erase_all(std::string& text, std::string_view what) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at))
    text.erase(at, what.size());
}

std::string element_name(const caf::type_erased_tuple& content, std::size_t n) {
  const auto t = content.type(n);
  if (is_atom(t)) return caf::to_string(content.get_as<caf::atom_value>(n));
  if (t.second == nullptr) {
    const std::string_view name = caf::numbered_type_names[t.first - 1];
    return std::string{name.substr(name.starts_with('@') ? 1 : 0)};
  }
  int failed = 0;
  const std::unique_ptr<char, decltype(&std::free)> plain{
      abi::__cxa_demangle(t.second->name(), nullptr, nullptr, &failed), &std::free};
  std::string out = failed == 0 ? plain.get() : t.second->name();
  for (const auto* prefix : {"headroom::", "actors::", "chain::", "std::", "__cxx11::",
                             "(anonymous namespace)::", ", allocator<char>"})
    erase_all(out, prefix);
  return out;
}

std::string name_for(const caf::type_erased_tuple& content, bool answer) {
  std::string out = answer ? "answer:" : "";
  for (std::size_t n = 0; n < std::min(content.size(), most_elements); ++n)
    out.append(out.empty() ? "" : " ").append(element_name(content, n));
  if (content.size() == 0) out += answer ? " done" : "empty";
  return out.substr(0, longest_name);
}

/// Open addressing, entered once per type and never left. The place is the number.
class type_table {
 public:
  message_type find(const caf::type_erased_tuple& content, bool answer) {
    const auto key = key_of(content, answer);
    for (std::size_t tries = 0; tries < most_message_types; ++tries) {
      const auto place = 1 + (key + tries) % (most_message_types - 1);
      auto seen = keys_[place].load(std::memory_order_acquire);
      if (seen == 0 && keys_[place].compare_exchange_strong(seen, key)) {
        names_[place].store(new std::string{name_for(content, answer)});  // for good
        seen = key;
      }
      if (seen == key) return message_type{static_cast<std::uint16_t>(place)};
    }
    return {};
  }
  [[nodiscard]] std::string_view name(message_type type) const noexcept {
    const auto place = static_cast<std::size_t>(type);
    const auto* name = place < most_message_types ? names_[place].load() : nullptr;
    return name == nullptr ? std::string_view{"?"} : std::string_view{*name};
  }

 private:
  std::array<std::atomic<std::uint64_t>, most_message_types> keys_{};
  std::array<std::atomic<const std::string*>, most_message_types> names_{};
};

type_table& types() {
  static type_table table;
  return table;
}

}  // namespace

message_type type_of(const caf::type_erased_tuple& content, bool answer) {
  return types().find(content, answer);
}

std::string_view name_of(message_type type) noexcept { return types().name(type); }

std::string_view to_string(message_end e) noexcept {
  switch (e) {
    case message_end::handled: return "handled";
    case message_end::dropped: return "dropped";
    case message_end::crashed: return "crashed";
  }
  return "handled";
}

}  // namespace headroom::actors
