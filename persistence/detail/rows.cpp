#include "persistence/detail/rows.hpp"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "domain/operation.hpp"
#include "persistence/detail/ledger_sql.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

using nlohmann::json;

/// The enumerator whose name the field holds; the names are those of domain/records.hpp.
template <class Enum, std::size_t N>
Enum named(const pqxx::field& f, const std::array<Enum, N>& all) {
  const std::string_view text{f.c_str(), f.size()};
  for (const auto x : all)
    if (to_string(x) == text) return x;
  throw std::runtime_error("unknown status in the database");
}

constexpr std::array bet_statuses{bet_status::placing, bet_status::filled, bet_status::failed,
                                  bet_status::settled};
constexpr std::array deposit_statuses{deposit_status::settling, deposit_status::pending,
                                      deposit_status::converting, deposit_status::completed,
                                      deposit_status::failed};
constexpr std::array conversion_statuses{conversion_status::running, conversion_status::completed,
                                         conversion_status::failed, conversion_status::replaced};
constexpr std::array operation_statuses{operation_status::stored, operation_status::confirmed,
                                        operation_status::reverted, operation_status::dropped};

constexpr std::array settlement_results{settlement_result::none, settlement_result::won,
                                        settlement_result::lost, settlement_result::split};
constexpr std::array sale_statuses{sale_status::placing, sale_status::sold, sale_status::failed};
constexpr std::array settlement_statuses{settlement_status::open, settlement_status::closed};

usdc read_usdc(const pqxx::field& f) { return {read_int(f)}; }
timestamp read_time(const pqxx::field& f) { return {read_int(f)}; }

json to_json(const conversion_step& x) {
  auto operations = json::array();
  for (const auto& id : x.operations) operations.push_back(id.text());
  json out{{"name", clean_text(x.name)},         {"state", clean_text(x.state)},
           {"amount_in", x.amount_in.micro},     {"amount_out", x.amount_out.micro},
           {"tx_hash", x.tx_hash.hex()},         {"attempt", x.attempt},
           {"detail", clean_text(x.detail)},     {"started_at_us", x.started_at.us},
           {"finished_at_us", x.finished_at.us}, {"operations", std::move(operations)}};
  for (const auto t : x.failures) out["failures_us"].push_back(t.us);
  if (x.by_depth) out["by_depth"] = true;
  if (x.by_tag) out["by_tag"] = true;
  return out;
}

conversion_step step_of(const json& x) {
  conversion_step out;
  out.name = x.at("name").get<std::string>();
  out.state = x.at("state").get<std::string>();
  out.amount_in.micro = x.at("amount_in").get<std::int64_t>();
  out.amount_out.micro = x.at("amount_out").get<std::int64_t>();
  const auto hash = hash256::parse(x.at("tx_hash").get<std::string>());
  if (!hash) throw std::runtime_error("malformed step of a conversion in the database");
  out.tx_hash = *hash;
  out.attempt = x.at("attempt").get<std::uint32_t>();
  out.detail = x.at("detail").get<std::string>();
  out.started_at.us = x.at("started_at_us").get<std::int64_t>();
  out.finished_at.us = x.at("finished_at_us").get<std::int64_t>();
  if (const auto ids = x.find("operations");
      ids != x.end())  // steps of the first version have none
    for (const auto& text : *ids)
      if (const auto id = operation_id::parse(text.get<std::string>()))
        out.operations.push_back(*id);
  if (const auto times = x.find("failures_us"); times != x.end())
    for (const auto& us : *times) out.failures.push_back({us.get<std::int64_t>()});
  out.by_depth = x.value("by_depth", false);
  out.by_tag = x.value("by_tag", false);
  return out;
}

std::vector<deposit_id> split_ids(const pqxx::field& f) {
  std::vector<deposit_id> out;
  std::string_view rest = f.is_null() ? std::string_view{} : std::string_view{f.c_str(), f.size()};
  while (!rest.empty()) {
    const auto id = deposit_id::parse(rest.substr(0, 36));
    if (!id) throw std::runtime_error("malformed list of deposits");
    out.push_back(*id);
    rest.remove_prefix(std::min<std::size_t>(rest.size(), 37));
  }
  return out;
}

/// Whole numbers with commas between; "" is none of them.
template <class Int>
std::vector<Int> split_numbers(const pqxx::field& f) {
  std::vector<Int> out;
  const std::string_view text{f.c_str(), f.size()};
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(',', at), text.size());
    Int value{};
    const auto read = std::from_chars(text.data() + at, text.data() + end, value);
    if (read.ec != std::errc{} || read.ptr != text.data() + end)
      throw std::runtime_error("malformed list of numbers in the database");
    out.push_back(value);
    at = end + 1;
  }
  return out;
}

std::string buffer_columns_with(const char* version) {
  return numbered(
             "usdc_balance, min_buffer_size, max_buffer_size,"
             " (SELECT balance FROM ledger_accounts WHERE account = {account:reserve}),"
             " total_deposited, total_withdrawn, us_of(last_replenished_at), us_of(updated_at), ") +
         version;
}

}  // namespace

bet read_bet(const pqxx::row& row) {
  bet out;
  out.id = read_uuid<bet_id>(row[0]);
  out.user = read_fixed<address>(row[1]);
  out.token = read_fixed<uint256>(row[2]);
  out.amount = read_usdc(row[3]);
  out.max_price = read_usdc(row[4]);
  out.status = named(row[5], bet_statuses);
  out.shares = {read_int(row[6])};
  out.spent = read_usdc(row[7]);
  out.fee = read_usdc(row[8]);
  out.refunded = read_usdc(row[9]);
  out.failure = row[10].c_str();
  out.request_hash = read_fixed<hash256>(row[11]);
  out.order_hash = read_fixed<hash256>(row[12]);
  out.signed_order = read_bytes(row[13]);
  out.deadline = read_time(row[14]);
  out.created_at = read_time(row[15]);
  out.updated_at = read_time(row[16]);
  out.placed_by = row[17].c_str();
  out.result = named(row[18], settlement_results);
  out.payout = read_usdc(row[19]);
  return out;
}

sale read_sale(const pqxx::row& row) {
  sale out;
  out.id = read_uuid<sale_id>(row[0]);
  out.user = read_fixed<address>(row[1]);
  out.token = read_fixed<uint256>(row[2]);
  out.shares = {read_int(row[3])};
  out.min_price = read_usdc(row[4]);
  out.status = named(row[5], sale_statuses);
  out.sold = {read_int(row[6])};
  out.proceeds = read_usdc(row[7]);
  out.fee = read_usdc(row[8]);
  out.failure = row[9].c_str();
  out.request_hash = read_fixed<hash256>(row[10]);
  out.order_hash = read_fixed<hash256>(row[11]);
  out.signed_order = read_bytes(row[12]);
  out.deadline = read_time(row[13]);
  out.created_at = read_time(row[14]);
  out.updated_at = read_time(row[15]);
  out.placed_by = row[16].c_str();
  return out;
}

position read_position(const pqxx::row& row) {
  position out;
  out.user = read_fixed<address>(row[0]);
  out.token = read_fixed<uint256>(row[1]);
  out.shares = {read_int(row[2])};
  out.selling = {read_int(row[3])};
  out.cost = read_usdc(row[4]);
  out.condition = read_fixed<hash256>(row[5]);
  out.outcome = row[6].c_str();
  out.result = named(row[7], settlement_results);
  out.payout = read_usdc(row[8]);
  out.updated_at = read_time(row[9]);
  return out;
}

settlement read_settlement(const pqxx::row& row) {
  settlement out;
  out.condition = read_fixed<hash256>(row[0]);
  out.payouts.numerators = split_numbers<std::uint64_t>(row[1]);
  out.payouts.denominator = row[2].as<std::uint64_t>();
  out.status = named(row[3], settlement_statuses);
  out.received = read_usdc(row[4]);
  out.paid = read_usdc(row[5]);
  out.remainder = read_usdc(row[6]);
  out.created_at = read_time(row[7]);
  out.updated_at = read_time(row[8]);
  return out;
}

redemption read_redemption(const pqxx::row& row) {
  redemption out;
  out.id = read_uuid<operation_id>(row[0]);
  out.account = read_fixed<address>(row[1]);
  out.tx_hash = read_fixed<hash256>(row[2]);
  out.received = read_usdc(row[3]);
  for (const auto micro : split_numbers<std::int64_t>(row[4])) out.burned.push_back({micro});
  out.at = read_time(row[5]);
  return out;
}

deposit read_deposit(const pqxx::row& row) {
  deposit out;
  out.id = read_uuid<deposit_id>(row[0]);
  out.user = read_fixed<address>(row[1]);
  out.amount = read_usdc(row[2]);
  out.status = named(row[3], deposit_statuses);
  auto& payment = out.payment;
  payment.chain_id = static_cast<std::uint64_t>(read_int(row[4]));
  payment.token = read_fixed<address>(row[5]);
  payment.from = read_fixed<address>(row[6]);
  payment.to = read_fixed<address>(row[7]);
  payment.value = read_usdc(row[8]);
  payment.valid_after = read_int(row[9]);
  payment.valid_before = read_int(row[10]);
  payment.nonce = read_fixed<hash256>(row[11]);
  payment.signature = read_bytes(row[12]);
  out.x402_version = static_cast<std::uint8_t>(read_int(row[13]));
  out.tx_hash = read_fixed<hash256>(row[14]);
  out.log_index = static_cast<std::uint64_t>(read_int(row[15]));
  out.failure = row[16].c_str();
  out.conversion = read_uuid<conversion_id>(row[17]);
  out.created_at = read_time(row[18]);
  out.credited_at = read_time(row[19]);
  out.updated_at = read_time(row[20]);
  out.idempotency_key = read_fixed<hash256>(row[21]);
  out.payment_identifier = read_fixed<hash256>(row[22]);
  out.fee = read_usdc(row[23]);
  return out;
}

conversion read_conversion(const pqxx::row& row) {
  conversion out;
  out.id = read_uuid<conversion_id>(row[0]);
  out.route = row[1].c_str();
  out.status = named(row[2], conversion_statuses);
  out.amount = read_usdc(row[3]);
  out.received = read_usdc(row[4]);
  out.loss = read_usdc(row[5]);
  for (const auto& step : json::parse(row[6].c_str())) out.steps.push_back(step_of(step));
  out.attempts = static_cast<std::uint32_t>(read_int(row[7]));
  out.failure = row[8].c_str();
  out.created_at = read_time(row[9]);
  out.updated_at = read_time(row[10]);
  out.completed_at = read_time(row[11]);
  out.deposits = split_ids(row[12]);
  out.source = {static_cast<std::uint64_t>(read_int(row[13])), read_fixed<address>(row[14])};
  out.expected_out = read_usdc(row[15]);
  out.expected_seconds = static_cast<std::uint32_t>(read_int(row[16]));
  out.choice = row[17].c_str();
  out.undone = static_cast<std::uint32_t>(read_int(row[18]));
  out.replaced_by = read_uuid<conversion_id>(row[19]);
  return out;
}

chain_operation read_operation(const pqxx::row& row) {
  chain_operation out;
  out.id = read_uuid<operation_id>(row[0]);
  out.attempt = static_cast<std::uint32_t>(read_int(row[1]));
  out.chain_id = static_cast<std::uint64_t>(read_int(row[2]));
  out.account = read_fixed<address>(row[3]);
  out.nonce = static_cast<std::uint64_t>(read_int(row[4]));
  out.tx_hash = read_fixed<hash256>(row[5]);
  out.raw = read_bytes(row[6]);
  out.purpose = row[7].c_str();
  out.status = named(row[8], operation_statuses);
  out.block_number = static_cast<std::uint64_t>(read_int(row[9]));
  out.created_at = read_time(row[10]);
  if (is_mined(out.status)) out.fee_wei = row[11].c_str();
  return out;
}

external_operation read_external(const pqxx::row& row) {
  external_operation out;
  out.id = read_uuid<operation_id>(row[0]);
  out.service = row[1].c_str();
  out.account = read_fixed<address>(row[2]);
  out.sequence = static_cast<std::uint64_t>(read_int(row[3]));
  out.request_hash = read_fixed<hash256>(row[4]);
  const auto request = read_bytes(row[5]);
  out.request.assign(request.begin(), request.end());
  out.give_up_at = read_time(row[6]);
  out.purpose = row[7].c_str();
  out.status = static_cast<external_status>(read_int(row[8]));  // a CHECK bounds it
  out.remote_id = row[9].c_str();
  out.tx_hash = read_fixed<hash256>(row[10]);
  out.detail = row[11].c_str();
  out.created_at = read_time(row[12]);
  out.updated_at = read_time(row[13]);
  return out;
}

const std::string& buffer_columns_changed() {
  static const auto text = buffer_columns_with("nextval('liquidity_buffer_version') ");
  return text;
}

const std::string& buffer_columns() {
  static const auto text =
      buffer_columns_with("(SELECT last_value FROM liquidity_buffer_version) ");
  return text;
}

buffer_row read_buffer(const pqxx::row& row, pqxx::row::size_type at) {
  buffer_row out;
  out.balance = read_usdc(row[at]);
  out.min_size = read_usdc(row[at + 1]);
  out.has_max = !row[at + 2].is_null();
  out.max_size = read_usdc(row[at + 2]);
  out.reserve = read_usdc(row[at + 3]);
  out.total_deposited = read_usdc(row[at + 4]);
  out.total_withdrawn = read_usdc(row[at + 5]);
  out.last_replenished_at = read_time(row[at + 6]);
  out.updated_at = read_time(row[at + 7]);
  out.version = read_int(row[at + 8]);
  return out;
}

service_key read_key(const pqxx::row& row) {
  service_key out;
  out.id = row[0].c_str();
  out.name = row[1].c_str();
  out.secret_hash = read_fixed<hash256>(row[2]);
  out.scopes = static_cast<std::uint8_t>(read_int(row[3]));
  out.created_at = read_time(row[4]);
  out.revoked_at = read_time(row[5]);
  return out;
}

delegation read_delegation(const pqxx::row& row) {
  delegation out;
  out.id = read_uuid<delegation_id>(row[0]);
  out.user = read_fixed<address>(row[1]);
  out.public_key = read_bytes(row[2]);
  out.per_bet = {read_int(row[3])};
  out.total = {read_int(row[4])};
  out.used = {read_int(row[5])};
  out.created_at = read_time(row[6]);
  out.expires_at = read_time(row[7]);
  out.revoked_at = read_time(row[8]);
  out.revoked_by = row[9].c_str();
  return out;
}

signed_session read_session(const pqxx::row& row) {
  signed_session out;
  out.token_hash = read_fixed<hash256>(row[0]);
  out.nonce_hash = read_fixed<hash256>(row[1]);
  out.user = read_fixed<address>(row[2]);
  out.key_id = row[3].is_null() ? "" : row[3].c_str();
  out.created_at = read_time(row[4]);
  out.expires_at = read_time(row[5]);
  out.closed_at = read_time(row[6]);
  out.change = read_int(row[7]);
  return out;
}

heard_event read_event(const pqxx::row& row) {
  heard_event out;
  out.number = read_int(row[0]);
  out.type = static_cast<event_type>(read_int(row[1]));
  if (const auto subject = read_bytes(row[2]); subject.size() == bet_id::size) {
    out.subject = read_fixed<bet_id>(row[2]).text();
  } else if (!subject.empty()) {
    out.subject = read_fixed<uint256>(row[2]).decimal();
  }
  out.user = read_fixed<address>(row[3]);
  out.amount = {read_int(row[4])};
  out.at = read_time(row[5]);
  out.balance = {read_int(row[6])};
  return out;
}

std::string steps_to_json(const std::vector<conversion_step>& steps) {
  auto out = json::array();
  for (const auto& step : steps) out.push_back(to_json(step));
  return out.dump();
}

}  // namespace headroom::persistence
