setlocal commentstring=//\ %s comments=:// expandtab shiftwidth=2 softtabstop=2 textwidth=100
setlocal formatprg=iarc-format
