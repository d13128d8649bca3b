# unentropy_embed(TARGET SYMBOL FILE)
#
# Links FILE into TARGET byte for byte. The accessor is declared in a header by hand:
#   extern "C" { extern const char SYMBOL[]; extern const char SYMBOL_end[]; }
function(unentropy_embed target symbol file)
  set(stub ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.S)
  # CONFIGURE and not WRITE: an unchanged stub keeps its time, and nothing is linked anew.
  file(CONFIGURE OUTPUT ${stub} @ONLY CONTENT "\
.section .rodata
.global ${symbol}
.global ${symbol}_end
.type ${symbol}, @object
.balign 16
${symbol}:
.incbin \"${file}\"
${symbol}_end:
.byte 0
.size ${symbol}, ${symbol}_end - ${symbol}
.section .note.GNU-stack,\"\",@progbits
")
  set_source_files_properties(${stub} PROPERTIES OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${stub})
endfunction()
