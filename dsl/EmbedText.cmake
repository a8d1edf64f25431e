# cmake -DINPUT=FILE -DOUTPUT=FILE.cpp -DNAME=NAME -P EmbedText.cmake: a text as the constant
# iarc::dsl::NAME. In pieces, as compilers limit the length of a literal.
file(READ ${INPUT} text)
string(LENGTH "${text}" length)
set(pieces "")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 8000 piece)
  string(APPEND pieces "R\"~~~~(${piece})~~~~\"\n")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE ${OUTPUT} "namespace iarc::dsl {\nextern const char *const ${NAME};\n"
  "const char *const ${NAME} =\n${pieces};\n}\n")
