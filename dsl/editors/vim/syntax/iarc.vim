" Vim syntax of .iarc files. A test compares the words with dsl/grammar/Iarc.g4.
if exists('b:current_syntax')
  finish
endif

syntax keyword iarcDefinition import kernel function block task model
syntax keyword iarcStatement param context weights weight let repeat for in recur predict loss at train every return
syntax keyword iarcTaskWord state control modifier next
syntax keyword iarcConditional if then else
syntax keyword iarcOperatorWord and or not mod
syntax keyword iarcPlacement per across
syntax keyword iarcBoolean true false
syntax match iarcNumber /\<\d\+\(\.\d\+\)\?\([eE][+-]\?\d\+\)\?\>/
syntax match iarcCall /\<\h\w*\ze(/
syntax match iarcArgument /\<\h\w*\ze:/
syntax match iarcOperator /\.\.<\?\|[-+*\/^=<>!]/
syntax region iarcString start=/"/ end=/"/ oneline
syntax match iarcComment /\/\/.*$/ contains=iarcTodo,@Spell
syntax keyword iarcTodo TODO FIXME contained

highlight default link iarcDefinition Structure
highlight default link iarcStatement Statement
highlight default link iarcTaskWord Statement
highlight default link iarcConditional Conditional
highlight default link iarcOperatorWord Operator
highlight default link iarcPlacement StorageClass
highlight default link iarcBoolean Boolean
highlight default link iarcNumber Number
highlight default link iarcCall Function
highlight default link iarcArgument Identifier
highlight default link iarcOperator Operator
highlight default link iarcString String
highlight default link iarcComment Comment
highlight default link iarcTodo Todo

let b:current_syntax = 'iarc'
