# unentropy_embed(TARGET SYMBOL FILE)
#
# Links FILE into TARGET byte for byte. The accessor is declared in a header by hand:
#   extern "C" { extern const char SYMBOL[]; extern const char SYMBOL_end[]; }
function(unentropy_embed target symbol file)
  set(stub ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.S)
  file(WRITE ${stub} ".section .rodata\n.global ${symbol}\n.global ${symbol}_end\n.type ${symbol}, @object\n\
.balign 16\n${symbol}:\n.incbin \"${file}\"\n${symbol}_end:\n.byte 0\n.size ${symbol}, ${symbol}_end - ${symbol}\n\
.section .note.GNU-stack,\"\",@progbits\n")
  set_source_files_properties(${stub} PROPERTIES OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${stub})
endfunction()
