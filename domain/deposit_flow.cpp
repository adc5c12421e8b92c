#include "domain/deposit_flow.hpp"

namespace headroom {
namespace {

using enum deposit_phase;
using enum deposit_event;
using enum deposit_act;

using deposit_table = flow_table<done, contradicted, deposit_act>;

constexpr phase_set<deposit_phase> all_but(std::initializer_list<deposit_phase> phases) {
  return phase_set<deposit_phase>::all_but(phases);
}

/// event, in these phases, what is done, and the phase from then on when it is another one.
constexpr deposit_table table{
    {asked, {idle}, read, reading},
    {asked, all_but({idle}), turn_away},

    {resumed, {idle}, store, storing},
    {resumed, all_but({idle}), impossible},  // each gets an actor of its own

    {woken, {storing}, store},
    {woken, {following}, follow},
    {woken, {settling}, look},
    {woken, all_but({storing, following, settling}), impossible},  // a question ends the timer

    {impatient, {reading, checking, proving, naming, judging}, refuse_too_late, done},
    {impatient, {storing}, tell_doubt},
    {impatient, {following}, finish, done},
    {impatient, {settling, booking, crediting}, tell},
    {impatient, {idle, done}, impossible},  // nobody waits

    {died, {storing, settling, booking, crediting}, hand_over},
    {died, {idle, reading, checking, proving, naming, judging, following, done}, nothing},

    {parsed, {reading}, look_for_known, checking},
    {parsed, all_but({reading}), impossible},

    {unproven, {checking}, prove, proving},
    {unproven, all_but({checking}), impossible},

    {named, {checking}, look_for_name, naming},
    {named, all_but({checking}), impossible},

    {unjudged, {checking, naming}, verify, judging},
    {unjudged, all_but({checking, naming}), impossible},

    {cleared, {checking, naming}, open, storing},
    {cleared, all_but({checking, naming}), impossible},

    {proven, {proving}, look_for_known, checking},
    {proven, all_but({proving}), impossible},

    {judged, {judging}, look_for_known, checking},
    {judged, all_but({judging}), impossible},

    {objected, {proving, judging}, look_for_known, checking},
    {objected, all_but({proving, judging}), impossible},

    {refused, {reading, checking, proving, naming, judging, storing}, refuse, done},
    {refused, {idle, following, settling, booking, crediting, done}, impossible},

    {known, {checking, naming, following}, finish, done},
    {known, all_but({checking, naming, following}), impossible},

    {unsettled, {checking, naming, following}, sleep, following},
    {unsettled, all_but({checking, naming, following}), impossible},

    {stored, {storing}, settle, settling},
    {stored, all_but({storing}), impossible},

    {stored_before, {storing}, look, settling},
    {stored_before, all_but({storing}), impossible},

    {taken, {storing}, look_for_known, checking},
    {taken, all_but({storing}), impossible},

    {unwanted, {storing}, finish, done},
    {unwanted, all_but({storing}), impossible},

    {later, {storing, following, settling}, sleep},
    {later, {booking}, sleep, settling},
    {later, {idle, reading, checking, proving, naming, judging, crediting, done}, impossible},

    {paid, {settling}, book_paid, booking},
    {paid, all_but({settling}), impossible},

    {voided, {settling, booking}, book_failed, booking},  // booking: its proof is another one's
    {voided, all_but({settling, booking}), impossible},

    {unused, {settling}, settle},
    {unused, all_but({settling}), impossible},

    {settled, {booking}, credit, crediting},
    {settled, all_but({booking}), impossible},

    {failed, {booking}, finish, done},
    {failed, all_but({booking}), impossible},

    {credited, {crediting}, finish, done},
    {credited, all_but({crediting}), impossible},

    {contradicted, {storing, booking, crediting}, stop, done},
    {contradicted, all_but({storing, booking, crediting}), impossible},
};

}  // namespace

deposit_move next_move(deposit_phase at, deposit_event e) noexcept { return table(at, e); }

bool may_be_stored(deposit_phase p) noexcept { return table(p, died).act == hand_over; }

deposit_event next_question(const payment_knowledge& x) noexcept {
  if (x.refused) return refused;
  if (!x.proven) return unproven;
  if (x.named) return named;
  if (!x.judged) return unjudged;
  return cleared;
}

std::string_view to_string(deposit_phase p) noexcept {
  switch (p) {
    case idle: return "idle";
    case reading: return "reading";
    case checking: return "checking";
    case proving: return "proving";
    case naming: return "naming";
    case judging: return "judging";
    case storing: return "storing";
    case following: return "following";
    case settling: return "settling";
    case booking: return "booking";
    case crediting: return "crediting";
    case done: return "done";
  }
  return "unknown";
}

std::string_view to_string(deposit_event e) noexcept {
  switch (e) {
    case asked: return "asked";
    case resumed: return "resumed";
    case woken: return "woken";
    case impatient: return "impatient";
    case died: return "died";
    case parsed: return "parsed";
    case unproven: return "unproven";
    case named: return "named";
    case unjudged: return "unjudged";
    case cleared: return "cleared";
    case proven: return "proven";
    case judged: return "judged";
    case objected: return "objected";
    case refused: return "refused";
    case known: return "known";
    case unsettled: return "unsettled";
    case stored: return "stored";
    case stored_before: return "stored_before";
    case taken: return "taken";
    case unwanted: return "unwanted";
    case later: return "later";
    case paid: return "paid";
    case voided: return "voided";
    case unused: return "unused";
    case settled: return "settled";
    case failed: return "failed";
    case credited: return "credited";
    case contradicted: return "contradicted";
  }
  return "unknown";
}

}  // namespace headroom
