-- wrk's requests: ... -- MODE KEY USERS TAG.  MODE bets: POST /bets, each under a new Idempotency-Key (TAG makes
-- them differ between runs). stranger: the same without a key, to be refused. plain:PATH: that path alone. Else MODE
-- is a path that is asked for 1,024 users in turn.
local random, format = math.random, string.format
local mode, key, users, tag, ready
local count = 0

local function user()
  return format('0x%040x', random(1, users))
end

local function get(path)
  return 'GET ' .. path .. '?user_address=' .. user() .. ' HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer ' .. key ..
    '\r\n\r\n'
end

local function plain(path)
  return 'GET ' .. path .. ' HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer ' .. key .. '\r\n\r\n'
end

local function post_bet()
  local who = mode == 'bets' and '\r\nAuthorization: Bearer ' .. key or ''
  local body = '{"user_address":"' .. user() .. '","token_id":"7","amount":"1.00","max_price":"0.50"}'
  return 'POST /bets HTTP/1.1\r\nHost: bench' .. who .. '\r\nContent-Type: application/json\r\nIdempotency-Key: ' .. tag .. '-' .. count .. '\r\nContent-Length: ' .. #body ..
    '\r\n\r\n' .. body
end

function init(args)
  mode, key, users, tag = args[1], args[2], tonumber(args[3]), args[4]
  math.randomseed(tonumber((tag:gsub('%D', ''))) or 1)
  ready = {}
  local path = mode:match('^plain:(.*)')
  if mode ~= 'bets' and mode ~= 'stranger' then
    for i = 1, 1024 do ready[i] = path and plain(path) or get(mode) end
  end
end

function request()
  count = count + 1
  if mode == 'bets' or mode == 'stranger' then return post_bet() end
  return ready[count % 1024 + 1]
end

function done(summary, latency)  -- in a state of its own: init never ran here
  local e = summary.errors
  io.write(format('RESULT %d %d %d %d %d %d\n', summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))
end
