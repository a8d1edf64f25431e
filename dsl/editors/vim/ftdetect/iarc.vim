autocmd BufNewFile,BufRead *.iarc setfiletype iarc
