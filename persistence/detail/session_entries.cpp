#include "persistence/detail/entries.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

/// Longer than a nonce is good: while its message could come again, its row is here.
constexpr std::chrono::hours kept_after_end{1};

/// So many at once, that no sign-in waits for a day's.
void forget_old(attempt& a, timestamp now) {
  a.tx.exec_params0(
      "DELETE FROM sessions WHERE token_hash IN (SELECT token_hash FROM sessions"
      " WHERE expires_at < time_of($1) ORDER BY expires_at LIMIT 100)",
      now.minus(kept_after_end).us);
}

/// Two texts, for each has an index of its own.
void close_oldest(attempt& a, const signed_session& newest) {
  const std::string update =
      "UPDATE sessions SET closed_at = time_of($1), change = nextval('session_changes')"
      " WHERE token_hash IN (SELECT token_hash FROM sessions WHERE closed_at IS NULL AND ";
  const std::string order = " ORDER BY created_at DESC OFFSET $3)";
  const auto most = static_cast<std::int64_t>(most_sessions_of_one);
  if (newest.key_id.empty()) {
    a.tx.exec_params0(update + "user_address = $2::bytea" + order, newest.created_at.us,
                      binary(newest.user.view()), most);
  } else {
    a.tx.exec_params0(update + "key_id = $2" + order, newest.created_at.us,
                      clean_text(newest.key_id), most);
  }
}

}  // namespace

errc apply(attempt& a, const sign_in& x) {
  const auto& s = x.row;
  if (s.user.is_zero() == s.key_id.empty() || s.expires_at <= s.created_at)
    return errc::invariant_violated;
  const auto known = a.tx.exec_params(
      "SELECT token_hash FROM sessions WHERE nonce_hash = $1::bytea", binary(s.nonce_hash.view()));
  if (!known.empty())
    return read_fixed<hash256>(known.front()[0]) == s.token_hash ? a.replayed() : errc::duplicate;
  forget_old(a, s.created_at);
  a.tx.exec_params0(
      "INSERT INTO sessions (token_hash, nonce_hash, user_address, key_id, created_at, expires_at)"
      " VALUES ($1::bytea, $2::bytea, NULLIF($3::bytea, ''), NULLIF($4, ''), time_of($5),"
      " time_of($6))",
      binary(s.token_hash.view()), binary(s.nonce_hash.view()),
      binary(s.user.view().first(s.user.is_zero() ? 0 : address::size)), clean_text(s.key_id),
      s.created_at.us, s.expires_at.us);
  close_oldest(a, s);
  return errc::none;
}

errc apply(attempt& a, const sign_out& x) {
  const auto closed = a.tx.exec_params(
      "UPDATE sessions SET closed_at = time_of($2), change = nextval('session_changes')"
      " WHERE token_hash = $1::bytea AND closed_at IS NULL",
      binary(x.token_hash.view()), x.at.us);
  return closed.affected_rows() == 1 ? errc::none : a.replayed();
}

}  // namespace headroom::persistence
