# The page's script and styles: npm's packages are installed and the bundle is made in the build directory, so that
# the source tree stays clean. Sets UNENTROPY_WEB_DIST, where report.js, boot.js and report.css come to lie.
set(web_source ${CMAKE_CURRENT_LIST_DIR})
set(web_build ${CMAKE_CURRENT_BINARY_DIR}/web)
set(UNENTROPY_WEB_DIST ${web_build}/dist)
file(GLOB web_files CONFIGURE_DEPENDS ${web_source}/src/*.ts ${web_source}/src/*.css ${web_source}/test/*.ts)

unentropy_npm_install(${web_source} ${web_build} "the report's npm packages")

# Copied anew each time, so that a file that was deleted is gone here as well.
add_custom_command(
  OUTPUT ${UNENTROPY_WEB_DIST}/report.js ${UNENTROPY_WEB_DIST}/boot.js ${UNENTROPY_WEB_DIST}/report.css
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${web_build}/src ${web_build}/test
  COMMAND ${CMAKE_COMMAND} -E copy_directory ${web_source}/src ${web_build}/src
  COMMAND ${CMAKE_COMMAND} -E copy_directory ${web_source}/test ${web_build}/test
  COMMAND ${CMAKE_COMMAND} -E copy ${web_source}/tsconfig.json ${web_source}/build.mjs ${web_source}/test.mjs ${web_build}
  COMMAND ${CMAKE_COMMAND} -E chdir ${web_build} ${NODE_PROGRAM} node_modules/typescript/bin/tsc --noEmit
  COMMAND ${CMAKE_COMMAND} -E chdir ${web_build} ${NODE_PROGRAM} build.mjs
  DEPENDS ${web_build}/installed ${web_files} ${web_source}/tsconfig.json ${web_source}/build.mjs ${web_source}/test.mjs
  COMMENT "Checking and bundling the report's page"
  VERBATIM)
add_custom_target(unentropy_web DEPENDS ${UNENTROPY_WEB_DIST}/report.js)
