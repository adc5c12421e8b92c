#include "domain/bet_flow.hpp"

namespace headroom {
namespace {

using enum bet_phase;
using enum bet_event;
using enum bet_act;

using bet_table = flow_table<done, unread, bet_act>;

constexpr phase_set<bet_phase> all_but(std::initializer_list<bet_phase> phases) {
  return phase_set<bet_phase>::all_but(phases);
}

/// event, in these phases, what is done, and the phase from then on when it is another one.
constexpr bet_table table{
    {asked, {idle}, begin, reserving},
    {asked, {reserving, refusing, storing, reading, placing, finishing}, join},
    {asked, {waiting}, tell},
    {asked, {done}, turn_away},

    {resumed, {idle}, read, reading},
    {resumed, {reserving, refusing, storing}, remember},  // about to find out that it is stored
    {resumed, {reading, placing, waiting, finishing, done}, nothing},

    {restarted, {reserving}, give_up, refusing},
    {restarted, {storing}, store},
    {restarted, {placing}, doubt},
    {restarted, {finishing}, book},
    {restarted, {idle, refusing, reading, waiting, done}, nothing},

    // The journal answers every entry it takes; asking it twice would only fill its queue. Its
    // reads have a time of their own.
    {overdue, {reserving}, give_up, refusing},
    {overdue, {placing}, doubt},
    {overdue, {refusing, storing, reading, finishing, done}, nothing},
    {overdue, {idle, waiting}, impossible},  // nothing is asked

    {woken, {storing}, store},
    {woken, {reading}, read},
    {woken, {waiting}, go_on, placing},
    {woken, {finishing}, book},
    {woken, {idle, reserving, refusing, placing, done}, impossible},  // a question ends the timer

    {died, {storing, reading, placing, waiting, finishing}, hand_over},
    {died, {reserving, refusing}, hand_over_if_called},
    {died, {idle, done}, nothing},

    {reserved, {reserving}, store, storing},
    {reserved, all_but({reserving}), impossible},

    {refused, {reserving, storing}, look_for_known, refusing},
    {refused, all_but({reserving, storing}), impossible},

    {stored, {storing}, submit, placing},
    {stored, all_but({storing}), impossible},

    {not_heard, {storing, finishing}, retry},
    {not_heard, all_but({storing, finishing}), impossible},

    // In `waiting` too: an answer that was taken as lost counts until another question is asked.
    {due_now, {placing, waiting}, go_on, placing},
    {due_now, all_but({placing, waiting}), impossible},
    {due_later, {placing, waiting}, sleep, waiting},
    {due_later, all_but({placing, waiting}), impossible},
    {decided, {placing, waiting}, book, finishing},
    {decided, all_but({placing, waiting}), impossible},

    {booked, {finishing}, leave, done},
    {booked, all_but({finishing}), impossible},

    {contradicted, {finishing}, read_ending},
    {contradicted, all_but({finishing}), impossible},

    {found_open, {refusing, reading}, adopt, placing},
    {found_open, {placing, waiting}, take_step, placing},
    {found_open, {finishing}, sleep, waiting},
    {found_open, {idle, reserving, storing, done}, impossible},

    {found_ended, {refusing, reading}, leave, done},
    {found_ended, {placing, waiting, finishing}, take_ending, done},
    {found_ended, {idle, reserving, storing, done}, impossible},

    {let_go, {refusing, reading}, leave, done},
    {let_go, all_but({refusing, reading}), impossible},

    {called, {refusing}, read, reading},
    {called, all_but({refusing}), impossible},

    {unread, {reading, finishing}, retry},
    {unread, {placing, waiting}, take_step, placing},
    {unread, {idle, reserving, refusing, storing, done}, impossible},
};

}  // namespace

bet_move next_move(bet_phase at, bet_event e) noexcept { return table(at, e); }

std::string_view to_string(bet_phase p) noexcept {
  switch (p) {
    case idle: return "idle";
    case reserving: return "reserving";
    case refusing: return "refusing";
    case storing: return "storing";
    case reading: return "reading";
    case placing: return "placing";
    case waiting: return "waiting";
    case finishing: return "finishing";
    case done: return "done";
  }
  return "unknown";
}

std::string_view to_string(bet_event e) noexcept {
  switch (e) {
    case asked: return "asked";
    case resumed: return "resumed";
    case restarted: return "restarted";
    case overdue: return "overdue";
    case woken: return "woken";
    case died: return "died";
    case reserved: return "reserved";
    case refused: return "refused";
    case stored: return "stored";
    case not_heard: return "not_heard";
    case due_now: return "due_now";
    case due_later: return "due_later";
    case decided: return "decided";
    case booked: return "booked";
    case contradicted: return "contradicted";
    case found_open: return "found_open";
    case found_ended: return "found_ended";
    case let_go: return "let_go";
    case called: return "called";
    case unread: return "unread";
  }
  return "unknown";
}

}  // namespace headroom
