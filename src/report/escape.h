// Text made harmless for its place in the page.
#pragma once

#include <string>
#include <string_view>

namespace unentropy {

// For element content and quoted attribute values: `& < > " '` become references, control characters (other than
// tab and line feed) and invalid UTF-8 become U+FFFD.
std::string escape_html(std::string_view raw);

// A JSON string literal, quotes included, that is safe inside a `<script>` element: besides what JSON asks for,
// `< > &`, U+2028 and U+2029 are written as `\u` escapes; invalid UTF-8 becomes U+FFFD.
std::string json_string(std::string_view raw);

// A JSON number with the shortest digits that read back to the same double; `null` for NaN and infinities.
std::string json_number(double value);

// One path segment of a URL: everything but unreserved characters is percent-encoded.
std::string url_segment(std::string_view text);

}  // namespace unentropy
