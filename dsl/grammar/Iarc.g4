//===- Iarc.g4 - Grammar of the iarc language -----------------------------===//
//
// The grammar is not sensitive to newlines: a statement always begins with a
// word, never with `(`, `[` or `-`, so an expression ends where a word follows
// that cannot continue it. Words with a meaning in one place only (`context`,
// `task`, `at` ...) stay usable as names everywhere; see `name`.
//
// The lexer reads bytes, not code points: beyond comments and texts the language is
// ASCII, so that token positions are byte offsets without any table.
//
//===----------------------------------------------------------------------===//
grammar Iarc;

file : item* EOF ;

item
  : importItem
  | functionItem
  | blockItem
  | taskItem
  | modelItem
  ;

importItem   : 'import' name ;
functionItem : ('kernel' | 'function') name parameters ('=' expression | functionBody) ;
blockItem    : 'block' name parameters body ;
taskItem     : 'task' name parameters? taskBody ;
modelItem    : 'model' name body ;

functionBody      : '{' functionStatement* '}' ;
functionStatement : weightStatement | letStatement | returnStatement ;

parameters : '(' (parameter (',' parameter)*)? ','? ')' ;
parameter  : name ('=' value)? ;

body : '{' statement* '}' ;

statement
  : paramStatement
  | taskStatement
  | contextStatement
  | weightsStatement
  | weightStatement
  | letStatement
  | repeatStatement
  | forStatement
  | ifStatement
  | recurStatement
  | predictStatement
  | lossStatement
  | trainStatement
  | returnStatement
  | assignStatement
  ;

paramStatement   : 'param' name '=' value ;
taskStatement    : 'task' name arguments? ;
contextStatement : 'context' expression ;
weightsStatement : 'weights' placement (',' expression)? ;
weightStatement  : 'weight' name dimensions? placement? '=' expression ;
letStatement     : 'let' name '=' expression ;
repeatStatement  : 'repeat' expression body ;
forStatement     : 'for' name 'in' value body ;
ifStatement      : 'if' expression body ('else' 'if' expression body)* ('else' body)? ;
recurStatement   : 'recur' state (',' state)* ','? body ;
predictStatement : 'predict' expression ;
lossStatement    : 'loss' name arguments? 'at' name ;
trainStatement   : 'train' name arguments? settings? ;
returnStatement  : 'return' expression ;
assignStatement  : name '=' expression ;

state : name '[' expression ']' ;

dimensions : '[' expression (',' expression)* ','? ']' ;

// The declaration of a task: settings such as `history 10`, states, control tokens with their
// rules, and the rule for the next symbol.
taskBody : '{' taskMember* '}' ;

taskMember
  : stateMember
  | controlMember
  | nextMember
  | settingMember
  ;

stateMember   : 'state' name ('[' expression ']')? '=' expression ;
controlMember : ('control' | 'modifier') name name? ruleBody ;
nextMember    : 'next' ruleBody ;
settingMember : name value ;

ruleBody : '{' ruleStatement* '}' ;

ruleStatement
  : 'let' name '=' expression                     # ruleLet
  | 'if' expression ruleBody ('else' 'if' expression ruleBody)* ('else' ruleBody)?   # ruleIf
  | 'return' expression                           # ruleReturn
  | name ('[' expression ']')? '=' expression     # ruleAssign
  ;

settings : '{' setting* '}' ;
setting  : name ('every' | 'at' name)? expression ;   // batch 200, evaluate every 500, stop at accuracy 0.99

placement
  : ('per' | 'across') name   # spread
  | name                      # namedPlacement
  ;

arguments : '(' (argument (',' argument)*)? ','? ')' ;
argument  : (name ':')? value ;

// What an argument, a default or a `param` may be: more than an expression.
value
  : ('per' | 'across') name                       # spreadValue
  | expression (('..' | '..<') expression)?       # rangeValue
  ;

// From the tightest to the loosest binding. `-x^2` is -(x^2), `2^-1` is 2^(-1).
expression
  : expression '[' expression (('..' | '..<') expression)? ']'         # slice
  | <assoc=right> expression '^' expression                            # power
  | '-' expression                                                     # negation
  | expression op=('*' | '/' | 'mod') expression                       # product
  | expression op=('+' | '-') expression                               # sum
  | expression op=('<' | '<=' | '>' | '>=' | '==' | '!=') expression   # comparison
  | 'not' expression                                                   # inversion
  | expression 'and' expression                                        # conjunction
  | expression 'or' expression                                         # disjunction
  | 'if' expression 'then' expression 'else' expression                # choice
  | name arguments                                                     # call
  | name                                                               # reference
  | NUMBER                                                             # number
  | MALFORMED arguments?                                               # malformed
  | STRING                                                             # text
  | ('true' | 'false')                                                 # truth
  | '[' (expression (',' expression)*)? ','? ']'                       # list
  | '(' expression ')'                                                 # parentheses
  ;

name
  : NAME | 'kernel' | 'task' | 'context' | 'weights' | 'loss' | 'at' | 'train'
  | 'per' | 'across' | 'state' | 'control' | 'modifier' | 'next'
  | 'weight' | 'in' | 'every'
  ;

NUMBER : [0-9]+ ('.' [0-9]+)? ([eE] [+\-]? [0-9]+)? ;
NAME   : [A-Za-z_] [A-Za-z0-9_]* ;
COMMENT : '//' ~[\r\n]* -> channel(HIDDEN) ;
SPACE   : [ \t\r\n\f]+ -> channel(HIDDEN) ;

// A text, such as the name of a file: any characters of one line. A backslash makes the quotation
// mark or the backslash behind it a part of the text; elsewhere it stands for itself.
STRING : '"' ( '\\' ~[\r\n] | ~["\\\r\n] )* '"' ;

// Reported before parsing, and parsed as an operand so that nothing else is said of it: a number
// that runs into letters (`1e5` is as long for both and goes to NUMBER, which comes first), and
// the string and the member of another language.
MALFORMED
  : [0-9]+ ('.' [0-9]+)? [A-Za-z_] [A-Za-z0-9_]*
  | [A-Za-z_] [A-Za-z0-9_]* ('.' [A-Za-z_] [A-Za-z0-9_]*)+
  | '\'' ~['\r\n]* '\''
  ;

// Everything else, hidden from the parser and reported before it runs: what looks like a comment
// of another language is one token, and so is a run of bytes beyond ASCII.
UNKNOWN
  : ( '#' ~[\r\n]* | [\u0080-\u00FF]+ | . ) -> channel(HIDDEN)
  ;
