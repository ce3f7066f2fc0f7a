-- Asks for the pages of a list in turn, looks at every answer, and reports as one line of JSON.
-- Arguments: file of "path<TAB>location" lines (location empty where 200 is expected), first line to ask for.

local threads = {}
local asked = {}
local locations = {}
local expected = 302
local number = 0

right, wrong, example = 0, 0, ""

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  for line in io.lines(args[1]) do
    local path, location = line:match("^(.-)\t(.*)$")
    if location == "" then expected = 200 else locations[location] = true end
    table.insert(asked, wrk.format("GET", path))
  end
  number = tonumber(args[2]) % #asked
end

function request()
  number = number % #asked + 1
  return asked[number]
end

-- Which connection an answer came from is not known here: each link's own target is checked before and after the run.
function response(status, headers, body)
  if status == expected and (expected == 200 or locations[headers["Location"]]) then
    right = right + 1
  else
    wrong = wrong + 1
    example = status .. " " .. (headers["Location"] or "without a Location")
  end
end

function done(summary, latency, requests)
  local all_right, all_wrong, some = 0, 0, ""
  for _, thread in ipairs(threads) do
    all_right = all_right + thread:get("right")
    all_wrong = all_wrong + thread:get("wrong")
    some = thread:get("example")
  end
  local errors = summary.errors
  io.write(string.format(
    '\n{"seconds": %.6f, "right": %d, "wrong": %d, "example": "%s", "broken": %d, "p50": %d, "p99": %d}\n',
    summary.duration / 1e6, all_right, all_wrong, some,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)
  ))
end
