#include "config/table.hpp"

namespace headroom::config {
namespace {

using enum unit;

constexpr number second = 1'000;  // in milliseconds
constexpr number minute = 60 * second;
constexpr number hour = 60 * minute;
constexpr number day = 24 * hour;
constexpr number any_id = 9'007'199'254'740'991;  // 2^53 - 1, what every JSON reader can hold
constexpr number dollar = 1'000'000;              // in micro-USDC
constexpr number whole_percent = 100;             // in basis points

using rows = std::vector<row>;

// One line a setting, however long.
// clang-format off

rows house_rows(settings& s) {
  return {
      {"profile",   &s.profile,   none, {}, "sandbox or production; pages are told"},
      {"log_level", &s.log_level, none, {}, "trace, debug, info, warning, error, critical or off"},
      {"sources",   &s.sources,   none, {}, "what users pay with, each an object; without it USDT0 on Plasma, USDC on Polygon and, when `base` is configured, USDC there"},
  };
}

rows source_rows(source_setting& x) {
  return {
      {"network",                 &x.network,          none,    {},                       "required: plasma, polygon or base"},
      {"enabled",                 &x.enabled,          none,    {},                       "false: nothing new is taken from it"},
      {"token",                   &x.token,            none,    {},                       "without it the chain's usual: USDT0, USDC"},
      {"token_name",              &x.token_name,       none,    {},                       "EIP-712 domain of the token, compared with the token's own word; needed for another than the usual"},
      {"token_version",           &x.token_version,    none,    {},                       "likewise"},
      {"networks_v1",             &x.networks_v1,      none,    {},                       "names of the chain for x402 version 1; the first is shown"},
      {"minimum",                 &x.minimum,          dollars, {0, 1e6L * dollar},       "of one payment; zero: that of `deposits`"},
      {"maximum",                 &x.maximum,          dollars, {0, 1e9L * dollar},       "likewise"},
      {"large_from",              &x.large_from,       dollars, {0, 1e9L * dollar},       "payments of so much and more are proven by `large_finality`; zero: none"},
      {"large_finality",          &x.large_finality,   none,    {},                       "whose word makes the block of a large payment final: confirmations, tag, either or both"},
      {"rate_bps",                &x.rate_bps,         bps,     {5'000, one_to_one_bps},  "what it is credited at, before the fee; 10000 is one to one"},
      {"price_guard",             &x.price_guard,      none,    {},                       "false: no price is asked, whatever it is worth; true without a `price_feed` is an alert in production"},
      {"price_feed",              &x.price_feed,       none,    {},                       "Chainlink's of the token in dollars; without it no price is asked"},
      {"price_network",           &x.price_network,    none,    {},                       "where the feed is; without it the source's own"},
      {"price_within_bps",        &x.price_within_bps, bps,     {1, 50 * whole_percent},  "of a dollar, either way; beyond it credits wait"},
      {"price_heartbeat_seconds", &x.price_heartbeat,  sec,     {60, 604'800},            "the longest silence of the feed; an older price is none"},
  };
}

rows http_rows(http::http_settings& h) {
  return {
      {"listen",             &h.address,                            none,       {},                 "an IP address; loopback unless a TLS proxy is elsewhere"},
      {"port",               &h.port,                               none,       {0, 65'535},        "0: the kernel chooses; printed at start"},
      {"admin_listen",       door{&h.admin_address, &h.admin_port}, none,       {},                 "a second listener, for health and metrics alone, like \"127.0.0.1:9464\""},
      {"public_url",         &h.public_url,                         none,       {},                 "required: the absolute URL that payers see as x402 resource"},
      {"web_root",           &h.web_root,                           none,       {},                 "folder of the built pages, served at / and /operator; without it none are"},
      {"threads",            &h.threads,                            none,       {1, 64},            "one io_context each"},
      {"max_connections",    &h.max_connections,                    none,       {1, 1'000'000},     "beyond them only health is answered"},
      {"max_in_flight",      &h.max_in_flight,                      none,       {1, 1'000'000},     "requests being answered at once"},
      {"max_body",           &h.max_body,                           bytes,      {1'024, 1'048'576}, "of a request"},
      {"header_timeout_ms",  &h.header_timeout,                     ms,         {100, 10 * minute}, "from a request's first byte to its header"},
      {"request_timeout_ms", &h.request_timeout,                    ms,         {100, 10 * minute}, "body, answer of the actors, each write"},
      {"idle_timeout_ms",    &h.idle_timeout,                       ms,         {100, hour},        "between requests of a connection; longer than the proxy's own"},
      {"drain_timeout_ms",   &h.drain_timeout,                      ms,         {0, 10 * minute},   "how long a stop lets requests finish"},
      {"max_streams",        &h.max_streams,                        none,       {1, 1'000'000},     "of events, open at once; at most half of max_connections"},
      {"max_streams_per_caller", &h.max_streams_per_caller,         none,       {1, 10'000},        "of them for one caller"},
      {"stream_queue",       &h.stream_queue,                       bytes,      {1'024, 16'777'216}, "that may wait in one stream; then the oldest are dropped"},
      {"stream_heartbeat_ms", &h.stream_heartbeat,                  ms,         {second, 5 * minute}, "of silence, then a comment"},
      {"stream_pace_ms",     &h.stream_pace,                        ms,         {10, minute},       "between two writes into one stream"},
      {"stream_retry_ms",    &h.stream_retry,                       ms,         {100, 10 * minute}, "after which browsers come back"},
      {"public_metrics",     &h.public_metrics,                     none,       {},                 "false: /metrics needs scope `inspect` at the first listener"},
      {"kept_refusals",      &h.kept_refusals,                      none,       {1, 1'000'000},     "bets that were answered 202 and refused afterwards"},
      {"refusals_kept_ms",   &h.refusals_kept,                      ms,         {minute, 30 * day}, "how long; as long as the longest deadline of a bet"},
      {"cors_origins",       &h.cors_origins,                       none,       {},                 "of pages: [\"*\"] any, or origins by name"},
      {"key_rate",           &h.key_rate.per_second,                per_second, {0, 10'000'000},    "requests by one service key; 0: no limit"},
      {"key_burst",          &h.key_rate.burst,                     none,       {1, 10'000'000},    "of them at once"},
      {"signer_rate",        &h.signer_rate.per_second,             per_second, {0, 10'000'000},    "signed requests by one user; 0: no limit"},
      {"signer_burst",       &h.signer_rate.burst,                  none,       {1, 10'000'000},    "of them at once"},
      {"session_rate",       &h.session_rate.per_second,            per_second, {0, 10'000'000},    "requests by one user or key that signed in; 0: no limit"},
      {"session_burst",      &h.session_rate.burst,                 none,       {1, 10'000'000},    "of them at once"},
      {"session_time_ms",    &h.session_time,                       ms,         {minute, day},      "how long a sign-in lasts at most"},
      {"refused_rate",       &h.refused_rate.per_second,            per_second, {0, 1'000'000},     "refusals of strangers, all together, without a pause; 0: no limit"},
  };
}

rows webhook_rows(webhooks::webhook_settings& w) {
  return {
      {"poll_ms",          &w.poll,          ms,    {10, minute},           "between two looks for events to tell"},
      {"timeout_ms",       &w.timeout,       ms,    {100, minute},          "of one try, from the receiver's name to the last byte of its answer"},
      {"max_answer",       &w.max_answer,    bytes, {1'024, 1'048'576},     "that a receiver may answer with; a longer answer is a failed try"},
      {"at_once",          &w.at_once,       none,  {1, 64},                "tries under way at one receiver"},
      {"pace",             &w.pace,          none,  {0.0001L, 1},           "of the waits between ten tries (5 s, 5 min, 30 min, 2, 5, 10, 14, 20, 24 h); less than 1 is for tests"},
      {"old_secret_ms",    &w.old_secret,    ms,    {minute, 30 * day},     "how long the old secret signs too after a rotation"},
      {"failing_after_ms", &w.failing_after, ms,    {100, 30 * day},        "without a success: the alert webhook.failing"},
      {"kept_ms",          &w.kept,          ms,    {4 * day, 49 * day},    "how long the log keeps a delivery that has ended"},
  };
}

rows cluster_rows(cluster::cluster_settings& c) {
  return {
      {"enabled",       &c.enabled,    none, {},           "true: this process is a node among others over one database; one keeps the house, the others stand by"},
      {"name",          &c.name,       none, {},           "required when enabled: of this node, lives once at a time"},
      {"address",       &c.address,    none, {},           "\"host:port\" where peers find out whether this node's process is gone; without it where HTTP listens"},
      {"beat_ms",       &c.beat,       ms,   {20, minute}, "between two heartbeats"},
      {"lease_ms",      &c.lease,      ms,   {50, minute}, "how long a node believes itself after one; below dead_after_ms less beat_ms"},
      {"dead_after_ms", &c.dead_after, ms,   {100, minute}, "without a heartbeat: others may take the house"},
      {"knock_ms",      &c.knock,      ms,   {10, minute}, "how long a peer's door may take to open"},
  };
}

rows database_rows(settings& s) {
  return {
      {"url",                  &s.store.conninfo,           none, {},                 "or the environment's HEADROOM_DATABASE_URL, which wins", secret},
      {"connect_timeout_ms",   &s.store.connect_timeout,    ms,   {second, minute},   "of a new session"},
      {"statement_timeout_ms", &s.store.statement_timeout,  ms,   {100, 10 * minute}, "of the journal's commits"},
      {"read_timeout_ms",      &s.reader.statement_timeout, ms,   {100, 10 * minute}, "of one read beside the journal"},
      {"writer_wait_ms",       &s.store.writer_wait,        ms,   {100, 10 * minute}, "for an earlier writer to be really gone"},
  };
}

/// Confirmations of none would credit what a reorganisation takes back; a tip above 10,000 gwei is
/// a slip of the finger.
rows chain_rows(chain_settings& c) {
  return {
      {"chain_id",       &c.chain_id,               none,   {1, any_id},        "required: every node must be on it"},
      {"rpc",            &c.rpc,                    none,   {},                 "required: URLs of its nodes, in order of preference; better two or more", secret},
      {"confirmations",  &c.finality.confirmations, blocks, {1, 10'000},        "on top of a block, then it is final"},
      {"finalized_tag",  older_tag{&c.finality.word}, none, {},                 "the older name of `finality`: true is either, false is confirmations", shown::not_at_all},
      {"finality",       &c.finality.word,          none,   {},                 "whose word makes a block final: confirmations, tag (the nodes' `finalized`), either or both"},
      {"large_from",     &c.finality.large_from,    dollars, {0, 1e9L * dollar}, "of a conversion or a withdrawal: so much and more is final by the nodes' `finalized` alone, unless `finality` is confirmations; zero: nothing is"},
      {"tag_patience_seconds", &c.finality.tag_patience, sec, {10, 86'400},     "a `finalized` that stands still so long holds what waits for it"},
      {"rpc_timeout_ms", &c.nodes.timeout,          ms,     {100, minute},      "of one call, shared by the nodes it tries"},
      {"poll_ms",        &c.wallet.poll_interval,   ms,     {10, minute},       "between a wallet's looks at the chain"},
      {"bump_after_ms",  &c.wallet.bump_after,      ms,     {second, hour},     "a transaction in line and not mined gets a higher fee"},
      {"min_tip_wei",    &c.wallet.min_tip_wei,     wei,    {0, 1e13L},         "of gas; Polygon wants 30 gwei"},
      {"usdt0",          &c.usdt0,                  none,   {},                 "required: the token"},
      {"oft",            &c.oft,                    none,   {},                 "LayerZero's messenger of USDT0; needed to convert"},
      {"eid",            &c.eid,                    none,   {0, 4'294'967'295}, "LayerZero's name for the chain; needed to convert"},
      {"public_rpc",     &c.public_rpc,             none,   {},                 "URLs of nodes that pages may give to wallets that do not know the chain; those of `rpc` are never shown"},
      {"explorer",       &c.explorer,               none,   {},                 "where pages link transactions to, like \"https://polygonscan.com\""},
  };
}

/// The chain that need not be there: its id is 0 then.
rows base_rows(chain_settings& c) {
  rows out;
  for (auto& r : chain_rows(c)) {
    const std::string name{r.name};
    if (name == "usdt0" || name == "oft" || name == "eid" || name == "finalized_tag") continue;
    if (name == "chain_id") r.within.least = 0;
    if (name == "chain_id") r.what = "every node must be on it; without it and `rpc` nobody pays on Base";
    if (name == "rpc") r.what = "URLs of its nodes, in order of preference; better two or more";
    out.push_back(r);
  }
  out.push_back({"usdc", &c.usdc, none, {}, "the token that is paid with there; needed with `rpc`"});
  return out;
}

/// What a transaction may cost, and when a used nonce without a receipt becomes a question.
rows wallet_rows(chain::wallet_settings& w) {
  return {
      {"max_fee_wei",         &w.max_fee_wei,         wei,     {1e9L, 1e15L},  "of gas; above it nothing is signed"},
      {"max_tx_fee_wei",      &w.max_tx_fee_wei,      wei,     {1e14L, 1e19L}, "gas limit times max fee"},
      {"bump_percent",        &w.bump_percent,        percent, {11, 100},      "of one raise; nodes want 10 at least"},
      {"base_fee_percent",    &w.base_fee_percent,    percent, {110, 1'000},   "of the base fee, in a first max fee"},
      {"gas_pad_percent",     &w.gas_pad_percent,     percent, {0, 200},       "on top of an estimate"},
      {"gas_low_hours",       &w.gas_low_hours,       none,    {0, 10'000},    "that the coins must last at what was spent in the last day, or an alert says so"},
      {"looks_before_search", &w.looks_before_search, none,    {1, 1'000},     "without a receipt; then the transaction that used the nonce is searched"},
      {"search_again_ms",     &w.search_again,        ms,      {100, minute},  "first pause between searches, doubles"},
      {"lone_witness_ms",     &w.lone_witness,        ms,      {0, hour},      "between two words of the only node there is; zero: they are never enough"},
      {"doubt_after_seconds", &w.doubt_after,         sec,     {5, 3'600},     "without a name: in doubt, and an alert"},
  };
}

rows node_rows(chain::json_rpc_options& n) {
  return {
      {"skip_after_failure_ms", &n.rules.skip_after_failure,  ms,     {10, 10 * minute},     "a node that failed is left alone"},
      {"skip_after_silence_ms", &n.rules.skip_after_silence,  ms,     {10, 10 * minute},     "likewise one that did not answer"},
      {"longest_rest_ms",       &n.rules.longest_rest,        ms,     {second, 10 * minute}, "of what a node may ask for with Retry-After"},
      {"compare_heads_ms",      &n.compare_heads,             ms,     {second, 10 * minute}, "how often, while calls are made"},
      {"most_blocks_behind",    &n.rules.most_blocks_behind,  blocks, {1, 10'000},           "the best head, then others are asked first"},
      {"most_seconds_behind",   &n.rules.most_seconds_behind, sec,    {5, 3'600},            "likewise, by the blocks' own time"},
  };
}

rows log_rows(chain::log_limits& l) {
  return {
      {"chunk",  &l.chunk,  blocks, {1, 100'000}, "of one eth_getLogs"},
      {"chunks", &l.chunks, none,   {1, 10'000},  "calls of one search"},
  };
}

rows deposit_rows(settings& s) {
  auto& p = s.payment;
  return {
      {"token_name",             &p.terms.token_name,             none,       {},                  "EIP-712 domain of the token"},
      {"token_version",          &p.terms.token_version,          none,       {},                  "likewise"},
      {"networks_v1",            &p.terms.networks_v1,            none,       {},                  "names of the chain for x402 version 1; the first is shown"},
      {"max_timeout_seconds",    &p.terms.max_timeout_seconds,    sec,        {30, 3'600},         "what official clients make the window of; clocks may differ by two minutes"},
      {"longest_window_seconds", &p.terms.longest_window_seconds, sec,        {30, 86'400},        "the latest end of an authorization, from now"},
      {"minimum",                &s.http.deposit_min,             dollars,    {1, 1e6L * dollar},  "of one payment"},
      {"maximum",                &s.http.deposit_max,             dollars,    {1, 1e9L * dollar},  "of one payment"},
      {"answer_ms",              &s.core.deposit.answer,          ms,         {0, minute},         "how long a payer waits for the chain before a 202"},
      {"signature_gas",          &p.signature_gas,                gas,        {50'000, 5'000'000}, "what a contract may burn to judge its signature"},
      {"checks_at_once",         &p.checks_at_once,               none,       {4, 1'000},          "verifications of payments that anybody may send"},
      {"checks_per_second",      &p.checks_per_second,            per_second, {1, 10'000},         "likewise; each costs about five calls"},
      {"fee_bps",                &s.core.deposit.pricing.fee_bps, bps,        {0, 10 * whole_percent}, "of what is paid, rounded up to a millionth; shown before a payment"},
      {"fee_min",                &s.core.deposit.pricing.fee_min, dollars,    {0, 1e3L * dollar},  "of one deposit"},
      {"fee_max",                &s.core.deposit.pricing.fee_max, dollars,    {0, 1e6L * dollar},  "likewise; zero: no bound"},
  };
}

/// What a swap may lose is bounded twice: against its quote (slippage) and against one to one.
rows conversion_rows(settings& s) {
  auto& r = s.route;
  auto& c = s.core.conversion;
  return {
      {"routes",              &c.routes,         none,    {},                                        "of new conversions, each with `name` and its caps, where they are wanted: `fee_bps`, `slippage_bps`, `size`, `in_flight` (USDC); the best of them is chosen each time, and those that are under way keep theirs"},
      {"route",               &c.route,          none,    {},                                        "the older word for a list of one, without caps"},
      {"usdc",                &r.usdc,           none,    {},                                        "required: on Polygon, what the buffer holds"},
      {"quoter",              &r.quoter,         none,    {},                                        "Uniswap's QuoterV2; with the router, or nothing is converted"},
      {"router",              &r.router,         none,    {},                                        "Uniswap's SwapRouter, the variant with a deadline"},
      {"pool_fee",            &r.pool_fee,       none,    {1, 100'000},                              "of the pool, in hundredths of a basis point"},
      {"slippage_bps",        &r.slippage_bps,   bps,     {0, 5 * whole_percent},                    "a swap may bring less than its quote"},
      {"least_bps",           &r.least_bps,      bps,     {90 * whole_percent, 100 * whole_percent}, "of the input that a swap must bring, whatever the quote"},
      {"max_bridge_fee",      &r.max_bridge_fee, coins,   {1, 10'000},                               "of the source chain; above it nothing is sent"},
      {"alert_bridge_fee",    &r.alert_bridge_fee, coins, {1, 10'000},                               "likewise; above it a human hears of it"},
      {"bridge_least_bps",    &r.bridge_least_bps, bps,   {90 * whole_percent, 100 * whole_percent}, "of the input that the bridge must promise"},
      {"bridge_seconds",      &r.expected_seconds, sec,   {30, 86'400},                              "of a conversion by LayerZero; a message not verified by twice that stops the route"},
      {"wrap",                &r.wrap,           none,    {},                                        "into pUSD on the account that bets, as each conversion's last step; `usdc` must be USDC.e"},
      {"coin_price",          &r.coin_price,     dollars, {1, 1e5L * dollar},                        "of the source chain's coin, to compare routes by"},
      {"minimum",             &c.minimum,        dollars, {0, 1e9L * dollar},                        "smaller sums wait for company"},
      {"longest_wait_seconds", &c.longest_wait,  sec,     {1, 30 * 86'400},                          "for company; then a sum is converted whatever its size"},
      {"wait_below_target_seconds", &c.wait_below_target, sec, {1, 30 * 86'400},                     "likewise, while the buffer is below its target; not at all while it is low"},
      {"choice_ms",           &c.choice,         ms,      {100, minute},                             "how long routes may take to say what an amount would cost"},
      {"choose_again_ms",     &c.choose_again,   ms,      {100, hour},                               "after no route took what waits"},
      {"route_look_ms",       &c.route_look,     ms,      {second, day},                             "between looks at routes that nothing is converted by"},
      {"most_deposits",       &c.most_deposits,  none,    {1, 1'000},                                "in one conversion"},
      {"at_once",             &c.at_once,        none,    {1, 64},                                   "conversions"},
      {"poll_ms",             &c.poll,           ms,      {10, minute},                              "between looks at all of them"},
      {"call_interval_ms",    &c.call_interval,  ms,      {10, 10 * minute},                         "of one that waits, between calls to nodes"},
      {"step_timeout_ms",     &c.step_timeout,   ms,      {second, 10 * minute},                     "of one answer of a route"},
      {"stuck_after_seconds", &c.stuck_after,    sec,     {1, 86'400},                               "without progress: looked at anew"},
      {"alert_after_ms",      &c.alert_after,    ms,      {second, day},                             "held or unreadable so long: an alert; and when nothing was sent yet, another route may take its deposits over"},
      {"attempts",            &c.attempts,       none,    {1, 100},                                  "that fail within an hour: then the step is held until an operator releases it"},
      {"retry_ms",            &c.retry,          ms,      {100, hour},                               "after a failed attempt; doubles with each"},
      {"longest_retry_ms",    &c.longest_retry,  ms,      {100, day},                                "of those"},
      {"undone_after_seconds", &c.undone_after,  sec,     {1, 3'600},                                "no node shows what was done by depth: it is in flight again, and what it brought is posted back"},
      {"rescue_after_ms",     &r.rescue_after,   ms,      {second, day},                             "a verified message that nobody executes is executed by us"},
  };
}

/// The guards' bounds are those beyond which a deposit may be filled by nobody, or give money away.
rows across_rows(settings& s) {
  auto& a = s.across;
  auto& g = a.guards;
  return {
      {"api_url",                &a.api_url,            none, {},                                        "of its API, without a slash at its end"},
      {"integrator_id",          &a.integrator_id,      none, {},                                        "two bytes in hex, appended to the calldata; \"\": none"},
      {"timeout_ms",             &a.timeout,            ms,   {100, 30 * second},                        "of one answer of the API"},
      {"spoke_pool_plasma",      &a.contracts.plasma,   none, {},                                        "the only contract of it that is called there"},
      {"spoke_pool_polygon",     &a.contracts.polygon,  none, {},                                        "likewise; its fills are believed"},
      {"spoke_pool_base",        &a.contracts.base,     none, {},                                        "likewise"},
      {"output_tokens",          &a.output_tokens,      none, {},                                        "that may come out, on Polygon"},
      {"least_bps",              &g.least_bps,          bps,  {95 * whole_percent, 100 * whole_percent}, "of the input that must come out; more than came in is refused too"},
      {"max_fee_bps",            &g.max_fee_bps,        bps,  {0, 5 * whole_percent},                    "of the input that all fees together may take"},
      {"fill_window_seconds",    &a.fill_window,        sec,  {600, 1'200},                              "from a deposit to its deadline, by the destination's time"},
      {"fill_least_seconds",     &g.fill_least,         sec,  {60, 1'200},                               "ahead of the destination's time, that a deadline must be"},
      {"fill_most_seconds",      &g.fill_most,          sec,  {600, 21'600},                             "likewise, and may be"},
      {"quote_age_seconds",      &g.quote_age,          sec,  {1, 3'600},                                "behind the source chain's head, that a quote may be"},
      {"exclusivity_seconds",    &g.exclusivity,        sec,  {0, 600},                                  "that one relayer may be the only one to fill"},
      {"most_parts",             &a.most_parts,         none, {1, 4},                                    "deposits that one conversion goes in when it is above what relayers fill from stock; 1: it waits"},
      {"parts_at_once",      &a.parts_at_once,      none, {1, 4},                                    "of these, that may wait for a fill at a time: relayers' stock is one, and the limit speaks of it"},
      {"settle_seconds",         &a.settle_seconds,     sec,  {0, 3'600},                                "on top of a fill's own time: our transaction, finality"},
      {"expected_seconds",       &a.expected_seconds,   sec,  {1, 86'400},                               "of a conversion"},
      {"refund_settle_ms",       &a.refund_settle,      ms,   {0, hour},                                 "a refund is believed no sooner: others may claim it"},
  };
}

rows cctp_rows(chain::cctp_settings& c) {
  return {
      {"iris_url",                &c.iris_url,            none, {},                     "of the attestations, without a slash at its end"},
      {"timeout_ms",              &c.timeout,             ms,   {100, 30 * second},     "of one answer of it"},
      {"token_messenger",         &c.token_messenger,     none, {},                     "the same on every chain"},
      {"message_transmitter",     &c.message_transmitter, none, {},                     "likewise"},
      {"plasma_usdc",             &c.plasma_usdc,         none, {},                     "USDC on Plasma: with it the route `cctp_plasma` is there, for a source of `sources` with this token"},
      {"plasma_domain",           &c.plasma_domain,       none, {0, 10'000},            "Circle's name for Plasma"},
      {"base_domain",             &c.base_domain,         none, {0, 10'000},            "likewise for Base"},
      {"polygon_domain",          &c.polygon_domain,      none, {0, 10'000},            "likewise for Polygon"},
      {"fast",                    &c.fast,                none, {},                     "attested before the source chain is final, for a fee"},
      {"max_fee_bps",             &c.max_fee_bps,         bps,  {0, whole_percent},     "of a fast transfer"},
      {"expected_seconds",        &c.expected_seconds,    sec,  {1, 86'400},            "of a conversion"},
      {"attested_within_seconds", &c.attested_within,     sec,  {60, 86'400},           "then it is an alert, and asked for anew, once"},
  };
}

/// Off unless the operator says so: the account there is one of ours, and must be set up by hand.
rows okx_rows(chain::okx_settings& o) {
  return {
      {"enabled",           &o.enabled,           none,    {},                                        "the route \"okx\" is there: USDT0 to the exchange, USDC back"},
      {"url",               &o.url,               none,    {},                                        "of its REST API, without a slash at its end"},
      {"timeout_ms",        &o.timeout,           ms,      {100, 30 * second},                        "of one answer of it"},
      {"deposit_chain",     &o.deposit_chain,     none,    {},                                        "what it calls USDT on Plasma"},
      {"withdrawal_chain",  &o.withdrawal_chain,  none,    {},                                        "what it calls native USDC on Polygon"},
      {"deposit_address",   &o.deposit_address,   none,    {},                                        "needed when enabled: our address there, as its page shows it; when the API names another nothing is sent"},
      {"receiver",          &o.receiver,          none,    {},                                        "\"private\" where its rules ask whose wallet we withdraw to; \"\": not said"},
      {"slippage_bps",      &o.slippage_bps,      bps,     {0, whole_percent},                        "an order may pay more than the book's price"},
      {"least_bps",         &o.least_bps,         bps,     {90 * whole_percent, 100 * whole_percent}, "of the input that an order must bring, whatever the book"},
      {"taker_bps",         &o.taker_bps,         bps,     {0, whole_percent},                        "fee, to quote by"},
      {"min_order",         &o.min_order,         dollars, {dollar / 10, 1e6L * dollar},              "smaller rests stay at the exchange"},
      {"price_step",        &o.price_step,        dollars, {1, dollar / 100},                         "of an order's price"},
      {"size_step",         &o.size_step,         dollars, {1, dollar},                               "of its size"},
      {"expected_seconds",  &o.expected_seconds,  sec,     {1, 86'400},                               "of a conversion"},
      {"not_found_seconds", &o.not_found_for,     sec,     {60, 86'400},                              "a request without an answer that it does not know says nothing before"},
  };
}

rows relay_rows(chain::relay_settings& r) {
  return {
      {"enabled",           &r.enabled,          none, {},                                        "the route \"relay\" is there"},
      {"api_url",           &r.api_url,          none, {},                                        "of its API, without a slash at its end"},
      {"timeout_ms",        &r.timeout,          ms,   {100, 30 * second},                        "of one answer of it"},
      {"depository",        &r.depository,       none, {},                                        "the only contract of it that is paid"},
      {"least_bps",         &r.least_bps,        bps,  {95 * whole_percent, 100 * whole_percent}, "of the input that must come out; more than came in is refused too"},
      {"quote_age_seconds", &r.quote_age,        sec,  {1, 600},                                  "an older offer is not paid for"},
      {"settle_seconds",    &r.settle_seconds,   sec,  {0, 3'600},                                "on top of a fill's own time: our transaction, finality"},
      {"expected_seconds",  &r.expected_seconds, sec,  {1, 86'400},                               "of a conversion"},
  };
}

rows okx_key_rows(key_source& k, const char* what) {
  return {
      {"file", &k.file, none, {}, what},
      {"env",  &k.env,  none, {}, "or the environment variable that holds it, which wins"},
  };
}

/// Of the venue's section: our own account feeds the one that bets.
rows supply_rows(chain::venue_supply_settings& x) {
  return {
      {"supply_low",    &x.low,    dollars, {0, 1e9L * dollar}, "the betting account holds less, pUSD and USDC.e: USDC comes from the conversion's account, by way of USDC.e"},
      {"supply_target", &x.target, dollars, {0, 1e9L * dollar}, "up to this; 0: never"},
      {"supply_keep",   &x.keep,   dollars, {0, 1e9L * dollar}, "that stays there, for withdrawals"},
      {"supply_least",  &x.least,  dollars, {1, 1e9L * dollar}, "smaller sums are not moved"},
  };
}

/// Base's own fee is small beside this bound: it is there for the day when it is not.
rows stargate_rows(chain::stargate_settings& g) {
  return {
      {"pool_plasma",        &g.pool_plasma,        none,    {},                                        "of USDT0; there is none (2026-11): without it the route says so"},
      {"pool_polygon_usdt0", &g.pool_polygon_usdt0, none,    {},                                        "that pays out there; its events are believed"},
      {"pool_base",          &g.pool_base,          none,    {},                                        "of USDC"},
      {"pool_polygon_usdc",  &g.pool_polygon_usdc,  none,    {},                                        "that pays out there; its events are believed"},
      {"polygon_eid",        &g.polygon_eid,        none,    {1, 4'294'967'295},                               "LayerZero's name for Polygon"},
      {"least_bps",          &g.least_bps,          bps,     {95 * whole_percent, 100 * whole_percent}, "of the input that a pool must promise"},
      {"max_fee_wei_base",   &g.max_fee_wei_base,   wei,     {1, 1e18L},                                "of a message from Base; above it nothing is sent"},
      {"coin_price_base",    &g.coin_price_base,    dollars, {1, 1e5L * dollar},                        "of Base's coin, to compare routes by"},
      {"expected_seconds",   &g.expected_seconds,   sec,     {30, 86'400},                              "of a conversion; a message not delivered by twice that stops the route"},
  };
}

rows oneinch_rows(chain::oneinch_settings& o) {
  return {
      {"api_url",             &o.api_url,             none,       {},                 "of its API for Polygon, without a slash at its end"},
      {"router",              &o.router,              none,       {},                 "the only contract of it that is called"},
      {"timeout_ms",          &o.timeout,             ms,         {100, 30 * second}, "of one answer; then the other venues are used alone"},
      {"requests_per_second", &o.requests_per_second, per_second, {0.1, 100},         "of all routes together; its free plan takes one"},
      {"keep_ms",             &o.keep,                ms,         {0, minute},        "how long a checked answer may still be signed"},
  };
}

rows oneinch_key_rows(key_source& k) {
  return {
      {"file", &k.file, none, {}, "with 1inch's API key, readable by its owner alone; without a key it is not asked"},
      {"env",  &k.env,  none, {}, "or the environment variable that holds it, which wins"},
  };
}

rows across_key_rows(key_source& k) {
  return {
      {"file", &k.file, none, {}, "with the API key, readable by its owner alone"},
      {"env",  &k.env,  none, {}, "or the environment variable that holds it, which wins"},
  };
}

/// What is not set follows from the buffer's own limits (PATCH /buffer) and the volume of bets.
rows buffer_rows(actors::buffer_settings& b) {
  return {
      {"low",        &b.marks.low,    dollars, {0, 1e12L * dollar}, "below it money is converted at once and by the fastest route; 0: the buffer's minimum"},
      {"target",     &b.marks.target, dollars, {0, 1e12L * dollar}, "below it deposits wait less for company; 0: twice the average daily volume"},
      {"high",       &b.marks.high,   dollars, {0, 1e12L * dollar}, "from it on routes are chosen by cost alone; 0: twice the target, at most the buffer's maximum"},
      {"history_ms", &b.history,      ms,      {second, hour},      "between rows of its history, by which the outflow is measured"},
  };
}

/// A burst below one order would never send any.
rows venue_rows(settings& s) {
  auto& v = s.venue;
  auto& m = s.markets;
  auto& b = s.core.bet;
  return {
      {"accounts",                &s.accounts,                none,       {},                "ours at the venue, each with name, file or env, and `signature_type` (0: the key's own account, 2: a Safe, 3: a deposit wallet; those with `wallet`); the first that is not `enabled: false` bets; without it one with `venue_key`"},
      {"url",                     &v.url,                     none,       {},                "of the CLOB, without a slash at its end"},
      {"ws_url",                  &v.ws_url,                  none,       {},                "of its web sockets, likewise; \"\": trades are polled alone"},
      {"gamma_url",               &m.gamma_url,               none,       {},                "of its list of markets, likewise"},
      {"gamma_reads_per_second",  &m.gamma_reads_per_second,  per_second, {0.1, 20},         "of that list; the venue takes 300 in 10 s"},
      {"book_reads_per_second",   &m.book_reads_per_second,   per_second, {0.1, 100},        "of order books; the venue takes 1500 in 10 s"},
      {"list_ttl_ms",             &m.list_ttl,                ms,         {100, hour},       "how old a list may be"},
      {"book_ttl_ms",             &m.book_ttl,                ms,         {10, minute},      "how old an order book may be that a quote is made of"},
      {"quote_ttl_ms",            &m.quote_ttl,               ms,         {100, minute},     "how long a quoted price is promised"},
      {"chain_id",                &v.chain_id,                none,       {1, any_id},       "that its orders are signed for"},
      {"exchange",                &v.exchange,                none,       {},                "its contract on Polygon"},
      {"neg_risk_exchange",       &v.neg_risk_exchange,       none,       {},                "likewise, for markets with one winner of several"},
      {"collateral",              &s.collateral,              none,       {},                "what bets are paid with: looked at by the solvency check and kept at the buffer's size; \"\": neither"},
      {"orders_per_second",       &v.orders_per_second,       per_second, {0.1, 10'000},     ""},
      {"order_burst",             &v.order_burst,             none,       {1, 10'000},       "of them at once"},
      {"orders_in_ten_seconds",   &v.orders_in_ten_seconds,   none,       {10, 1e9},         "that the venue takes from our address"},
      {"orders_in_ten_minutes",   &v.orders_in_ten_minutes,   none,       {10, 1e9},         "likewise"},
      {"turn_share",              &v.turn_share,              none,       {0.2, 1},          "of these four limits for new orders, in turns between front ends and their users; the rest is for orders sent again"},
      {"turn_patience_ms",        &v.turn_patience,           ms,         {0, 10 * second},  "how long a new order waits for its turn; then, or at once when it is further away, a refusal with `Retry-After`"},
      {"turns_of_a_user",         &v.turns_of_a_user,         none,       {1, 1'000},        "waiting orders of one user through one front end"},
      {"max_turns",               &v.max_turns,               none,       {1, 10'000},       "waiting orders of all"},
      {"order_timeout_ms",        &v.order_timeout,           ms,         {100, minute},     "of one order's answer"},
      {"signer_share",            &v.signer_share,            none,       {0.001, 1},        "of `orders_per_second`: what one user's own signatures may use"},
      {"key_share",               &v.key_share,               none,       {0.001, 1},        "likewise, what one service key may use"},
      {"stop_pause_ms",           &v.stop_pause,              ms,         {second, day},     "no bets after the venue refused our account"},
      {"market_pause_ms",         &v.market_pause,            ms,         {second, day},     "none on a market whose orders it refuses as such"},
      {"credentials_patience_ms", &v.credentials_patience,    ms,         {second, hour},    "a refused API key stops new bets after this"},
      {"confirm_wait_ms",         &v.confirm_wait,            ms,         {100, 2 * minute}, "how long a look that follows a match waits for its trades"},
      {"trade_passes_per_second", &v.trade_passes_per_second, per_second, {0.1, 10},         "over the account's trades, for all open bets together"},
      {"reads_per_second",        &v.reads_per_second,        per_second, {1, 50},           "of orders and trades, all together; the venue takes 500 in 10 s"},
      {"read_burst",              &v.read_burst,              none,       {1, 500},          "of them at once"},
      {"cancels_per_second",      &v.cancels_per_second,      per_second, {0.1, 80},         ""},
      {"cancel_burst",            &v.cancel_burst,            none,       {1, 120},          "of them at once"},
      {"settling_time_ms",        &v.settling_time,           ms,         {second, hour},    "after an order was sent, then its view at the venue counts as caught up"},
      {"young_for_ms",            &v.young_for,               ms,         {second, hour},    "the shared stream shows an order's trades; then its own reads"},
      {"late_match_ms",           &v.late_match,              ms,         {0, day},          "after the deadline: how long it may still match"},
      {"money_dust",              &v.money_dust,              dollars,    {0, dollar / 10},  "what rounding may leave unspent of a whole fill"},
      {"share_dust",              &v.share_dust,              shares,     {0, dollar / 10},  "and missing of its shares"},
      {"first_look_ms",           &b.placing.first_wait,      ms,         {10, minute},      "after an unknown outcome"},
      {"longest_look_ms",         &b.placing.longest_wait,    ms,         {10, 10 * minute}, "pauses between looks grow to it"},
      {"grace_ms",                &b.placing.grace,           ms,         {second, day},     "after deadline and cancel, before an absent order is refunded"},
      {"unresolved_after_ms",     &b.unresolved_after,        ms,         {second, day},     "a bet that is open so long after its deadline is an alert"},
  };
}

/// Our accounts there, as their chain has them.
rows account_rows(chain::polymarket::account_settings& a) {
  return {
      {"self_test",          &a.self_test,           none,    {},                                      "no bets until every account's contracts and approvals are as they must be and the exchanges would take an order"},
      {"self_test_token",    &a.self_test_token,     none,    {},                                      "on whose market its order is tried, by outcome token id; \"\": the busiest open one"},
      {"self_test_neg_risk_token", &a.self_test_neg_risk_token, none, {},                             "likewise, of a neg-risk market"},
      {"account_check_ms",   &a.check_every,         ms,      {second, hour},                          "between looks at them, when all is well"},
      {"account_check_soon_ms", &a.check_soon,       ms,      {10, 10 * minute},                       "likewise, while something is missing or under way"},
      {"collateral_low_bps", &a.collateral_low_bps,  bps,     {0, 100 * whole_percent},                "of the buffer: below it USDC.e is wrapped to pUSD"},
      {"collateral_high_bps", &a.collateral_high_bps, bps,    {100 * whole_percent, 10'000 * whole_percent}, "of the buffer: above it pUSD is unwrapped"},
      {"collateral_least",   &a.collateral_least,    dollars, {1, 1e9L * dollar},                      "smaller sums are not moved"},
      {"relayer_url",        &a.relayer.url,         none,    {},                                      "of the venue's relayer, for deposit wallets, without a slash at its end"},
      {"relayer_timeout_ms", &a.relayer.timeout,     ms,      {100, minute},                           "of one request to it"},
  };
}

rows contract_rows(chain::polymarket::contract_settings& c) {
  return {
      {"conditional_tokens",          &c.conditional_tokens,          none, {}, "the shares (ERC-1155)"},
      {"collateral_adapter",          &c.collateral_adapter,          none, {}, "redeems shares for pUSD"},
      {"neg_risk_collateral_adapter", &c.neg_risk_collateral_adapter, none, {}, "likewise, of markets with one winner of several"},
      {"neg_risk_adapter",            &c.neg_risk_adapter,            none, {}, "the retired one, which the venue still wants approved"},
      {"usdc_e",                      &c.usdc_e,                      none, {}, "what pUSD is wrapped of"},
      {"onramp",                      &c.onramp,                      none, {}, "wraps; check it at an explorer before money is sent"},
      {"offramp",                     &c.offramp,                     none, {}, "unwraps; likewise"},
      {"wallet_factory",              &c.wallet_factory,              none, {}, "of deposit wallets"},
      {"wallet_beacon",               &c.wallet_beacon,               none, {}, "of deposit wallets that are new: it decides where they stand"},
  };
}

rows relayer_key_rows(key_source& k) {
  return {
      {"file", &k.file, none, {}, "with the relayer's API key, readable by its owner alone"},
      {"env",  &k.env,  none, {}, "or the environment variable that holds it, which wins"},
  };
}

rows settlement_rows(actors::settlement_settings& x) {
  return {
      {"poll_ms",              &x.poll,          ms,      {10, hour},         "between looks for resolved markets; one under way is asked so often"},
      {"look_interval_ms",     &x.look_interval, ms,      {10, day},          "one condition is looked at no oftener"},
      {"step_timeout_ms",      &x.step_timeout,  ms,      {second, 10 * minute}, "of one answer about a condition"},
      {"alert_after_seconds",  &x.alert_after,   sec,     {1, 86'400},        "a condition that cannot be read so long is an alert"},
      {"page",                 &x.page,          none,    {1, 10'000},        "of conditions and tokens read at once"},
      {"at_once",              &x.at_once,       none,    {1, 256},           "conditions being looked at"},
      {"slice",                &x.slice,         none,    {1, 500},           "positions paid at once: a bet waits for one slice at most"},
      {"slice_pause_ms",       &x.slice_pause,   ms,      {0, minute},        "between slices"},
      {"surplus",              &x.surplus,       dollars, {0, 1e6L * dollar}, "received above what is owed: more is an alert"},
  };
}

rows withdrawal_rows(settings& s) {
  auto& x = s.core.withdrawal;
  auto& f = s.withdrawal_float;  // the account that converts feeds the one that pays them
  return {
      {"minimum",              &x.minimum,          dollars, {1, 1e9L * dollar},                        "of one, fee included"},
      {"maximum",              &x.maximum,          dollars, {1, 1e9L * dollar},                        "likewise"},
      {"fee",                  &x.fee,              dollars, {0, 1'000 * dollar},                       "flat, of each; stays with the house"},
      {"fee_bps",              &x.fee_bps,          bps,     {0, 10 * whole_percent},                   "of the amount, on top, rounded up"},
      {"per_user_per_day",     &x.per_user_per_day, dollars, {0, 1e9L * dollar},                        "of the amounts one user asks for in a day (UTC), failed ones left out; 0: no limit"},
      {"approval_above",       &x.approval_above,   dollars, {0, 1e9L * dollar},                        "an operator approves what is more"},
      {"paused",               &x.paused,           none,    {},                                        "from the start on, until an operator lets them go"},
      {"refused",              &x.refused,          none,    {},                                        "addresses that nothing is paid to"},
      {"refused_file",         &x.refused_file,     none,    {},                                        "more of them, one a line; read again when it changes, and unreadable it refuses everybody"},
      {"poll_ms",              &x.poll,             ms,      {10, 10 * minute},                         "between looks at one on its way"},
      {"longest_poll_ms",      &x.longest_poll,     ms,      {10, hour},                                "likewise at one that waits for money or an operator"},
      {"step_timeout_ms",      &x.step_timeout,     ms,      {second, 10 * minute},                     "of one answer about a transfer"},
      {"unresolved_after_seconds", &x.unresolved_after, sec, {60, 7 * 86'400},                          "open so long, and approved: an alert"},
      {"float_low",     &f.low,     dollars, {0, 1e9L * dollar}, "with an account of its own (keys.withdrawals): it holds less than this and what is owed, and USDC comes from the account that converts"},
      {"float_target",  &f.target,  dollars, {0, 1e9L * dollar}, "up to this and what is owed: what the key may lose; 0: never, a human sees to it"},
      {"float_keep",    &f.keep,    dollars, {0, 1e9L * dollar}, "that stays on the account that converts"},
      {"float_least",   &f.least,   dollars, {1, 1e9L * dollar}, "smaller sums are not moved"},
      {"float_per_day", &f.per_day, dollars, {0, 1e9L * dollar}, "that is moved in a day (UTC) at most, whatever is owed; 0: no limit"},
  };
}

rows key_rows(key_source& k) {
  return {
      {"file", &k.file, none, {}, "with 64 hex digits, readable by its owner alone"},
      {"env",  &k.env,  none, {}, "or the environment variable that holds them, which wins"},
  };
}

rows signer_rows(signer_source& x) {
  return {
      {"url",        &x.url,     none, {},            "of a signer that has the key, instead of file and env: JSON-RPC with eth_signTransaction (web3signer, a node before clef); `{chain_id}` stands for the chain's", secret},
      {"account",    &x.account, none, {},            "what it signs for"},
      {"timeout_ms", &x.timeout, ms,   {100, minute}, "of one signature"},
  };
}

rows token_rows(key_source& k) {
  return {
      {"file", &k.file, none, {}, "with a token that is sent to the signer as bearer, readable by its owner alone"},
      {"env",  &k.env,  none, {}, "or the environment variable that holds it, which wins"},
  };
}

rows engine_rows(settings& s) {
  auto& c = s.core;
  return {
      {"workers",             &s.workers,                      none, {1, 64},               "of CAF, beside I/O threads and PostgreSQL"},
      {"max_live_bets",       &c.bet.max_live,                 none, {1, 1'000'000},        "in progress"},
      {"max_balances",        &c.balance.max_live,             none, {1, 10'000'000},       "balance actors awake at once"},
      {"max_live_deposits",   &c.deposit.max_live,             none, {1, 100'000},          "payments in progress"},
      {"balance_idle_ms",     &c.balance.idle,                 ms,   {second, day},         "then a balance actor leaves"},
      {"drain_ms",            &c.guardian.drain,               ms,   {0, 10 * minute},      "how long a stop waits for bets in progress"},
      {"stop_step_ms",        &c.guardian.stop_step,           ms,   {second, 10 * minute}, "of a stop: the last commits; then the actors' ends"},
      {"journal_queue",       &c.journal.queue,                none, {1, 1'000'000},        "entries waiting before `overloaded`"},
      {"journal_batch",       &c.journal.batch,                none, {1, 65'536},           "entries of one transaction at most"},
      {"journal_retry_ms",    &c.journal.retry,                ms,   {1, 10 * second},      "first wait while the store is away, doubles to 2 s"},
      {"load_timeout_ms",     &c.patience.load,                ms,   {100, minute},         "of a row through the journal"},
      {"append_timeout_ms",   &c.patience.append,              ms,   {second, 10 * minute}, "of a rare entry; bets wait for the journal itself"},
      {"overdue_ms",          &c.bet.overdue,                  ms,   {5 * second, hour},    "an answer to a bet that is this late is lost"},
      {"buffer_tick_ms",      &c.buffer.tick,                  ms,   {100, hour},           "refill, recommended size, low alert"},
      {"deposits_recovered",  &c.guardian.deposits_recovered,  none, {1, 100'000},          "unsettled payments resumed at once after a start"},
      {"restarts_per_minute", &c.guardian.restarts_per_minute, none, {1, 1'000},            "of one component, before the process gives up"},
  };
}

// clang-format on

void add_chain(std::vector<section>& out, const std::string& name, chain_settings& c, rows of) {
  out.push_back({name, std::move(of)});
  out.push_back({name + ".wallet", wallet_rows(c.wallet)});
  out.push_back({name + ".nodes", node_rows(c.nodes)});
  out.push_back({name + ".logs", log_rows(c.logs)});
}

void add_keys(std::vector<section>& out, account_keys& keys) {
  out.push_back({"keys", {}});
  const auto add = [&out](const std::string& path, account_source& x) {
    out.push_back({path, key_rows(x.key)});
    out.push_back({path + ".signer", signer_rows(x.signer)});
    out.push_back({path + ".signer.token", token_rows(x.signer.token)});
  };
  add("keys.settlement", keys.settlement);
  add("keys.conversion", keys.conversion);
  add("keys.withdrawals", keys.withdrawals);
  add("keys.plasma", keys.plasma);
  add("keys.base", keys.base);
}

}  // namespace

section section_of(source_setting& x, std::string path) {
  return {std::move(path), source_rows(x)};
}

std::vector<section> sections_of(settings& s) {
  std::vector<section> out;
  out.push_back({"", house_rows(s)});
  out.push_back({"http", http_rows(s.http)});
  out.push_back({"database", database_rows(s)});
  add_chain(out, "plasma", s.plasma, chain_rows(s.plasma));
  add_chain(out, "polygon", s.polygon, chain_rows(s.polygon));
  add_chain(out, "base", s.base, base_rows(s.base));
  out.push_back({"deposits", deposit_rows(s)});
  out.push_back({"conversion", conversion_rows(s)});
  out.push_back({"across", across_rows(s)});
  out.push_back({"cctp", cctp_rows(s.cctp)});
  out.push_back({"stargate", stargate_rows(s.stargate)});
  out.push_back({"oneinch", oneinch_rows(s.oneinch)});
  out.push_back({"okx", okx_rows(s.okx)});
  out.push_back({"relay", relay_rows(s.relay)});
  out.push_back({"buffer", buffer_rows(s.core.buffer)});
  auto venue = venue_rows(s);
  for (auto& r : account_rows(s.account)) venue.push_back(std::move(r));
  for (auto& r : supply_rows(s.supply)) venue.push_back(std::move(r));
  out.push_back({"venue", std::move(venue)});
  out.push_back({"venue.contracts", contract_rows(s.account.contracts)});
  out.push_back({"settlement", settlement_rows(s.core.settlement)});
  out.push_back({"withdrawals", withdrawal_rows(s)});
  out.push_back({"webhooks", webhook_rows(s.webhooks)});
  out.push_back({"cluster", cluster_rows(s.cluster)});
  out.push_back({"wallet_key", key_rows(s.wallet_key)});
  add_keys(out, s.keys);
  out.push_back({"venue_key", key_rows(s.venue_key)});
  out.push_back({"relayer_key", relayer_key_rows(s.relayer_key)});
  out.push_back({"across_key", across_key_rows(s.across_key)});
  out.push_back({"oneinch_key", oneinch_key_rows(s.oneinch_key)});
  out.push_back(
      {"okx_key", okx_key_rows(s.okx_key, "with the API key, readable by its owner alone")});
  out.push_back({"okx_secret_key", okx_key_rows(s.okx_secret, "with the key's secret, likewise")});
  out.push_back({"okx_passphrase_key",
                 okx_key_rows(s.okx_passphrase, "with the key's passphrase, likewise")});
  out.push_back({"engine", engine_rows(s)});
  return out;
}

}  // namespace headroom::config
