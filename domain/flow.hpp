#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <type_traits>

namespace headroom {

/// Some of a flow's phases, to name them in a row.
template <class Phase>
class phase_set {
 public:
  constexpr phase_set(std::initializer_list<Phase> phases) noexcept {
    for (const auto p : phases) bits_ |= bit(p);
  }
  /// Every phase but these.
  [[nodiscard]] static constexpr phase_set all_but(std::initializer_list<Phase> phases) noexcept {
    phase_set out{phases};
    out.bits_ = ~out.bits_;
    return out;
  }
  [[nodiscard]] constexpr bool contains(Phase p) const noexcept { return (bits_ & bit(p)) != 0; }

 private:
  static constexpr std::uint32_t bit(Phase p) noexcept {
    return std::uint32_t{1} << static_cast<std::uint32_t>(p);
  }

  std::uint32_t bits_ = 0;
};

/// What follows: the phase from then on, and what is done.
template <class Phase, class Act>
struct flow_move {
  Phase next;
  Act act;
};

/// One line of a table: in these phases the event is answered by this act, and then the phase is
/// `next`, or stays.
template <class Phase, class Event, class Act>
struct flow_row {
  Event event;
  phase_set<Phase> in;
  Act act;
  std::optional<Phase> next{};
};

/// A state machine as data. Each phase answers each event in exactly one row: a table with a gap,
/// or with two answers, does not compile. `LastPhase` and `LastEvent` close their enums, which
/// count from 0; at most 32 phases.
template <auto LastPhase, auto LastEvent, class Act>
class flow_table {
 public:
  using phase = std::remove_cv_t<decltype(LastPhase)>;
  using event = std::remove_cv_t<decltype(LastEvent)>;
  using row = flow_row<phase, event, Act>;
  using move = flow_move<phase, Act>;

  static constexpr std::size_t phases = static_cast<std::size_t>(LastPhase) + 1;
  static constexpr std::size_t events = static_cast<std::size_t>(LastEvent) + 1;
  static_assert(phases <= 32);

  consteval flow_table(std::initializer_list<row> rows) {
    if (!is_whole(rows)) throw "a phase answers an event in no row, or in two";
    for (const auto& r : rows)
      for (std::size_t p = 0; p < phases; ++p)
        if (const auto at = static_cast<phase>(p); r.in.contains(at))
          moves_[p][static_cast<std::size_t>(r.event)] = {r.next.value_or(at), r.act};
  }

  [[nodiscard]] constexpr move operator()(phase at, event e) const noexcept {
    return moves_[static_cast<std::size_t>(at)][static_cast<std::size_t>(e)];
  }

  [[nodiscard]] static constexpr bool is_whole(std::initializer_list<row> rows) noexcept {
    for (std::size_t p = 0; p < phases; ++p)
      for (std::size_t e = 0; e < events; ++e) {
        std::size_t answers = 0;
        for (const auto& r : rows)
          if (r.event == static_cast<event>(e) && r.in.contains(static_cast<phase>(p))) ++answers;
        if (answers != 1) return false;
      }
    return true;
  }

 private:
  std::array<std::array<move, events>, phases> moves_{};
};

}  // namespace headroom
