# What `cmake --install` puts where: the program, the library with its headers, pkg-config, the manual.
set(LF_HEADERS ${CMAKE_INSTALL_INCLUDEDIR}/labelferry)
file(RELATIVE_PATH LF_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${PROJECT_SOURCE_DIR}/cmake/labelferry.pc.in ${PROJECT_BINARY_DIR}/labelferry.pc @ONLY)

install(TARGETS labelferry-program labelferry
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
# Paths are kept, so that #include "formats/..." means the same as in the tree.
install(DIRECTORY formats convert merge DESTINATION ${LF_HEADERS}
  FILES_MATCHING PATTERN "*.h" PATTERN "codes.def")
install(FILES ${PROJECT_BINARY_DIR}/labelferry.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES man/labelferry.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES README.md FORMATS.md ARCHITECTURE.md CONTRIBUTING.md CHANGELOG.md LICENSE
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
