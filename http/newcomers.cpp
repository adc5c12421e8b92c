#include "http/newcomers.hpp"

#include "http/asking.hpp"

namespace headroom::http {
namespace {

/// Of users whom the books do not know, all together: each session takes a place for half a day.
constexpr rate of_all_newcomers{5, 200};

}  // namespace

task<> admit(exchange& x, address user) {
  auto& dir = x.services().dir;
  if (dir.users.find_balance(user)) co_return;
  const auto row = or_refuse(
      co_await ask<balance_row>(x, dir.handles.public_query(), actors::get_atom::value, user));
  if (row.version != 0) co_return;
  const auto wait = x.shared().newcomers.take(of_all_newcomers, rate_bucket::clock::now());
  if (wait > rate_bucket::clock::duration::zero())
    throw problem_of(errc::overloaded, "too many new users are coming");
}

}  // namespace headroom::http
