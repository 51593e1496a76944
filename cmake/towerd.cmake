# SPDX-License-Identifier: ISC
# The few shapes that everything in the tree is built in.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
# What the programs of a build find beside themselves (agent/config/folder.c).
set(TOWERD_PLUGIN_OUTPUT "${CMAKE_BINARY_DIR}/plugins-built")
file(CREATE_LINK "${CMAKE_SOURCE_DIR}/profiles" "${CMAKE_BINARY_DIR}/profiles-built" SYMBOLIC)

add_compile_definitions(_GNU_SOURCE TOWERD_ROOT_OID="${TOWERD_ROOT_OID}" TOWERD_VERSION="${PROJECT_VERSION}")
add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
	-Wwrite-strings -fno-common)
if(TOWERD_WERROR)
	add_compile_options(-Werror)
endif()
if(TOWERD_SANITIZE)
	add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
	add_link_options(-fsanitize=address,undefined)
endif()
if(TOWERD_FUZZ)
	add_compile_options(-fsanitize=fuzzer-no-link)
	add_link_options(-fsanitize=fuzzer-no-link)
endif()
if(TOWERD_TEST_CLOCK)
	add_compile_definitions(TOWERD_TEST_CLOCK)
endif()

if(BUILD_TESTING)
	pkg_check_modules(CUNIT REQUIRED IMPORTED_TARGET cunit)
endif()
add_custom_target(fuzz-targets)

# towerd_test_env(NAME): what every test gets; a hanging test is a failing one.
function(towerd_test_env name)
	set_tests_properties(${name} PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77
		ENVIRONMENT "ASAN_OPTIONS=detect_leaks=1:abort_on_error=0;UBSAN_OPTIONS=print_stacktrace=1;TOWERD_SOURCE=${CMAKE_SOURCE_DIR};TOWERD_BUILD=${CMAKE_BINARY_DIR};TOWERD_SHARED=${TOWERD_SHARED}")
endfunction()

# towerd_module(NAME SOURCES a.c … [LIBS …] [TESTS a_test.c …]): a static library and one test program for each TESTS file.
# Includes are written from the top of the tree: #include "agent/loop/loop.h".
function(towerd_module name)
	cmake_parse_arguments(M "" "" "SOURCES;LIBS;TESTS;TEST_LIBS" ${ARGN})
	add_library(${name} STATIC ${M_SOURCES})
	target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/include")
	target_link_libraries(${name} PUBLIC ${M_LIBS})
	towerd_unit_tests(${name} TESTS ${M_TESTS} LIBS ${M_TEST_LIBS})
endfunction()

# towerd_unit_tests(LIB TESTS a_test.c … [LIBS …]): each file is a program with a CUnit main from tests/support/cunit_main.h.
function(towerd_unit_tests lib)
	cmake_parse_arguments(M "" "" "TESTS;LIBS" ${ARGN})
	if(NOT BUILD_TESTING)
		return()
	endif()
	foreach(source ${M_TESTS})
		get_filename_component(test ${source} NAME_WE)
		add_executable(${test} ${source})
		target_link_libraries(${test} PRIVATE ${lib} ${M_LIBS} PkgConfig::CUNIT Threads::Threads)
		add_test(NAME unit.${test} COMMAND ${test})
		towerd_test_env(unit.${test})
	endforeach()
endfunction()

# towerd_plugin(NAME SOURCES … [LIBS …] [TESTS …] [TEST_LIBS …]): NAME.so with one exported symbol and none undefined but the
# C library's and its own libraries'; its tests run it under the fake host.
function(towerd_plugin name)
	cmake_parse_arguments(M "" "" "SOURCES;LIBS;TESTS;TEST_LIBS" ${ARGN})
	# Compiled once; linked into the plugin, and into a library for its tests.
	add_library(${name}-objects OBJECT ${M_SOURCES})
	target_include_directories(${name}-objects PUBLIC "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/include")
	target_link_libraries(${name}-objects PUBLIC towerd-support ${M_LIBS})
	add_library(${name}-parts STATIC $<TARGET_OBJECTS:${name}-objects>)
	target_include_directories(${name}-parts PUBLIC "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/include")
	target_link_libraries(${name}-parts PUBLIC towerd-support ${M_LIBS})
	add_library(${name} MODULE $<TARGET_OBJECTS:${name}-objects>)
	target_link_libraries(${name} PRIVATE towerd-support ${M_LIBS})
	set_target_properties(${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY "${TOWERD_PLUGIN_OUTPUT}" LINKER_LANGUAGE C)
	if(NOT TOWERD_SANITIZE)
		target_link_options(${name} PRIVATE -Wl,-z,defs)
	endif()
	install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/towerd/plugins)
	set_property(GLOBAL APPEND PROPERTY TOWERD_PLUGINS ${name})
	towerd_unit_tests(${name}-parts TESTS ${M_TESTS} LIBS towerd-fake-host ${M_TEST_LIBS})
endfunction()

# towerd_fuzz(NAME SOURCE … LIBS … CORPUS DIR): LLVMFuzzerTestOneInput over the kept corpus in the short tests,
# a libFuzzer program with TOWERD_FUZZ, which scripts/fuzz runs; it finds the corpus by its link in fuzz-corpus/.
function(towerd_fuzz name)
	cmake_parse_arguments(M "" "CORPUS" "SOURCES;LIBS" ${ARGN})
	if(NOT BUILD_TESTING)
		return()
	endif()
	if(NOT IS_DIRECTORY "${M_CORPUS}")
		message(FATAL_ERROR "fuzz target ${name}: its corpus ${M_CORPUS} is not there")
	endif()
	file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/fuzz-corpus")
	file(CREATE_LINK "${M_CORPUS}" "${CMAKE_BINARY_DIR}/fuzz-corpus/${name}" SYMBOLIC)
	add_executable(fuzz_${name} ${M_SOURCES})
	add_dependencies(fuzz-targets fuzz_${name})
	target_link_libraries(fuzz_${name} PRIVATE ${M_LIBS} Threads::Threads)
	target_include_directories(fuzz_${name} PRIVATE "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/include")
	if(TOWERD_FUZZ)
		target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
		add_test(NAME fuzz.${name} COMMAND fuzz_${name} -runs=0 "${M_CORPUS}")
	else()
		target_sources(fuzz_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/support/corpus_main.c")
		add_test(NAME fuzz.${name} COMMAND fuzz_${name} "${M_CORPUS}")
	endif()
	towerd_test_env(fuzz.${name})
endfunction()
