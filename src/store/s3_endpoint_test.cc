#include "store/s3_endpoint.h"

#include <gtest/gtest.h>

namespace unentropy {
namespace {

std::string text_of(std::string_view endpoint) {
  const auto parsed = parse_s3_endpoint(endpoint);
  if (const auto* problem = std::get_if<EndpointProblem>(&parsed)) return "problem: " + problem->message;
  return std::get<S3Endpoint>(parsed).text();
}

TEST(S3Endpoint, FormsThatPeopleWrite) {
  EXPECT_EQ(text_of("https://s3.example.com"), "https://s3.example.com");
  EXPECT_EQ(text_of("s3.example.com"), "https://s3.example.com");
  EXPECT_EQ(text_of("  HTTPS://S3.Example.COM/  "), "https://s3.example.com");
  EXPECT_EQ(text_of("https://s3.example.com///"), "https://s3.example.com");
  EXPECT_EQ(text_of("http://localhost:9000"), "http://localhost:9000");
  EXPECT_EQ(text_of("localhost:9000"), "https://localhost:9000");
  EXPECT_EQ(text_of("https://s3.example.com:443"), "https://s3.example.com");
  EXPECT_EQ(text_of("http://s3.example.com:80/"), "http://s3.example.com");
  EXPECT_EQ(text_of("http://s3.example.com:443"), "http://s3.example.com:443");
  EXPECT_EQ(text_of("http://[::1]:7480/"), "http://[::1]:7480");
  EXPECT_EQ(text_of("[2001:DB8::1]"), "https://[2001:db8::1]");
  EXPECT_EQ(text_of("https://p.supabase.co/storage/v1/s3/"), "https://p.supabase.co/storage/v1/s3");
  EXPECT_EQ(text_of("https://h/a%20b"), "https://h/a%20b");
  EXPECT_EQ(text_of("https://h/a+b"), "https://h/a%2Bb");
  EXPECT_EQ(text_of("minio_1:9000"), "https://minio_1:9000");
}

TEST(S3Endpoint, WhatCannotBeUsedIsNamed) {
  EXPECT_EQ(text_of("ftp://h"), "problem: `s3-endpoint` has the scheme `ftp`, which is neither https nor http");
  EXPECT_EQ(text_of("s3://bucket"), "problem: `s3-endpoint` has the scheme `s3`, which is neither https nor http");
  EXPECT_EQ(text_of("https://u:hunter2@h"), "problem: `s3-endpoint` has user information (something before `@`)");
  EXPECT_EQ(text_of("https://h/?x=1"), "problem: `s3-endpoint` has a query or a fragment");
  EXPECT_EQ(text_of("https://h#x"), "problem: `s3-endpoint` has a query or a fragment");
  EXPECT_EQ(text_of("https://h/a b"), "problem: `s3-endpoint` has white space or characters that are not ASCII");
  EXPECT_EQ(text_of("https://h\xc3\xbc.de"), "problem: `s3-endpoint` has white space or characters that are not ASCII");
  EXPECT_EQ(text_of("https://"), "problem: `s3-endpoint` has no usable host: ``");
  EXPECT_EQ(text_of("https://:9000"), "problem: `s3-endpoint` has no usable host: ``");
  EXPECT_EQ(text_of("https://a..b"), "problem: `s3-endpoint` has no usable host: `a..b`");
  EXPECT_EQ(text_of("https://-a"), "problem: `s3-endpoint` has no usable host: `-a`");
  EXPECT_EQ(text_of("https://a$b"), "problem: `s3-endpoint` has no usable host: `a$b`");
  EXPECT_EQ(text_of("https://[::1"), "problem: `s3-endpoint` has a port that is not a number from 1 to 65535: `:1`");
  EXPECT_EQ(text_of("https://[zz]"), "problem: `s3-endpoint` has no usable host: `[zz]`");
  for (const char* port : {"0", "65536", "-1", "9x", ""}) {
    EXPECT_EQ(text_of("https://h:" + std::string(port)),
              "problem: `s3-endpoint` has a port that is not a number from 1 to 65535: `" + std::string(port) + "`");
  }
  for (const char* path : {"/a%", "/a%2", "/a%zz", "/%%20"}) {
    EXPECT_EQ(text_of("https://h" + std::string(path)),
              "problem: `s3-endpoint` has a path with a `%` that two hexadecimal digits must follow")
        << path;
  }
}

TEST(S3Endpoint, LoopbackIsWhatCannotLeaveTheMachine) {
  for (const char* host : {"localhost", "bucket.localhost", "127.0.0.1", "127.255.0.3", "[::1]"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const char* host : {"localhost.example.com", "127.0.0.1.example.com", "127.example.com", "128.0.0.1", "[::2]",
                           "10.0.0.1", "notlocalhost", "0.0.0.0"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

struct HostCase {
  const char* host;
  const char* service;
  const char* region;
  S3Addressing addressing;
};

TEST(S3Dialect, ServicesAreKnownByTheirHosts) {
  constexpr auto kPath = S3Addressing::path;
  constexpr auto kVirtual = S3Addressing::virtual_host;
  const HostCase cases[] = {
      {"s3.amazonaws.com", "AWS S3", "us-east-1", kVirtual},
      {"s3.eu-west-1.amazonaws.com", "AWS S3", "eu-west-1", kVirtual},
      {"s3-fips.us-gov-west-1.amazonaws.com", "AWS S3", "us-gov-west-1", kVirtual},
      {"s3.dualstack.ap-south-1.amazonaws.com", "AWS S3", "ap-south-1", kVirtual},
      {"s3-fips.dualstack.us-east-2.amazonaws.com", "AWS S3", "us-east-2", kVirtual},
      {"s3-us-west-2.amazonaws.com", "AWS S3", "us-west-2", kVirtual},
      {"s3-external-1.amazonaws.com", "AWS S3", "us-east-1", kVirtual},
      {"s3.cn-north-1.amazonaws.com.cn", "AWS S3", "cn-north-1", kVirtual},
      {"bucket.vpce-0a1b-2c3d.s3.eu-central-1.vpce.amazonaws.com", "AWS S3", "eu-central-1", kVirtual},
      {"abc123.r2.cloudflarestorage.com", "Cloudflare R2", "auto", kPath},
      {"abc123.eu.r2.cloudflarestorage.com", "Cloudflare R2", "auto", kPath},
      {"nyc3.digitaloceanspaces.com", "DigitalOcean Spaces", "nyc3", kVirtual},
      {"s3.us-west-004.backblazeb2.com", "Backblaze B2", "us-west-004", kPath},
      {"s3.fr-par.scw.cloud", "Scaleway", "fr-par", kPath},
      {"s3.wasabisys.com", "Wasabi", "us-east-1", kPath},
      {"s3.eu-central-2.wasabisys.com", "Wasabi", "eu-central-2", kPath},
      {"fsn1.your-objectstorage.com", "Hetzner", "fsn1", kPath},
      {"s3.gra.io.cloud.ovh.net", "OVHcloud", "gra", kPath},
      {"s3.sbg.perf.cloud.ovh.net", "OVHcloud", "sbg", kPath},
      {"eu-central-1.linodeobjects.com", "Linode", "eu-central-1", kPath},
      {"ewr1.vultrobjects.com", "Vultr", "ewr1", kPath},
      {"sos-ch-gva-2.exo.io", "Exoscale", "ch-gva-2", kPath},
      {"s3.eu-de.cloud-object-storage.appdomain.cloud", "IBM COS", "eu-de", kPath},
      {"storage.googleapis.com", "Google Cloud Storage", "auto", kPath},
      {"fly.storage.tigris.dev", "Tigris", "auto", kVirtual},
      {"t3.storage.dev", "Tigris", "auto", kVirtual},
      {"cwobject.com", "CoreWeave", "us-east-1", kVirtual},
      {"cos.ap-guangzhou.myqcloud.com", "Tencent COS", "ap-guangzhou", kVirtual},
      {"s3.oss-cn-hangzhou.aliyuncs.com", "Alibaba OSS", "cn-hangzhou", kVirtual},
      {"ns.compat.objectstorage.eu-frankfurt-1.oraclecloud.com", "Oracle OCI", "eu-frankfurt-1", kPath},
      {"abcdefgh.supabase.co", "Supabase", "us-east-1", kPath},
  };
  for (const HostCase& tested : cases) {
    const S3Dialect dialect = dialect_of_host(tested.host);
    EXPECT_EQ(dialect.service, tested.service) << tested.host;
    EXPECT_EQ(dialect.region, tested.region) << tested.host;
    EXPECT_EQ(dialect.addressing, tested.addressing) << tested.host;
    EXPECT_EQ(dialect.is_aws, dialect.service == "AWS S3") << tested.host;
    EXPECT_TRUE(dialect.known) << tested.host;
  }
}

TEST(S3Dialect, OtherHostsAreNotTakenForThem) {
  for (const char* host : {"minio.example.com", "s3.amazonaws.com.evil.example", "s3.a.b.amazonaws.com", "localhost",
                           "amazonaws.com", "s3..amazonaws.com", "r2.cloudflarestorage.com", "127.0.0.1",
                           "evilr2.cloudflarestorage.com", "xs3.eu-west-1.amazonaws.com"}) {
    const S3Dialect dialect = dialect_of_host(host);
    EXPECT_FALSE(dialect.known) << host;
    EXPECT_FALSE(dialect.is_aws) << host;
    EXPECT_EQ(dialect.region, "us-east-1") << host;
    EXPECT_EQ(dialect.addressing, S3Addressing::path) << host;
  }
}

S3Place place(std::string endpoint, std::string bucket, std::string region = "",
              S3Addressing addressing = S3Addressing::automatic) {
  S3Settings settings;
  settings.endpoint = std::move(endpoint);
  settings.bucket = std::move(bucket);
  settings.region = std::move(region);
  settings.addressing = addressing;
  return place_of(settings);
}

std::string url(const S3Place& place, std::string_view key) { return place.base() + place.path(key); }

TEST(S3Place, WithoutEndpointItIsAws) {
  EXPECT_EQ(url(place("", "b-1"), "k"), "https://b-1.s3.us-east-1.amazonaws.com/k");
  EXPECT_EQ(url(place("", "b-1", "eu-west-3"), "k"), "https://b-1.s3.eu-west-3.amazonaws.com/k");
  EXPECT_EQ(url(place("", "b-1", "cn-north-1"), "k"), "https://b-1.s3.cn-north-1.amazonaws.com.cn/k");
  EXPECT_EQ(place("", "b-1", "auto").region, "us-east-1");
}

TEST(S3Place, ADottedBucketHasNoWildcardCertificate) {
  EXPECT_EQ(url(place("", "my.bucket", "eu-west-3"), "k"), "https://s3.eu-west-3.amazonaws.com/my.bucket/k");
}

TEST(S3Place, AddressingIsPathUnlessTheServiceNeedsAHost) {
  EXPECT_EQ(url(place("http://127.0.0.1:9000", "bkt"), "a/b"), "http://127.0.0.1:9000/bkt/a/b");
  EXPECT_EQ(url(place("https://nyc3.digitaloceanspaces.com", "bkt"), "a"), "https://bkt.nyc3.digitaloceanspaces.com/a");
  EXPECT_EQ(url(place("https://x.r2.cloudflarestorage.com", "bkt"), "a"), "https://x.r2.cloudflarestorage.com/bkt/a");
  EXPECT_EQ(url(place("https://s3.amazonaws.com", "bkt", "", S3Addressing::path), "a"),
            "https://s3.amazonaws.com/bkt/a");
  EXPECT_EQ(url(place("http://minio.local:9000/p", "bkt", "", S3Addressing::virtual_host), "a"),
            "http://bkt.minio.local:9000/p/a");
}

TEST(S3Place, TheBucketItselfHasNoKey) {
  EXPECT_EQ(url(place("http://h:1/p", "bkt"), ""), "http://h:1/p/bkt");
  EXPECT_EQ(url(place("", "bkt"), ""), "https://bkt.s3.us-east-1.amazonaws.com/");
}

TEST(S3Place, KeysAreEncodedOnceAndNotNormalised) {
  EXPECT_EQ(url(place("http://h", "bkt"), "/a b/../\xc3\xbc+?#%20"), "http://h/bkt//a%20b/../%C3%BC%2B%3F%23%2520");
  EXPECT_EQ(url(place("http://h/a%20b", "bkt"), "k"), "http://h/a%20b/bkt/k");
}

TEST(S3Place, TheRegionIsTheUsersOrTheServices) {
  EXPECT_EQ(place("https://s3.fr-par.scw.cloud", "bkt").region, "fr-par");
  EXPECT_EQ(place("https://s3.fr-par.scw.cloud", "bkt", " AUTO ").region, "fr-par");
  EXPECT_FALSE(place("https://s3.fr-par.scw.cloud", "bkt", "auto").region_given);
  EXPECT_EQ(place("https://s3.fr-par.scw.cloud", "bkt", "nl-ams").region, "nl-ams");
  EXPECT_TRUE(place("https://s3.fr-par.scw.cloud", "bkt", "nl-ams").region_given);
  EXPECT_EQ(place("https://x.r2.cloudflarestorage.com", "bkt").region, "auto");
}

TEST(S3Place, DescribesItselfForMessages) {
  EXPECT_EQ(place("s3.example.com/p/", "bkt").describe(), "s3://bkt/ at https://s3.example.com/p");
}

}  // namespace
}  // namespace unentropy
