#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

/// Which nodes there are and which of them keeps the house: what the database says, for cluster/.
namespace headroom::actors {

/// A node as it presents itself. Its name lives once at a time.
struct node_card {
  std::string name;
  std::string address;  // "host:port" where peers knock: a door that is open while the node lives
  std::string release;
  std::int32_t wire_version = 1;
};

/// Who keeps the house, as a heartbeat finds it.
struct keeper {
  std::int64_t incarnation = 0;  // 0: nobody does
  std::string name;
  std::string address;
  bool late = false;      // it was not heard of for dead_after, by the database's clock
  std::int64_t beat = 0;  // of its last heartbeat, as the database says it; to see it change
};

struct heartbeat_answer {
  bool alive = false;  // false: this incarnation was declared dead, or has left
  keeper kept_by;
};

/// Why a keeper may be declared dead (decision 0048). `late`: its heartbeats have stopped, and the
/// accuser's own have not. `refused`: nobody listens at its address and its sessions are closed.
enum class proof : std::uint8_t { none = 0, late = 1, refused = 2 };

enum class take_answer : std::uint8_t {
  ours = 0,        // this node keeps the house
  busy = 1,        // another is at it
  not_proven = 2,  // the keeper lives after all, as far as the database knows
  dead = 3,        // the accuser itself was declared dead
};

/// The database is away or does not answer in time. Nothing is known of what was asked.
struct membership_unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// This node cannot enter: a sentence for its operator.
struct membership_refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Everything throws membership_unavailable. Used by one thread at a time.
class membership_store {
 public:
  membership_store() = default;
  virtual ~membership_store() = default;
  membership_store(const membership_store&) = delete;
  membership_store& operator=(const membership_store&) = delete;

  /// A new life of that name: its incarnation, a number that is never used again. An earlier life
  /// whose sessions have ended is buried first. Throws membership_refused when the name lives, or
  /// when the cluster speaks another wire version.
  virtual std::int64_t enter(const node_card& card) = 0;
  /// It lives; and who keeps the house.
  virtual heartbeat_answer beat(std::int64_t me) = 0;
  /// Keeps the house from now on, if nobody does or whoever did is proven dead: in one transaction
  /// the old keeper's journal is ended and waited for, then it is dead, then the house is this
  /// node's.
  virtual take_answer take(std::int64_t me, proof of) = 0;
  /// It goes in order: the house is nobody's, if it was its.
  virtual void leave(std::int64_t me) = 0;
};

}  // namespace headroom::actors
