-- Sends the bytes of the file that PEERS_REQUEST names, and prints every latency (microseconds) with its count.
local file = assert(io.open(os.getenv('PEERS_REQUEST'), 'rb'))
local bytes = file:read('*a')
file:close()

-- wrk asks for the request once and sends it again and again where no function `request` is defined.
function init()
  wrk.format = function() return bytes end
end

function done(summary, latency)
  local errors = summary.errors
  local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('\nsummary %d %d %d\n', summary.requests, summary.duration, failures))
  for i = 1, #latency do
    local value, count = latency(i)
    io.write(string.format('latency %d %d\n', value, count))
  end
end
