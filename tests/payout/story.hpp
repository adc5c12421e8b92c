#pragma once

#include "tests/payout/recomputation.hpp"
#include "tests/payout/story_life.hpp"

namespace headroom::test {

/// One story, told to its end: the service lives over the real books, is killed and crashes, and
/// in the end everything is paid out. What is left of it may be looked at.
class story {
 public:
  explicit story(const story_scale& scale);

  /// What went wrong, "" when the books are what they must be.
  std::string tell();

  [[nodiscard]] const story_world& world() const { return world_; }
  [[nodiscard]] const story_people& people() const { return people_; }
  [[nodiscard]] const story_counts& counts() const { return counts_; }
  [[nodiscard]] const final_books& books() const { return books_; }

 private:
  void pay_in();

  story_scale scale_;
  fresh_database db_;
  story_world world_;
  story_people people_;
  story_counts counts_;
  final_books books_;
};

}  // namespace headroom::test
