#include "cli/project_kind.h"

#include <algorithm>
#include <system_error>

#include "base/glob.h"

namespace unentropy {
namespace {

namespace fs = std::filesystem;

constexpr int kDepth = 2;
constexpr int kMaxEntries = 50'000;
constexpr std::string_view kForeignFolders[] = {"node_modules", "vendor",   "target",   "dist",     "build",
                                                "out",          "bin",      "obj",      "venv",     "third_party",
                                                "Pods",         "coverage", "testdata", "fixtures", "examples"};

bool is_entered(const fs::path& directory) {
  const std::string name = directory.filename().string();
  return !name.starts_with('.') &&
         std::find(std::begin(kForeignFolders), std::end(kForeignFolders), name) == std::end(kForeignFolders);
}

}  // namespace

const std::vector<ProjectKind>& project_kinds() {
  static const std::vector<ProjectKind> kinds = {
      {"javascript",
       "JavaScript or TypeScript",
       {"package.json", "tsconfig.json", "deno.json", "deno.jsonc"},
       "TypeScript,JavaScript,Vue",
       "**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs,vue,svelte}",
       {{"bundle-size", "size", "Size of the build", {"size dist", "size build", "size out", "size .next/static"}},
        {"coverage",
         "coverage",
         "Test coverage",
         {"coverage coverage/lcov.info", "coverage coverage/coverage-final.json", "coverage coverage/clover.xml"}},
        {"tests", "integer", "Tests", {"junit junit.xml", "junit reports/junit.xml"}},
        {"test-files", "integer", "Test files", {"count '**/*.{test,spec}.{ts,tsx,js,jsx,mjs,cjs}'"}},
        {"dependencies", "dependencies-count", "Dependencies", {"json package.json /dependencies --length"}}}},
      {"php",
       "PHP",
       {"composer.json", "artisan", "phpunit.xml", "phpunit.xml.dist"},
       "PHP",
       "**/*.php",
       {{"coverage",
         "coverage",
         "Test coverage",
         {"coverage clover.xml", "coverage build/logs/clover.xml", "coverage coverage.xml"}},
        {"tests", "integer", "Tests", {"junit junit.xml", "junit build/logs/junit.xml"}},
        {"test-files", "integer", "Test files", {"count 'tests/**/*Test.php'", "count 'test/**/*Test.php'"}},
        {"dependencies", "dependencies-count", "Dependencies", {"json composer.json /require --length"}}}},
      {"go",
       "Go",
       {"go.mod", "go.work"},
       "Go",
       "**/*.go",
       {{"coverage",
         "coverage",
         "Test coverage",
         {"coverage coverage.out", "coverage cover.out", "coverage coverage.txt"}},
        {"tests", "integer", "Tests", {"junit junit.xml", "junit report.xml"}},
        {"test-files", "integer", "Test files", {"count '**/*_test.go'"}},
        {"dependencies",
         "dependencies-count",
         "Dependencies",
         {R"(count go.mod -r '^(require\s+|\s+)\S+\s+v[0-9]')"}}}},
      {"python",
       "Python",
       {"pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "tox.ini"},
       "Python",
       "**/*.py",
       {{"coverage",
         "coverage",
         "Test coverage",
         {"coverage coverage.xml", "coverage coverage.lcov", "coverage lcov.info"}},
        {"tests", "integer", "Tests", {"junit junit.xml", "junit report.xml"}},
        {"test-files",
         "integer",
         "Test files",
         {"count '**/test_*.py' '**/*_test.py'", "count '**/test_*.py'", "count '**/*_test.py'"}},
        {"dependencies",
         "dependencies-count",
         "Dependencies",
         {"count uv.lock -r '^\\[\\[package\\]\\]'", "count poetry.lock -r '^\\[\\[package\\]\\]'",
          "count requirements.txt -r '^[A-Za-z0-9]' --lines"}}}},
      {"rust",
       "Rust",
       {"Cargo.toml"},
       "Rust",
       "**/*.rs",
       {{"coverage",
         "coverage",
         "Test coverage",
         {"coverage lcov.info", "coverage coverage/lcov.info", "coverage cobertura.xml",
          "coverage target/tarpaulin/cobertura.xml"}},
        {"tests", "integer", "Tests", {"count '**/*.rs' -r '^\\s*#\\[(tokio::)?test\\b'"}},
        {"dependencies", "dependencies-count", "Dependencies", {"count Cargo.lock -r '^\\[\\[package\\]\\]'"}}}},
      {"java",
       "Java or Kotlin",
       {"pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"},
       "Java,Kotlin",
       "**/*.{java,kt}",
       {{"package-size", "size", "Size of the packages", {"size 'target/*.jar'", "size 'build/libs/*.jar'"}},
        {"coverage",
         "coverage",
         "Test coverage",
         {"coverage target/site/jacoco/jacoco.xml", "coverage build/reports/jacoco/test/jacocoTestReport.xml",
          "coverage '**/build/reports/jacoco/test/jacocoTestReport.xml'"}},
        {"tests",
         "integer",
         "Tests",
         {"junit 'target/surefire-reports/*.xml'", "junit '**/build/test-results/test/*.xml'"}},
        {"test-files", "integer", "Test files", {"count '**/src/test/**/*.{java,kt}'"}},
        {"dependencies",
         "dependencies-count",
         "Dependencies",
         {"count pom.xml -r '<dependency>'",
          "count '**/build.gradle{,.kts}' -r "
          "'^\\s*(implementation|api|compileOnly|runtimeOnly|testImplementation)\\b'"}}}},
      {"cpp",
       "C or C++",
       {"CMakeLists.txt", "meson.build", "configure.ac", "conanfile.py", "conanfile.txt", "vcpkg.json",
        "*.{c,cc,cpp,cxx}"},
       "C,C++",
       "**/*.{c,cc,cpp,cxx,h,hh,hpp,hxx}",
       {{"coverage",
         "coverage",
         "Test coverage",
         {"coverage coverage.info", "coverage lcov.info", "coverage coverage.xml"}},
        {"tests", "integer", "Tests", {"junit junit.xml", "junit build/junit.xml"}},
        {"test-files",
         "integer",
         "Test files",
         {"count '**/*_test.{c,cc,cpp,cxx}'", "count '**/test_*.{c,cc,cpp,cxx}'",
          "count '{test,tests}/**/*.{c,cc,cpp,cxx}'"}},
        {"dependencies",
         "dependencies-count",
         "Dependencies",
         {"json vcpkg.json /dependencies --length", "count '**/CMakeLists.txt' -i -r '^\\s*find_package\\s*\\('"}}}},
      {"ruby",
       "Ruby",
       {"Gemfile", "*.gemspec", "Rakefile"},
       "Ruby",
       "**/*.rb",
       {{"coverage",
         "coverage",
         "Test coverage",
         {"coverage coverage/lcov.info", "coverage 'coverage/lcov/*.lcov'", "coverage coverage/coverage.xml"}},
        {"tests", "integer", "Tests", {"junit rspec.xml", "junit junit.xml"}},
        {"test-files", "integer", "Test files", {"count 'spec/**/*_spec.rb'", "count 'test/**/*_test.rb'"}},
        {"dependencies",
         "dependencies-count",
         "Dependencies",
         {"count Gemfile.lock -r '^    [a-z]\\S* \\('", "count Gemfile -r '^\\s*gem\\s'"}}}},
      {"dotnet",
       ".NET",
       {"*.sln", "*.slnx", "*.csproj", "*.fsproj", "*.vbproj", "global.json"},
       "C#,F#,vb",
       "**/*.{cs,fs,vb}",
       {{"coverage",
         "coverage",
         "Test coverage",
         {"coverage coverage.cobertura.xml", "coverage '**/coverage.cobertura.xml'"}},
        {"tests", "integer", "Tests", {"junit '**/TestResults/*.xml'"}},
        {"test-files", "integer", "Test files", {"count '**/*{Test,Tests}.{cs,fs,vb}'"}},
        {"dependencies",
         "dependencies-count",
         "Dependencies",
         {"count '**/*.{cs,fs,vb}proj' Directory.Packages.props -r '<Package(Reference|Version)\\s'",
          "count '**/*.{cs,fs,vb}proj' -r '<PackageReference\\s'"}}}},
  };
  return kinds;
}

const ProjectKind* find_project_kind(std::string_view id) {
  const auto& kinds = project_kinds();
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const ProjectKind& kind) { return kind.id == id; });
  return found == kinds.end() ? nullptr : &*found;
}

std::vector<std::string> project_kind_ids() {
  std::vector<std::string> ids;
  for (const ProjectKind& kind : project_kinds()) ids.emplace_back(kind.id);
  return ids;
}

std::vector<const ProjectKind*> detect_project(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code failed;
  fs::recursive_directory_iterator entries(directory, fs::directory_options::skip_permission_denied, failed);
  for (int count = 0; !failed && entries != fs::end(entries) && count < kMaxEntries;
       entries.increment(failed), ++count) {
    std::error_code ignored;
    if (entries->is_directory(ignored)) {
      if (entries.depth() >= kDepth || entries->is_symlink(ignored) || !is_entered(entries->path())) {
        entries.disable_recursion_pending();
      }
    } else {
      names.push_back(entries->path().filename().string());
    }
  }
  std::vector<const ProjectKind*> found;
  for (const ProjectKind& kind : project_kinds()) {
    const bool is_there = std::any_of(kind.markers.begin(), kind.markers.end(), [&](std::string_view marker) {
      const Glob glob(marker);
      return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return glob.matches(name); });
    });
    if (is_there) found.push_back(&kind);
  }
  return found;
}

}  // namespace unentropy
