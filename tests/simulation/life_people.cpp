#include "tests/simulation/life.hpp"
#include "tests/support/passing_actors.hpp"

/// What the people of a schedule do to the service, and what they hear.
namespace headroom::test {

using namespace actors;
using std::chrono::milliseconds;
using std::chrono::seconds;

timestamp life::soon(std::uint64_t at_most_ms) {
  return now().plus(milliseconds{rng_() % at_most_ms});
}

template <class Answer, class Handle, class Question, class Ok, class Fail>
void life::ask_as_somebody(const Handle& to, Question question, Ok ok, Fail fail) {
  test::ask_as_somebody<Answer>(system_, out_.helpers, to, seconds{15}, std::move(question),
                                std::move(ok), std::move(fail));
}

void life::customers_act() {
  for (auto& c : people_.customers) {
    if (c.answered || c.asked || now() < c.ask_again_at) continue;
    const auto actor = dir_.users.open_bet(c.request.id);
    if (!actor) continue;
    c.asked = true;
    if (c.request.deadline.us == 0)
      c.request.deadline = now().plus(seconds{1 + static_cast<int>(rng_() % 60)});
    ask_as_somebody<bet>(
        actor, c.request, [this, &c](const bet& b) { heard(c, b); },
        [this, &c](const caf::error& e) { heard(c, e); });
  }
}

void life::heard(customer_bet& c, const bet& b) {
  c.asked = false;
  c.answer = b;
  if (b.status == bet_status::placing) {  // 202: ask again later
    c.ask_again_at = soon(4'000);
    return;
  }
  c.answered = true;
}

void life::heard(customer_bet& c, const caf::error& e) {
  c.asked = false;
  if (consequence_of(code_of(e)) == consequence::rejected) {
    c.answered = c.refused = true;
    return;
  }
  c.ask_again_at = soon(2'000);
}

void life::operator_acts() {
  const auto buffer = dir_.handles.get<buffer_actor>();
  if (!buffer) return;
  for (auto& x : people_.wishes) {
    if (x.answered || x.asked || now() < x.ask_again_at) continue;
    x.asked = true;
    const auto ok = [&x](const buffer_status&) { x.answered = true; };
    const auto fail = [this, &x](const caf::error&) {
      x.asked = false;
      x.ask_again_at = soon(2'000);
    };
    std::visit(
        [&](const auto& request) { ask_as_somebody<buffer_status>(buffer, request, ok, fail); },
        x.request);
  }
}

void life::payers_act() {
  out_.plasma.advance(now());
  for (auto& p : people_.payers) {
    p.act(out_.plasma, now());
    if (p.answered || p.asked || now() < p.ask_again_at) continue;
    const auto actor = dir_.users.open_deposit();
    if (!actor) continue;
    p.asked = true;
    if (!p.is_signed()) p.sign(now());
    ask_as_somebody<paid_deposit>(
        actor, pay_deposit{p.amount, p.version, p.header, {}},
        [this, &p](const paid_deposit& d) { p.hear(d.row, out_.plasma, soon(4'000)); },
        [this, &p](const caf::error& e) {
          if (consequence_of(code_of(e)) == consequence::rejected)
            return p.hear_refusal(out_.plasma, soon(4'000));
          p.asked = false;
          p.ask_again_at = soon(2'000);
        });
  }
}

}  // namespace headroom::test
