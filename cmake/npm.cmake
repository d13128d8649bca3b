find_program(NPM_PROGRAM npm)
find_program(NODE_PROGRAM NAMES node nodejs)
if(NOT NPM_PROGRAM OR NOT NODE_PROGRAM)
  message(FATAL_ERROR "npm and node are needed to build the report's page; on Debian and Ubuntu: apt-get install npm")
endif()

# unentropy_npm_install(SOURCE BUILD WHAT)
#
# The rule for BUILD/installed: the packages that SOURCE/package-lock.json names, from the npm registry into the build
# directory, so that the source tree stays clean. Without install scripts: none of the packages needs one, and a package
# that brings one must not run it here.
function(unentropy_npm_install source build what)
  set(files ${source}/package.json ${source}/package-lock.json ${source}/.npmrc)
  add_custom_command(
    OUTPUT ${build}/installed
    COMMAND ${CMAKE_COMMAND} -E make_directory ${build}
    COMMAND ${CMAKE_COMMAND} -E copy ${files} ${build}
    COMMAND ${CMAKE_COMMAND} -E chdir ${build} ${NPM_PROGRAM} ci --ignore-scripts --no-audit --no-fund --loglevel=error
    COMMAND ${CMAKE_COMMAND} -E touch ${build}/installed
    DEPENDS ${files}
    COMMENT "Installing ${what}"
    VERBATIM)
endfunction()
