#include "http/principal.hpp"

namespace headroom::http {

std::string user_name(const address& user) { return "user:" + user.hex(); }

principal principal_of(const address& user) {
  auto name = user_name(user);
  return {principal::kind::user, name, 0, name, user};
}

}  // namespace headroom::http
