# Debian's libcaf-dev ships neither a CMake package nor a pkg-config file.
#   find_package(CAF 0.17.6 REQUIRED COMPONENTS core)   gives CAF::core and CAF_VERSION.
find_package(Threads REQUIRED)
find_path(CAF_INCLUDE_DIR caf/config.hpp)
set(caf_required CAF_INCLUDE_DIR)
if(CAF_INCLUDE_DIR)
  file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" caf_version_line REGEX "#define CAF_VERSION ")
  string(REGEX MATCH "[0-9]+" caf_number "${caf_version_line}")  # 1706 is 0.17.6
  math(EXPR caf_major "${caf_number} / 10000")
  math(EXPR caf_minor "${caf_number} / 100 % 100")
  math(EXPR caf_patch "${caf_number} % 100")
  set(CAF_VERSION "${caf_major}.${caf_minor}.${caf_patch}")
endif()
foreach(component IN LISTS CAF_FIND_COMPONENTS)
  find_library(CAF_LIBRARY_${component} caf_${component})
  list(APPEND caf_required CAF_LIBRARY_${component})
  if(CAF_INCLUDE_DIR AND CAF_LIBRARY_${component} AND NOT TARGET CAF::${component})
    add_library(CAF::${component} UNKNOWN IMPORTED)
    set_target_properties(CAF::${component} PROPERTIES
      IMPORTED_LOCATION "${CAF_LIBRARY_${component}}"
      INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}"
      INTERFACE_LINK_LIBRARIES Threads::Threads)
    set(CAF_${component}_FOUND TRUE)
  endif()
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CAF REQUIRED_VARS ${caf_required} VERSION_VAR CAF_VERSION
                                  HANDLE_COMPONENTS)
