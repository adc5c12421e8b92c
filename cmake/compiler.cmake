# One place for the flags every target shares.
add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # g++ 12 sees overlaps and overflows in std::string that are not there
  add_compile_options(-Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Clang only: libcaf_core is built by GCC and exports unique statics that a clang executable would
# replace half-initialised.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  set(CMAKE_CXX_VISIBILITY_PRESET hidden)
endif()

if(HEADROOM_SANITIZE)
  add_compile_options(-fsanitize=${HEADROOM_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HEADROOM_SANITIZE})
  if(HEADROOM_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize=null)  # CAF's argument-less function actors bind references to null
  endif()
  if(HEADROOM_SANITIZE MATCHES "thread")
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()

# headroom_room(<name> LINKS <targets...>): one room, one static library, all its .cpp files.
function(headroom_room name)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  add_library(headroom_${name} STATIC ${sources})
  target_include_directories(headroom_${name} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(headroom_${name} PUBLIC ${ARG_LINKS})
endfunction()
