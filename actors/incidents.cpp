#include "actors/incidents.hpp"

#include <utility>

namespace headroom::actors {
namespace {

template <class T>
void keep(std::deque<T>& list, T x, std::size_t most) {
  list.push_front(std::move(x));
  if (list.size() > most) list.pop_back();
}

template <class T>
std::vector<T> all_of(const std::deque<T>& list) {
  return {list.begin(), list.end()};
}

}  // namespace

std::string_view to_string(letter_fate f) noexcept {
  switch (f) {
    case letter_fate::to_the_dead: return "to_the_dead";
    case letter_fate::not_handled: return "not_handled";
    case letter_fate::left_behind: return "left_behind";
  }
  return "to_the_dead";
}

incidents& incidents::instance() {
  static incidents the_incidents;
  return the_incidents;
}

void incidents::note(const dead_letter& x) {
  const std::lock_guard lock{mutex_};
  ++counts_[{x.kind, x.type, x.fate}];
  keep(letters_, x, kept);
}

void incidents::note(const slow_handler& x) {
  const std::lock_guard lock{mutex_};
  keep(slow_, x, kept);
}

void incidents::note(actor_end x) {
  const std::lock_guard lock{mutex_};
  keep(ends_, std::move(x), ends_kept);
}

void incidents::left_behind(const char* kind, std::uint64_t messages) {
  const std::lock_guard lock{mutex_};
  counts_[{kind, message_type{}, letter_fate::left_behind}] += messages;
}

std::vector<incidents::letter_count> incidents::letter_counts() const {
  std::vector<letter_count> out;
  const std::lock_guard lock{mutex_};
  for (const auto& [name, count] : counts_) out.push_back({name.kind, name.type, name.fate, count});
  return out;
}

std::vector<dead_letter> incidents::letters() const {
  const std::lock_guard lock{mutex_};
  return all_of(letters_);
}

std::vector<slow_handler> incidents::slow() const {
  const std::lock_guard lock{mutex_};
  return all_of(slow_);
}

std::vector<actor_end> incidents::ends() const {
  const std::lock_guard lock{mutex_};
  return all_of(ends_);
}

}  // namespace headroom::actors
