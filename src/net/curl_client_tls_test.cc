// Certificates and proxies.
#include <cstdlib>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "net/curl_client.h"
#include "net/testing/http_test.h"
#include "net/testing/raw_server.h"

namespace unentropy {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

template <typename T, void (*free)(T*)>
struct Freed {
  void operator()(T* pointer) const { free(pointer); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;

Certificate self_signed(EVP_PKEY* key, const char* name) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  const std::string alternative = std::string("DNS:") + name;
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative.c_str());
  X509_add_ext(certificate.get(), extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(certificate.get(), key, EVP_sha256());
  return certificate;
}

std::string pem_of(X509* certificate) {
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

class CurlClientTlsTest : public ::testing::Test {
 protected:
  CurlClientTlsTest() : CurlClientTlsTest("localhost") {}
  explicit CurlClientTlsTest(const char* name)
      : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")),
        certificate_(self_signed(key_.get(), name)),
        directory_("/tmp") {
    server_ = std::make_unique<httplib::SSLServer>(certificate_.get(), key_.get());
    server_->Get("/", [this](const httplib::Request&, httplib::Response& response) {
      ++requests_;
      response.set_content("ok", "text/plain");
    });
    port_ = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    while (!server_->is_running()) std::this_thread::yield();
  }
  ~CurlClientTlsTest() override {
    server_->stop();
    thread_.join();
  }
  std::filesystem::path file(const std::string& name, const std::string& text) const {
    std::ofstream(directory_.path() / name) << text;
    return directory_.path() / name;
  }
  std::string origin() const { return "https://localhost:" + std::to_string(port_); }

  Key key_;
  Certificate certificate_;
  TempDir directory_;
  std::unique_ptr<httplib::SSLServer> server_;
  std::atomic<int> requests_{0};
  int port_ = 0;
  std::thread thread_;
};

TEST_F(CurlClientTlsTest, AnUntrustedCertificateIsDenied) {
  const Error error = error_of([&] { make_curl_client({})->perform(get_request(origin() + "/")); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_THAT(error.message(), StartsWith("connecting to `" + origin() + "`: its certificate is not trusted ("));
  EXPECT_EQ(requests_, 0);
}

TEST_F(CurlClientTlsTest, AnAuthorityOfOnesOwnIsTrusted) {
  CurlOptions options;
  options.ca_file = file("ca.pem", "Some words first\n" + pem_of(certificate_.get()));
  const auto client = make_curl_client(options);
  EXPECT_EQ(client->perform(get_request(origin() + "/")).body, "ok");
  EXPECT_EQ(client->perform(get_request(origin() + "/")).body, "ok");
}

TEST_F(CurlClientTlsTest, TheNameMustBeThatOfTheHost) {
  CurlOptions options;
  options.ca_file = file("ca.pem", pem_of(certificate_.get()));
  const Error error = error_of(
      [&] { make_curl_client(options)->perform(get_request(replace_all(origin(), "localhost", "127.0.0.1"))); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_EQ(requests_, 0);
}

TEST_F(CurlClientTlsTest, ACaFileThatCannotBeUsedIsSaid) {
  const auto error_with = [&](const std::filesystem::path& path) {
    CurlOptions options;
    options.ca_file = path;
    return error_of([&] { make_curl_client(options)->perform(get_request(origin() + "/")); });
  };
  const std::string directory = directory_.path().string();
  const Error absent = error_with(directory + "/absent.pem");
  EXPECT_EQ(absent.kind(), ErrorKind::usage);
  EXPECT_EQ(absent.message(), "reading the certificate authorities in `" + directory + "/absent.pem`: opening `" +
                                  directory + "/absent.pem`: No such file or directory");
  EXPECT_EQ(absent.hint(), "give the path of a PEM file");
  const Error key = error_with(file("key.pem", "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n"));
  EXPECT_EQ(key.kind(), ErrorKind::usage);
  EXPECT_EQ(key.message(),
            "reading the certificate authorities in `" + directory + "/key.pem`: there is no certificate in it");
  const Error folder = error_with(directory);
  EXPECT_EQ(folder.kind(), ErrorKind::usage);
}

TEST_F(CurlClientTlsTest, PlainHttpBehindHttpsIsUnavailable) {
  RawServer plain([](RawConnection& connection) { connection.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  const std::string other = "https://127.0.0.1:" + std::to_string(plain.port());
  const Error error = error_of([&] { make_curl_client({})->perform(get_request(other + "/")); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_THAT(error.message(), StartsWith("connecting to `" + other + "`: the TLS handshake failed ("));
  EXPECT_TRUE(error.retry().not_sent);
}

TEST_F(CurlClientTlsTest, AProxyTunnelsHttps) {
  std::string head;
  RawServer proxy([&](RawConnection& connection) {
    head = connection.read_head();
    connection.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
  });
  CurlOptions options;
  options.https_proxy = "http://user:hunter2@127.0.0.1:" + std::to_string(proxy.port());
  const Error error = error_of([&] { make_curl_client(options)->perform(get_request(origin() + "/")); });
  EXPECT_THAT(head, StartsWith("CONNECT localhost:" + std::to_string(port_) + " HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("Proxy-Authorization: Basic dXNlcjpodW50ZXIy\r\n"));
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_EQ(error.message(), "connecting to `" + origin() + "`: the proxy answers 407");
  EXPECT_EQ(error.hint(), "put user and password into the proxy's URL");
  EXPECT_EQ(requests_, 0);
}

class Proxy {
 public:
  Proxy()
      : server_([this](RawConnection& connection) {
          head = connection.read_head();
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy");
        }) {}
  std::string url() const { return server_.origin(); }
  int connections() const { return server_.connections(); }
  std::string head;

 private:
  RawServer server_;
};

TEST(CurlClientProxy, PlainHttpGoesThroughTheProxy) {
  Proxy proxy;
  CurlOptions options;
  options.http_proxy = proxy.url();
  EXPECT_EQ(make_curl_client(options)->perform(get_request("http://store.invalid:81/b/k?x=1")).body, "proxy");
  EXPECT_THAT(proxy.head, StartsWith("GET http://store.invalid:81/b/k?x=1 HTTP/1.1\r\nHost: store.invalid:81\r\n"));
}

TEST(CurlClientProxy, ExceptionsGoDirectly) {
  RawServer server([](RawConnection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ndirect");
  });
  Proxy proxy;
  CurlOptions options;
  options.http_proxy = proxy.url();
  options.no_proxy = "example.com,127.0.0.1";
  EXPECT_EQ(make_curl_client(options)->perform(get_request(server.origin() + "/")).body, "direct");
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(CurlClientProxy, TheEnvironmentIsNotAsked) {
  RawServer server([](RawConnection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ndirect");
  });
  Proxy proxy;
  for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) {
    ::setenv(name, proxy.url().c_str(), 1);
  }
  EXPECT_EQ(make_curl_client({})->perform(get_request(server.origin() + "/")).body, "direct");
  for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(CurlClientProxy, ADeadProxyIsSaidWithoutItsPassword) {
  CurlOptions options;
  options.http_proxy = "http://user:hunter2@127.0.0.1:" + std::to_string(unused_port());
  const Error error = error_of([&] { make_curl_client(options)->perform(get_request("http://store.invalid/")); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_EQ(error.message(), "connecting to `http://store.invalid`: connection refused");
  EXPECT_TRUE(error.retry().not_sent);
}

TEST(CurlClientProxy, AnUnusableProxyUrlIsSaidWithoutItsPassword) {
  CurlOptions options;
  options.http_proxy = "gopher://user:hunter2@127.0.0.1:70";
  const Error error = error_of([&] { make_curl_client(options)->perform(get_request("http://store.invalid/")); });
  EXPECT_THAT(error.message(), ::testing::Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace unentropy
