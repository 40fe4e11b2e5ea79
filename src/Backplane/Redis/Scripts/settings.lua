-- Compares settings that must be equal on all nodes with those of the nodes that run, and keeps them known while this
-- node does.
--
-- KEYS: 1 settings (hash)
-- ARGV: 1 ms that they stay known, then name, value, ...; the first is the layout of keys and values
-- Result: the name and the other nodes' value of the first setting that differs; nothing if none does
local layout = redis.call('HGET', KEYS[1], ARGV[2])
-- Nodes from before layouts had numbers share settings, but no layout.
if not layout and redis.call('EXISTS', KEYS[1]) == 1 then return { ARGV[2], '1' } end
for i = 2, #ARGV, 2 do
  local known = redis.call('HGET', KEYS[1], ARGV[i])
  if known and known ~= ARGV[i + 1] then return { ARGV[i], known } end
end
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return false
