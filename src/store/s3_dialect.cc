#include "store/s3_dialect.h"

#include <array>
#include <optional>

namespace unentropy {
namespace {

constexpr auto kPath = S3Addressing::path;
constexpr auto kVirtual = S3Addressing::virtual_host;

// `host`: `{region}` stands for one label or a part of one, a leading `*.` for any labels.
struct Row {
  std::string_view service;
  std::string_view host;
  S3Addressing addressing;
  std::string_view region;  // empty: the `{region}` of the host
};

constexpr std::string_view kAws = "AWS S3";

// The first row that matches decides.
constexpr std::array<Row, 41> kRows{{
    // AWS General Reference, "Amazon S3 endpoints and quotas"; S3 User Guide, "Virtual hosting of buckets" and
    // "AWS PrivateLink for Amazon S3". `s3-REGION` and `s3-external-1` are legacy forms.
    {kAws, "s3.amazonaws.com", kVirtual, "us-east-1"},
    {kAws, "s3-external-1.amazonaws.com", kVirtual, "us-east-1"},
    {kAws, "s3.{region}.amazonaws.com", kVirtual, ""},
    {kAws, "s3-fips.{region}.amazonaws.com", kVirtual, ""},
    {kAws, "s3.dualstack.{region}.amazonaws.com", kVirtual, ""},
    {kAws, "s3-fips.dualstack.{region}.amazonaws.com", kVirtual, ""},
    {kAws, "s3-{region}.amazonaws.com", kVirtual, ""},
    {kAws, "*.s3.{region}.vpce.amazonaws.com", kVirtual, ""},
    {kAws, "s3.{region}.amazonaws.com.cn", kVirtual, ""},
    {kAws, "s3.dualstack.{region}.amazonaws.com.cn", kVirtual, ""},
    // Cloudflare R2, "S3 API compatibility": region `auto`.
    {"Cloudflare R2", "*.r2.cloudflarestorage.com", kPath, "auto"},
    // DigitalOcean, "Spaces API": endpoint `${REGION}.digitaloceanspaces.com`, the region's slug in the signature.
    {"DigitalOcean Spaces", "{region}.digitaloceanspaces.com", kVirtual, ""},
    // Backblaze, "S3-Compatible API": the region is the second part of the endpoint.
    {"Backblaze B2", "s3.{region}.backblazeb2.com", kPath, ""},
    // Scaleway, "Object Storage concepts": `s3.{region}.scw.cloud`.
    {"Scaleway", "s3.{region}.scw.cloud", kPath, ""},
    // Wasabi, "Service URLs for Wasabi's storage regions".
    {"Wasabi", "s3.wasabisys.com", kPath, "us-east-1"},
    {"Wasabi", "s3.{region}.wasabisys.com", kPath, ""},
    // Hetzner, "Object Storage: overview": `{location}.your-objectstorage.com`.
    {"Hetzner", "{region}.your-objectstorage.com", kPath, ""},
    // OVHcloud, "Object Storage: endpoints and geoavailability"; the region in lower case.
    {"OVHcloud", "s3.{region}.io.cloud.ovh.net", kPath, ""},
    {"OVHcloud", "s3.{region}.perf.cloud.ovh.net", kPath, ""},
    {"OVHcloud", "s3.{region}.cloud.ovh.net", kPath, ""},
    {"OVHcloud", "s3.{region}.io.cloud.ovh.us", kPath, ""},
    // Akamai (Linode), "Object Storage endpoints".
    {"Linode", "{region}.linodeobjects.com", kPath, ""},
    // Vultr, "Object Storage": the cluster's host name.
    {"Vultr", "{region}.vultrobjects.com", kPath, ""},
    // Exoscale, "SOS": `sos-{zone}.exo.io`.
    {"Exoscale", "sos-{region}.exo.io", kPath, ""},
    // IBM Cloud Object Storage, "Endpoints and storage locations".
    {"IBM COS", "s3.{region}.cloud-object-storage.appdomain.cloud", kPath, ""},
    {"IBM COS", "s3.private.{region}.cloud-object-storage.appdomain.cloud", kPath, ""},
    {"IBM COS", "s3.direct.{region}.cloud-object-storage.appdomain.cloud", kPath, ""},
    // Google Cloud Storage, "Interoperability with other storage providers": region `auto`.
    {"Google Cloud Storage", "storage.googleapis.com", kPath, "auto"},
    // Tigris, "AWS S3 SDKs": region `auto`, virtual host for every bucket (also publicsuffix/list#2818).
    {"Tigris", "fly.storage.tigris.dev", kVirtual, "auto"},
    {"Tigris", "t3.storage.dev", kVirtual, "auto"},
    {"Tigris", "t3.storageapi.dev", kVirtual, "auto"},
    // CoreWeave, "Configure endpoints": virtual host only. The host names no region; a store that minds tells it.
    {"CoreWeave", "cwobject.com", kVirtual, "us-east-1"},
    {"CoreWeave", "cwlota.com", kVirtual, "us-east-1"},
    // Tencent COS: virtual host only for buckets since 2024 (langgenius/dify#2934).
    {"Tencent COS", "cos.{region}.myqcloud.com", kVirtual, ""},
    // Alibaba Cloud, "Use AWS SDKs to access OSS": virtual host only.
    {"Alibaba OSS", "s3.oss-{region}.aliyuncs.com", kVirtual, ""},
    {"Alibaba OSS", "oss-{region}.aliyuncs.com", kVirtual, ""},
    // Oracle, "Amazon S3 Compatibility API".
    {"Oracle OCI", "*.compat.objectstorage.{region}.oraclecloud.com", kPath, ""},
    {"Oracle OCI", "*.compat.objectstorage.{region}.oci.customer-oci.com", kPath, ""},
    // Selectel, "S3: URL for requests to the storage".
    {"Selectel", "s3.{region}.storage.selcloud.ru", kPath, ""},
    // Storj, "S3 gateway": any region is taken, this one is documented.
    {"Storj", "gateway.storjshare.io", kPath, "us-east-1"},
    // Supabase, "S3 authentication": path style; the region is that of the project and cannot be seen here.
    {"Supabase", "*.supabase.co", kPath, "us-east-1"},
}};

// The text that `{region}` stands for, empty where the pattern has none; nothing if `host` does not match.
std::optional<std::string_view> match(std::string_view pattern, std::string_view host) {
  constexpr std::string_view kRegion = "{region}";
  if (pattern.starts_with("*.")) {
    pattern.remove_prefix(2);
    // What is left of the host must begin at a label.
    for (auto dot = host.find('.'); dot != std::string_view::npos; dot = host.find('.', dot + 1)) {
      if (dot == 0) continue;
      if (const auto region = match(pattern, host.substr(dot + 1))) return region;
    }
    return std::nullopt;
  }
  const auto place = pattern.find(kRegion);
  if (place == std::string_view::npos) {
    return pattern == host ? std::optional<std::string_view>("") : std::nullopt;
  }
  const std::string_view before = pattern.substr(0, place);
  const std::string_view after = pattern.substr(place + kRegion.size());
  if (host.size() <= before.size() + after.size() || !host.starts_with(before) || !host.ends_with(after)) {
    return std::nullopt;
  }
  const std::string_view region = host.substr(before.size(), host.size() - before.size() - after.size());
  if (region.find('.') != std::string_view::npos) return std::nullopt;
  return region;
}

}  // namespace

S3Dialect dialect_of_host(std::string_view host) {
  for (const Row& row : kRows) {
    const auto region = match(row.host, host);
    if (!region) continue;
    S3Dialect dialect;
    dialect.service = row.service;
    dialect.addressing = row.addressing;
    dialect.region = row.region.empty() ? *region : row.region;
    dialect.region_is_sure = row.region.empty() && row.service == kAws;
    dialect.is_aws = row.service == kAws;
    dialect.known = true;
    return dialect;
  }
  S3Dialect other;
  other.service = "S3";
  other.region = "us-east-1";
  return other;
}

}  // namespace unentropy
