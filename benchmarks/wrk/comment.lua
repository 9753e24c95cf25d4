-- Posts comments. Arguments: the page's id, and a word that no other run has: the site refuses what it has
-- been sent before, so no two comments may be alike.
dofile("report.lua")

local page, word
local number = 0
local template = '{"page": %s, "name": "Reader %d", "email": "reader-%s-%d@example.org", "comment": "%s"}'
local text = "Comment %d of %s. I kept a diary for six weeks, as the article suggests, and the evenings without "
  .. "coffee were the better ones, though the weather had changed by then as well. Is there a trial that "
  .. "looked at people who work at night?\\n\\nThe second source is about adults under forty only."

function init(arguments)
  page, word = arguments[1], arguments[2]
end

function request()
  number = number + 1
  local body = template:format(page, number, word, number, text:format(number, word))
  return wrk.format("POST", nil, nil, body)
end
