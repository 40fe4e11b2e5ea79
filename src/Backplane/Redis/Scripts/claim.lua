-- Asks to be the one who saves a document.
--
-- KEYS: 1 head, 2 jobs, 3 claim
-- ARGV: 1 the document's encoded name, 2 the node's id (16 digits), 3 ms that the claim lasts
-- Result: 1 if granted else 0, and where the log knows of a saved entry its epoch, offset and id; numbers as text
local head = redis.call('HMGET', KEYS[1], 'epoch', 'saved', 'savedId')
local holder = redis.call('GET', KEYS[3])
local granted = 0
if not holder or string.sub(holder, 1, 16) == ARGV[2] then
  granted = 1
  redis.call('SET', KEYS[3], holder or (ARGV[2] .. '0'), 'PX', ARGV[3])
  local due = redis.call('ZSCORE', KEYS[2], ARGV[1])
  if due then
    local now = redis.call('TIME')
    local until_ = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000) + tonumber(ARGV[3])
    if until_ > tonumber(due) then redis.call('ZADD', KEYS[2], string.format('%.0f', until_), ARGV[1]) end
  end
end
if head[1] and head[2] ~= '0' then return { granted, head[1], head[2], head[3] } end
return { granted }
