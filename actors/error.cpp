#include "actors/error.hpp"

#include <caf/atom.hpp>
#include <caf/make_message.hpp>
#include <caf/sec.hpp>

namespace headroom {
namespace {
constexpr auto category = caf::atom("headroom");
}

caf::error make_error(errc e) { return {static_cast<std::uint8_t>(e), category}; }

caf::error make_error(errc e, std::string detail) {
  return {static_cast<std::uint8_t>(e), category, caf::make_message(std::move(detail))};
}

caf::error make_error(errc e, std::string detail, std::chrono::seconds retry_after) {
  return {static_cast<std::uint8_t>(e), category,
          caf::make_message(std::move(detail), static_cast<std::int64_t>(retry_after.count()))};
}

namespace actors {

errc code_of(const caf::error& e) {
  if (!e) return errc::none;
  if (e.category() == category) return static_cast<errc>(e.code());
  if (e == caf::sec::request_timeout) return errc::timed_out;
  if (e == caf::sec::request_receiver_down) return errc::unavailable;
  return errc::internal;
}

std::string detail_of(const caf::error& e) {
  if (!is_verdict(e)) return {};
  if (e.context().match_elements<std::string>()) return e.context().get_as<std::string>(0);
  if (e.context().match_elements<std::string, std::int64_t>())
    return e.context().get_as<std::string>(0);
  return {};
}

std::chrono::seconds retry_after_of(const caf::error& e) {
  if (!is_verdict(e) || !e.context().match_elements<std::string, std::int64_t>()) return {};
  return std::chrono::seconds{e.context().get_as<std::int64_t>(1)};
}

bool is_verdict(const caf::error& e) { return e && e.category() == category; }

bool is_final(const caf::error& e) {
  return is_verdict(e) && headroom::is_final(consequence_of(code_of(e)));
}

bool never_received(const caf::error& e) { return e == caf::sec::request_receiver_down; }

}  // namespace actors
}  // namespace headroom
