#pragma once

#include <map>
#include <random>
#include <vector>

#include "actors/messages/conversion_messages.hpp"

namespace headroom::test {

struct outside;

/// One way for money to Polygon that is nobody's transaction here: it remembers what it was sent
/// whatever becomes of the service, delays it past its own word, brings less than it promised,
/// gives it back, cannot be read for a while, or waits until a human knows. It complains of whoever
/// sends what could be in flight, another amount, or out of turn.
class route_double {
 public:
  struct rules {
    actors::route_info info;
    route_terms terms;  // the operator's
    std::int64_t fee_bps = 0;
    usdc most{};  // it takes at once; zero: no bound
  };
  /// Probabilities in 1/1000.
  struct faults {
    unsigned dear = 150;        // a quote of ten times the usual
    unsigned refuses = 60;      // to quote
    unsigned index_lags = 150;  // shows nothing of what is under way
    unsigned unreadable = 3;    // for up to 40 s; by question
    unsigned held = 60;         // its price is not good now; by question
    unsigned fails = 60;        // before anything moves
    unsigned returns = 150;     // what was sent comes back
    unsigned late = 100;        // more than twice its time
    unsigned partial = 200;     // brings less than promised
    unsigned premium = 50;      // or more
    unsigned stuck = 40;        // until a human knows: before it is sent, or once it is
    unsigned lost = 40;         // the answer
    unsigned never = 5;         // comes one
    unsigned answers_late = 40;
  };

  route_double(outside& out, rules law, std::uint64_t seed)
      : out_{out}, law_{std::move(law)}, rng_{seed} {}

  [[nodiscard]] const rules& law() const noexcept { return law_; }
  actors::route_quote quote(usdc amount);
  actors::route_flight flight(timestamp now);
  /// Does what is next of the step, or looks.
  actors::step_progress run(const actors::run_step& x, timestamp now);
  [[nodiscard]] bool chance(unsigned per_mille) { return rng_() % 1000 < per_mille; }
  [[nodiscard]] std::chrono::milliseconds delay() {
    return std::chrono::milliseconds{1 + rng_() % 4'000};
  }

  /// What the books say of a conversion that is over, against what it brought; "" when both agree.
  [[nodiscard]] std::string compare(const conversion& row) const;
  [[nodiscard]] bool has_sent(const conversion_id& id) const;
  [[nodiscard]] bool was_unreadable(timestamp at) const;
  [[nodiscard]] std::uint64_t sends() const noexcept { return sends_; }
  [[nodiscard]] std::uint64_t returns() const noexcept { return returns_; }

  faults wrong;

 private:
  enum class fate : std::uint8_t { never, sent, arrived, returned };
  struct attempt {
    fate at = fate::never;
    usdc sent;
    usdc brought;
    timestamp due;
    bool comes_back = false;
    hash256 tx;
  };
  using step_key = std::pair<conversion_id, std::uint32_t>;
  struct trouble {
    bool before_sending = false;
    timestamp since;
    bool over = true;
  };
  struct spell {
    timestamp from;
    timestamp until;
  };

  void grow_dark(timestamp now);
  [[nodiscard]] bool is_dark(timestamp now) const;
  [[nodiscard]] bool is_stuck(const conversion_id& id, bool before_sending, timestamp now);
  [[nodiscard]] bool is_replaced(const conversion_id& id) const;
  [[nodiscard]] std::string objection(const actors::run_step& x, timestamp now) const;
  [[nodiscard]] bool is_last(std::uint32_t step) const {
    return step + 1 == law_.info.steps.size();
  }
  actors::step_progress send(const actors::run_step& x, timestamp now);
  actors::step_progress look(const actors::run_step& x, attempt& a, timestamp now);
  void move_source(usdc change);

  outside& out_;
  rules law_;
  std::mt19937_64 rng_;
  std::map<step_key, std::vector<attempt>> attempts_;
  std::map<conversion_id, trouble> troubles_;
  std::vector<spell> spells_;
  std::uint64_t sends_ = 0;
  std::uint64_t returns_ = 0;
};

}  // namespace headroom::test
