#include "persistence/pg_membership.hpp"

#include "persistence/detail/pg_session.hpp"

namespace headroom::persistence {
namespace {

using namespace actors;

std::string interval(std::chrono::milliseconds x) { return std::to_string(x.count()) + " ms"; }

const char* word_of(proof p) noexcept {
  switch (p) {
    case proof::none: return "";
    case proof::late: return "late";
    case proof::refused: return "refused";
  }
  return "";
}

take_answer answer_of(const std::string& word) {
  if (word == "ours") return take_answer::ours;
  if (word == "busy") return take_answer::busy;
  if (word == "not_proven") return take_answer::not_proven;
  if (word == "dead") return take_answer::dead;
  throw std::logic_error("cluster_take answered " + word);
}

}  // namespace

class pg_membership::link {
 public:
  explicit link(const membership_settings& settings) : settings_{settings} {}

  /// Statements on the session of `me`, which is opened when there is none. Each commits by itself:
  /// a process that is frozen between two of them leaves no row locked. A failure loses the
  /// session: what was asked may have happened, and the next beat tells.
  template <class Body>
  auto run(std::int64_t me, Body body) try {
    if (!session_) open(me);
    pqxx::nontransaction tx{*session_};
    return body(tx);
  } catch (const membership_refused&) {
    throw;
  } catch (const std::exception& e) {
    session_.reset();
    throw membership_unavailable(e.what());
  }

  [[nodiscard]] std::string dead_after() const { return interval(settings_.dead_after); }

  /// The session is that of this life from now on.
  static void live_as(pqxx::nontransaction& tx, std::int64_t me) {
    tx.exec_params("SELECT pg_try_advisory_lock(4713, $1::int)", me);
  }

 private:
  void open(std::int64_t me) {
    session_options options;
    options.application = "headroom heart";
    options.connect_timeout = settings_.connect_timeout;
    options.statement_timeout = options.lock_timeout = settings_.statement_timeout;
    session_ = open_session(settings_.conninfo, options);
    {
      pqxx::nontransaction tx{*session_};
      // A heartbeat that a crash forgets is a late one. A machine that lost its power says no
      // farewell, and PostgreSQL must find out.
      tx.exec(
          "SET synchronous_commit = off; SET tcp_keepalives_idle = 5;"
          "SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3");
    }
    if (me == 0) return;
    pqxx::nontransaction tx{*session_};
    live_as(tx, me);
    tx.exec_params0(
        "UPDATE cluster_nodes SET well_since = clock_timestamp() WHERE incarnation = $1", me);
  }

  const membership_settings settings_;
  session session_;
};

pg_membership::pg_membership(const membership_settings& settings)
    : link_{std::make_unique<link>(settings)} {}
pg_membership::~pg_membership() = default;

std::int64_t pg_membership::enter(const node_card& card) {
  return link_->run(0, [&](pqxx::nontransaction& tx) {
    const auto row = tx.exec_params1("SELECT life, refused FROM cluster_enter($1, $2, $3, $4)",
                                     card.name, card.address, card.release, card.wire_version);
    if (row[0].is_null()) throw membership_refused(row[1].as<std::string>());
    const auto life = row[0].as<std::int64_t>();
    link::live_as(tx, life);
    return life;
  });
}

heartbeat_answer pg_membership::beat(std::int64_t me) {
  return link_->run(me, [&](pqxx::nontransaction& tx) {
    const auto row = tx.exec_params1(
        "WITH own AS (UPDATE cluster_nodes SET beat = clock_timestamp(), well_since = CASE WHEN"
        "  beat < clock_timestamp() - $2::interval THEN clock_timestamp() ELSE well_since END"
        "  WHERE incarnation = $1 AND state = 'up' RETURNING 1)"
        " SELECT (SELECT count(*) FROM own), coalesce(n.incarnation, 0), coalesce(n.name, ''),"
        " coalesce(n.address, ''), coalesce(n.beat < clock_timestamp() - $2::interval, false),"
        " coalesce((extract(epoch FROM n.beat) * 1000000)::bigint, 0)"
        " FROM cluster_units u LEFT JOIN cluster_nodes n ON n.incarnation = u.owner"
        " WHERE u.role = 'house'",
        me, link_->dead_after());
    heartbeat_answer out;
    out.alive = row[0].as<std::int64_t>() == 1;
    out.kept_by = {row[1].as<std::int64_t>(), row[2].as<std::string>(), row[3].as<std::string>(),
                   row[4].as<bool>(), row[5].as<std::int64_t>()};
    return out;
  });
}

take_answer pg_membership::take(std::int64_t me, proof of) {
  return link_->run(me, [&](pqxx::nontransaction& tx) {
    const auto row = tx.exec_params1("SELECT cluster_take($1, $2, $3::interval)", me, word_of(of),
                                     link_->dead_after());
    return answer_of(row[0].as<std::string>());
  });
}

void pg_membership::leave(std::int64_t me) {
  link_->run(me, [&](pqxx::nontransaction& tx) {
    tx.exec_params("SELECT cluster_leave($1)", me);
    return true;
  });
}

}  // namespace headroom::persistence
