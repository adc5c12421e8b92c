#include "domain/external_operation.hpp"

namespace headroom {
namespace {

bool same_request(const external_operation& a, const external_operation& b) noexcept {
  return a.service == b.service && a.account == b.account && a.sequence == b.sequence &&
         a.request_hash == b.request_hash && a.request == b.request;
}

bool same_words(const external_operation& a, const external_operation& b) noexcept {
  return a.remote_id == b.remote_id && a.tx_hash == b.tx_hash && a.detail == b.detail;
}

}  // namespace

external_news news_of(const external_operation& said, const external_operation& stored) noexcept {
  if (!same_request(said, stored)) return external_news::other_request;
  if (!is_open(stored.status))
    return is_open(said.status) || said.status == stored.status ? external_news::nothing
                                                                : external_news::other_end;
  const bool newer =
      said.status > stored.status || (said.status == stored.status && !same_words(said, stored));
  return newer ? external_news::onward : external_news::nothing;
}

}  // namespace headroom
