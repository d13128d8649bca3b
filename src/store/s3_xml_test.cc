#include "store/s3_xml.h"

#include <gtest/gtest.h>

namespace unentropy {
namespace {

TEST(S3Error, CodeMessageAndRegion) {
  const auto error = parse_s3_error(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'a' is wrong; expecting 'b' &amp; c"
      "</Message><Region>b</Region><RequestId>1</RequestId></Error>");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "AuthorizationHeaderMalformed");
  EXPECT_EQ(error->message, "the region 'a' is wrong; expecting 'b' & c");
  EXPECT_EQ(error->region, "b");
}

TEST(S3Error, NamespacesAndPrefixesDoNotMatter) {
  EXPECT_EQ(parse_s3_error("<Error xmlns=\"urn:x\"><Code> NoSuchKey\n</Code></Error>")->code, "NoSuchKey");
  EXPECT_EQ(parse_s3_error("<s:Error xmlns:s=\"urn:x\"><s:Code>NoSuchKey</s:Code></s:Error>")->code, "NoSuchKey");
}

TEST(S3Error, OtherDocumentsAreNone) {
  for (const char* body :
       {"", "not found", "<html><body><h1>404</h1></body></html>", "<Error></Error>", "<Error><Code>NoSuchKey</Code>",
        "<Error><Other><Code>NoSuchKey</Code></Other></Error>", "{\"Code\":\"NoSuchKey\"}",
        "<X><Error><Code>NoSuchKey</Code></Error></X>", "<Error><Code>NoSuchKey</Code></Error><Error/>"}) {
    EXPECT_FALSE(parse_s3_error(body)) << body;
  }
}

TEST(S3Error, EntitiesAndDepthAreRefused) {
  EXPECT_FALSE(parse_s3_error("<!DOCTYPE Error [<!ENTITY a \"NoSuchKey\">]><Error><Code>&a;</Code></Error>"));
  EXPECT_FALSE(parse_s3_error("<!DOCTYPE Error SYSTEM \"file:///etc/passwd\"><Error><Code>NoSuchKey</Code></Error>"));
  std::string deep = "<Error><Code>NoSuchKey</Code>";
  for (int i = 0; i < 100; ++i) deep += "<a>";
  for (int i = 0; i < 100; ++i) deep += "</a>";
  EXPECT_FALSE(parse_s3_error(deep + "</Error>"));
  EXPECT_FALSE(parse_s3_error("<Error><Code>" + std::string(100'000, 'x') + "</Code></Error>"));
}

TEST(S3List, APage) {
  const auto page = parse_s3_list(
      "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name><Prefix>a%2F</Prefix>"
      "<Contents><Key>a%2Fb+c%2Bd%C3%BC</Key><LastModified>2025-02-03T04:05:06.789Z</LastModified>"
      "<ETag>&quot;abc&quot;</ETag><Size>12</Size><Owner><ID>o</ID></Owner></Contents>"
      "<Contents><Key>a%2Fz</Key><Size>0</Size></Contents>"
      "<IsTruncated>true</IsTruncated><NextContinuationToken>t=1/+&amp;</NextContinuationToken>"
      "<EncodingType>url</EncodingType></ListBucketResult>");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->objects.size(), 2U);
  EXPECT_EQ(page->objects[0].key, "a/b c+d\xc3\xbc");
  EXPECT_EQ(page->objects[0].etag, "\"abc\"");
  EXPECT_EQ(page->objects[0].size, 12U);
  EXPECT_EQ(page->objects[0].last_modified, parse_instant("2025-02-03T04:05:06.789Z"));
  EXPECT_EQ(page->objects[1].key, "a/z");
  EXPECT_EQ(page->objects[1].last_modified, std::nullopt);
  EXPECT_TRUE(page->truncated);
  EXPECT_EQ(page->next_token, "t=1/+&");
}

TEST(S3List, KeysAreTakenAsTheyAreUnlessThePageSaysOtherwise) {
  const auto page = parse_s3_list(
      "<ListBucketResult><Contents><Key>a%2Fb+c</Key><Size>1</Size></Contents>"
      "<IsTruncated>false</IsTruncated></ListBucketResult>");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->objects[0].key, "a%2Fb+c");
  EXPECT_FALSE(page->truncated);
}

TEST(S3List, ABrokenEscapeStaysAsItIs) {
  const auto page = parse_s3_list(
      "<ListBucketResult><Contents><Key>a%zz%4</Key><Size>1</Size></Contents>"
      "<EncodingType>url</EncodingType></ListBucketResult>");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->objects[0].key, "a%zz%4");
}

TEST(S3List, WhatIsNoListingIsNone) {
  for (const char* body : {"", "<html/>", "<Error><Code>x</Code></Error>", "<ListBucketResult>",
                           "<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
                           "<ListBucketResult><Contents><Key>a</Key><Size>many</Size></Contents></ListBucketResult>",
                           "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>"}) {
    EXPECT_FALSE(parse_s3_list(body)) << body;
  }
  EXPECT_TRUE(parse_s3_list("<ListBucketResult/>"));
}

TEST(S3Copy, TheResultHasAnEtag) {
  EXPECT_EQ(parse_s3_copy("<CopyObjectResult><ETag>\"a\"</ETag></CopyObjectResult>"), "\"a\"");
  EXPECT_EQ(parse_s3_copy("<CopyObjectResult/>"), "");
  EXPECT_EQ(parse_s3_copy("<Error><Code>InternalError</Code></Error>"), std::nullopt);
  EXPECT_EQ(parse_s3_copy(""), std::nullopt);
}

TEST(S3Versioning, TheStatusMayBeMissing) {
  EXPECT_EQ(parse_s3_versioning("<VersioningConfiguration/>"), "");
  EXPECT_EQ(parse_s3_versioning("<VersioningConfiguration><Status> Enabled </Status><MfaDelete>Disabled</MfaDelete>"
                                "</VersioningConfiguration>"),
            "Enabled");
  EXPECT_EQ(parse_s3_versioning("<ListBucketResult/>"), std::nullopt);
  EXPECT_EQ(parse_s3_versioning("<VersioningConfiguration>"), std::nullopt);
}

}  // namespace
}  // namespace unentropy
