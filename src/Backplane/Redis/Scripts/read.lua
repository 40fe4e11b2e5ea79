-- Reads what follows a position of a document's log, up to a number of bytes.
--
-- KEYS: 1 head, 2 entries
-- ARGV: 1 epoch, 2 offset, 3 id (8 bytes) of the position, 4 bytes after which the page ends (one entry more may be in
--       it)
-- Result: outcome (0 entries, 1 no log, 2 other epoch, 3 beyond the end, 4 other entry, 5 trimmed), then but for "no
--         log": epoch, end offset, end id, start offset, start id, offset and id before the first entry, and the
--         entries; numbers as text
local head = redis.call('HMGET', KEYS[1], 'epoch', 'end', 'id', 'start', 'startId', 'largest')
if not head[1] then return { 1 } end
local finish, start = tonumber(head[2]), tonumber(head[4])
local length = redis.call('LLEN', KEYS[2])
if length ~= finish - start then return { 1 } end

local offset, id = tonumber(ARGV[2]), ARGV[3]
local outcome
if ARGV[1] == '0' then
  outcome = start == 0 and 0 or 5
  offset, id = 0, head[5]
elseif ARGV[1] ~= head[1] then
  outcome = 2
elseif offset > finish then
  outcome = 3
elseif offset < start then
  outcome = 5
elseif offset == start then
  outcome = id == head[5] and 0 or 4
elseif offset == finish then
  outcome = id == head[3] and 0 or 4
else
  outcome = id == string.sub(redis.call('LINDEX', KEYS[2], offset - start - 1), 1, 8) and 0 or 4
end
if outcome ~= 0 then offset, id = start, head[5] end

local result = { outcome, head[1], head[2], head[3], head[4], head[5], string.format('%.0f', offset), id }
local limit = tonumber(ARGV[4])
local step = math.max(1, math.min(256, math.floor(limit / tonumber(head[6] or 1))))
local from, bytes = offset - start, 0
while from < length and bytes < limit do
  local entries = redis.call('LRANGE', KEYS[2], from, from + step - 1)
  for _, entry in ipairs(entries) do
    bytes = bytes + string.len(entry)
    result[#result + 1] = entry
  end
  from = from + step
end
return result
