#include "cluster/pulse.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace headroom::cluster {
namespace {

const char* word_of(actors::proof p) noexcept {
  switch (p) {
    case actors::proof::none: return "nobody";
    case actors::proof::late: return "late";
    case actors::proof::refused: return "refused";
  }
  return "?";
}

}  // namespace

pulse::pulse(const cluster_settings& settings, std::int64_t me, surroundings around)
    : settings_{settings}, me_{me}, around_{std::move(around)} {}

pulse::standing pulse::beat() try {
  if (standing_ == standing::replaced) return standing_;
  const auto sent = around_.now();
  const auto heard = around_.store.beat(me_);
  if (!answered_) spdlog::info("cluster.heard_again incarnation={}", me_);
  answered_ = true;
  if (!heard.alive) {
    around_.lease.end();
    standing_ = standing::replaced;
  } else if (heard.kept_by.incarnation == me_) {
    kept_until(sent);
  } else {
    look_at(heard.kept_by, sent);
  }
  return standing_;
} catch (const actors::membership_unavailable& e) {
  if (answered_) spdlog::warn("cluster.not_heard incarnation={} reason=\"{}\"", me_, e.what());
  answered_ = false;
  return standing_;
}

/// For dead_after by this node's own clock, too: the database's may have been set.
bool pulse::stands_still(const actors::keeper& keeper) {
  const auto now = around_.now();
  if (keeper.incarnation != seen_.incarnation || keeper.beat != seen_.beat) {
    seen_ = keeper;
    seen_since_ = now;
  }
  return now - seen_since_ >= settings_.dead_after;
}

void pulse::look_at(const actors::keeper& keeper, net::lease::instant sent) {
  using actors::proof;
  around_.lease.explain(keeper.incarnation == 0 ? "nobody serves yet" : keeper.name + " serves");
  const bool still = stands_still(keeper);
  if (keeper.incarnation == 0) return take(proof::none, keeper, sent);
  if (keeper.late && still) return take(proof::late, keeper, sent);
  if (around_.is_refused(keeper.address)) take(proof::refused, keeper, sent);
}

void pulse::take(actors::proof proof, const actors::keeper& keeper, net::lease::instant sent) {
  const auto answer = around_.store.take(me_, proof);
  if (answer == actors::take_answer::dead) {
    around_.lease.end();
    standing_ = standing::replaced;
  }
  if (answer != actors::take_answer::ours) return;
  spdlog::warn("cluster.takes_the_house incarnation={} from={} name={} proof={} took_ms={}", me_,
               keeper.incarnation, keeper.name, word_of(proof),
               std::chrono::duration_cast<std::chrono::milliseconds>(around_.now() - sent).count());
  kept_until(sent);
}

/// It was this node's no later than the answer, and nobody accuses it before dead_after.
void pulse::kept_until(net::lease::instant sent) {
  standing_ = standing::keeps;
  around_.lease.explain("the database does not hear this node");  // should it run out
  around_.lease.extend(sent + settings_.lease);
}

}  // namespace headroom::cluster
