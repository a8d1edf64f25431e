-- Opens wrong.iarc by the configuration of docs/editors.md and prints what neovim got from the server.
local page = io.open(arg_page):read("*a")
load(page:match("```lua\n(.-)```"))()
vim.cmd("edit " .. vim.fn.fnameescape(arg_file))
local function wait(what, condition)
  if not vim.wait(20000, condition, 20) then
    print("no " .. what .. "\n")
    vim.cmd("cquit")
  end
end
wait("diagnostics", function() return #vim.diagnostic.get(0) > 0 end)
for _, one in ipairs(vim.diagnostic.get(0)) do
  io.stdout:write(one.code or "", " ", one.lnum + 1, ":", one.col + 1, " ", one.message:match("[^\n]*"), "\n")
end
vim.fn.setline(3, "  x = encode")
wait("end of diagnostics", function() return #vim.diagnostic.get(0) == 0 end)
local answers = vim.lsp.buf_request_sync(0, "textDocument/hover",
  { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = 2, character = 2 } }, 20000)
for _, answer in pairs(answers) do
  io.stdout:write(answer.result.contents.value)
end
vim.cmd("qall!")
