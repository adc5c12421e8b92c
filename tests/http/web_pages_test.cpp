#include "http/web_pages.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

namespace fs = std::filesystem;

class WebPages : public house {
 protected:
  WebPages() {
    auto pattern = (fs::temp_directory_path() / "headroom-pages-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    root = pattern;
    write("index.html", "<!doctype html>the page");
    write("index.html.br", "br of the page");
    write("index.html.gz", "gz of the page");
    write("assets/app-1a2b.js", "run()");
    write("assets/app-1a2b.js.br", "br of run");
    write(".secret", "x");
    write("assets/.hidden/y.js", "y");
    settings.web_root = root.string();
  }
  ~WebPages() override { fs::remove_all(root); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((root / name).parent_path());
    std::ofstream{root / name} << text;
  }
  reply get_with(const std::string& path, const header_list& headers) {
    return ask("GET", path, headers);
  }

  fs::path root;
};

TEST_F(WebPages, AreServedAtTheRootAndToOperators) {
  start();
  for (const auto* path : {"/", "/operator", "/operator/", "/index.html", "/?x=1"}) {
    const auto r = get(path);
    EXPECT_EQ(r.status, 200) << path;
    EXPECT_EQ(r.body, "<!doctype html>the page") << path;
    EXPECT_EQ(r.header("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(r.header("cache-control"), "no-cache");
    EXPECT_EQ(r.header("vary"), "Accept-Encoding");
    EXPECT_EQ(r.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(r.header("content-security-policy"),
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
              "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
              "frame-ancestors 'none'; require-trusted-types-for 'script'");
    EXPECT_EQ(r.header("access-control-allow-origin"), "") << "no other page reads it";
  }
}

TEST_F(WebPages, OperatorsMayHaveAPageOfTheirOwn) {
  write("operator.html", "theirs");
  start();
  EXPECT_EQ(get("/operator").body, "theirs");
  EXPECT_EQ(get("/").body, "<!doctype html>the page");
}

TEST_F(WebPages, ComeAsTheBrowserTakesThem) {
  start();
  const auto br = get_with("/", {{"Accept-Encoding", "gzip, deflate, br"}});
  EXPECT_EQ(br.body, "br of the page");
  EXPECT_EQ(br.header("content-encoding"), "br");
  const auto gz = get_with("/", {{"Accept-Encoding", "gzip, br;q=0"}});
  EXPECT_EQ(gz.body, "gz of the page");
  EXPECT_EQ(gz.header("content-encoding"), "gzip");
  const auto plain = get_with("/", {{"Accept-Encoding", "identity"}});
  EXPECT_EQ(plain.header("content-encoding"), "");
  EXPECT_NE(br.header("etag"), gz.header("etag"));
  EXPECT_NE(br.header("etag"), plain.header("etag"));
  const auto missing = get_with("/assets/app-1a2b.js", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(missing.body, "run()") << "there is no gz of it";
}

TEST_F(WebPages, WhatIsKnownIsNotSentAgain) {
  start();
  const auto first = get_with("/", {{"Accept-Encoding", "br"}});
  const auto etag = first.header("etag");
  const auto again = get_with("/", {{"Accept-Encoding", "br"}, {"If-None-Match", etag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(again.header("etag"), etag);
  EXPECT_EQ(get_with("/", {{"If-None-Match", etag}}).status, 200) << "another form of it";
}

TEST_F(WebPages, WhatHasAHashInItsNameIsKeptForEver) {
  start();
  const auto r = get("/assets/app-1a2b.js");
  EXPECT_EQ(r.header("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(r.header("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(r.header("content-security-policy"), "");
}

TEST_F(WebPages, NothingElseIsServed) {
  start();
  for (const auto* path :
       {"/.secret", "/assets/.hidden/y.js", "/assets", "/assets/", "/../etc/passwd",
        "/%2e%2e/etc/passwd", "/assets/../index.html", "/index.html.br", "/nothing", "/operator/x"})
    EXPECT_EQ(get(path).status, 404) << path;
  EXPECT_EQ(get("/healthz").json()["status"], "ok") << "the API comes first";
  const auto head = ask("HEAD", "/");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  const auto posted = ask("POST", "/", {}, "{}");
  expect_problem(posted, 405, "method_not_allowed");
  EXPECT_EQ(posted.header("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(ask("OPTIONS", "/").status, 204);
}

TEST_F(WebPages, WithoutAFolderThereAreNone) {
  settings.web_root = "";
  start();
  expect_problem(get("/"), 404, "not_found");
}

TEST_F(WebPages, AFolderWithoutAPageIsNoFolderOfPages) {
  fs::remove(root / "index.html");
  EXPECT_THROW(web_pages{root.string()}, std::runtime_error);
  EXPECT_THROW(web_pages{(root / "gone").string()}, std::runtime_error);
}

TEST(AcceptsCoding, ReadsWeights) {
  EXPECT_TRUE(accepts_coding("gzip, deflate, BR", "br"));
  EXPECT_TRUE(accepts_coding("br;q=0.5", "br"));
  EXPECT_FALSE(accepts_coding("br;q=0", "br"));
  EXPECT_FALSE(accepts_coding("br; q=0.000", "br"));
  EXPECT_FALSE(accepts_coding("brotli, xbr", "br"));
  EXPECT_FALSE(accepts_coding("", "br"));
}

}  // namespace
}  // namespace headroom::http::test
