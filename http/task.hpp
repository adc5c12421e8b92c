#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace headroom::http {

template <class T = void>
class task;

/// What every task does at its ends: it begins when somebody awaits or starts it, and goes on with
/// whoever awaits it.
class task_promise_base {
 public:
  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }

  struct to_awaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      return ended.promise().awaiter_;
    }
    void await_resume() const noexcept {}
  };
  [[nodiscard]] to_awaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { failure_ = std::current_exception(); }

  void awaited_by(std::coroutine_handle<> awaiter) noexcept { awaiter_ = awaiter; }

 protected:
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::coroutine_handle<> awaiter_ = std::noop_coroutine();
  std::exception_ptr failure_;
};

template <class T>
class task_promise final : public task_promise_base {
 public:
  [[nodiscard]] task<T> get_return_object() noexcept;
  void return_value(T value) { value_.emplace(std::move(value)); }
  [[nodiscard]] T result() {
    rethrow();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class task_promise<void> final : public task_promise_base {
 public:
  [[nodiscard]] task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void result() const { rethrow(); }
};

/// Steps that read from top to bottom although some of them wait for actors (asking.hpp). The owner
/// of a task owns what it waits in: to destroy it is to forget the rest. A route is started by its
/// exchange (exchange::follow); any other is awaited by the task that made it.
///
/// A task's parameters are values, but for the exchange: a reference to something else must outlive
/// the last wait.
template <class T>
class [[nodiscard]] task {
 public:
  using promise_type = task_promise<T>;

  task() noexcept = default;
  explicit task(std::coroutine_handle<promise_type> frame) noexcept : frame_{frame} {}
  task(task&& other) noexcept : frame_{std::exchange(other.frame_, nullptr)} {}
  task& operator=(task&& other) noexcept {
    task{std::move(other)}.swap(*this);
    return *this;
  }
  ~task() {
    if (frame_) frame_.destroy();
  }
  void swap(task& other) noexcept { std::swap(frame_, other.frame_); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    frame_.promise().awaited_by(awaiter);
    return frame_;
  }
  T await_resume() { return frame_.promise().result(); }

  // -- for exchange -------------------------------------------------------------------------------

  /// Runs to the first wait.
  void start() { frame_.resume(); }
  [[nodiscard]] bool ended() const noexcept { return frame_ && frame_.done(); }
  /// Of an ended one: throws what it threw.
  T result() { return frame_.promise().result(); }

 private:
  std::coroutine_handle<promise_type> frame_;
};

template <class T>
task<T> task_promise<T>::get_return_object() noexcept {
  return task<T>{std::coroutine_handle<task_promise>::from_promise(*this)};
}

inline task<void> task_promise<void>::get_return_object() noexcept {
  return task<void>{std::coroutine_handle<task_promise>::from_promise(*this)};
}

}  // namespace headroom::http
