#include "actors/external_outbox_actor.hpp"

namespace headroom::actors {
namespace {

using rows = std::vector<external_operation>;

caf::result<bool> record(external_outbox_self self, record_external& x) {
  const auto& w = *self->state.w;
  const auto journal = w.dir.handles.get<journal_actor>();
  if (!journal) return make_error(errc::unavailable, "the journal is starting");
  auto promise = self->make_response_promise<bool>();
  self->request(journal, w.settings.patience.append, append{std::move(x)})
      .then(
          [self, promise](const committed&) mutable {
            ++self->state.stored;
            promise.deliver(true);
          },
          [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

template <class Question>
void ask_query(external_outbox_self self, const Question& x,
               caf::typed_response_promise<rows> promise) {
  const auto& w = *self->state.w;
  const auto query = w.dir.handles.get<query_actor>();
  if (!query) {
    promise.deliver(make_error(errc::unavailable, "the reader is starting"));
    return;
  }
  self->request(query, w.settings.patience.load, x)
      .then([promise](rows& found) mutable { promise.deliver(std::move(found)); },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
}

template <class Question>
caf::result<rows> read(external_outbox_self self, const Question& x) {
  const auto& w = *self->state.w;
  const auto journal = w.dir.handles.get<journal_actor>();
  if (!journal) return make_error(errc::unavailable, "the journal is starting");
  auto promise = self->make_response_promise<rows>();
  self->request(journal, w.settings.patience.load, sync_atom::value)
      .then([self, x, promise](bool) mutable { ask_query(self, x, promise); },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

}  // namespace

external_outbox_actor::behavior_type external_outbox_behavior(external_outbox_self self,
                                                              world_ptr w) {
  self->state.w = std::move(w);
  return {
      [self](record_external& x) { return record(self, x); },
      [self](const find_external& x) { return read(self, x); },
      [self](const open_externals& x) { return read(self, x); },
      [self](status_atom) {
        return status_report{external_outbox_state::name,
                             {{"stored", std::to_string(self->state.stored)}}};
      },
  };
}

}  // namespace headroom::actors
