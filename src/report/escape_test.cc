#include "report/escape.h"

#include <limits>

#include <gtest/gtest.h>

namespace unentropy {
namespace {

TEST(EscapeHtml, ReplacesWhatHasMeaning) {
  EXPECT_EQ(escape_html("</title><script>alert('x')</script>\"&"),
            "&lt;/title&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;");
  EXPECT_EQ(escape_html("<!-- comment -->"), "&lt;!-- comment --&gt;");
  EXPECT_EQ(escape_html("Größe → 12 µs"), "Größe → 12 µs");
}

TEST(EscapeHtml, MakesBrokenTextWhole) {
  EXPECT_EQ(escape_html("a\xFF"
                        "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(escape_html(std::string_view("a\0b\x1B", 4)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
}

TEST(JsonString, IsHarmlessInsideAScript) {
  EXPECT_EQ(json_string("</script><!--&"), R"("\u003c/script\u003e\u003c!--\u0026")");
  EXPECT_EQ(json_string("line\xE2\x80\xA8separator\xE2\x80\xA9"), R"("line\u2028separator\u2029")");
  EXPECT_EQ(json_string("say \"hi\"\\\n\t"), R"("say \"hi\"\\\n\u0009")");
  EXPECT_EQ(json_string("\xE2\x80\xA6 and \xE2\x80"), "\"\xE2\x80\xA6 and \xEF\xBF\xBD\"");
}

TEST(JsonNumber, ReadsBackAndIsNeverNan) {
  EXPECT_EQ(json_number(0.1), "0.1");
  EXPECT_EQ(json_number(-17), "-17");
  EXPECT_EQ(json_number(1e300), "1e+300");
  EXPECT_EQ(json_number(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(json_number(-std::numeric_limits<double>::infinity()), "null");
}

TEST(UrlSegment, EncodesEverythingReserved) {
  EXPECT_EQ(url_segment("rocket-2.0_a~b"), "rocket-2.0_a~b");
  EXPECT_EQ(url_segment("a/b?c#d%\"ö"), "a%2Fb%3Fc%23d%25%22%C3%B6");
}

}  // namespace
}  // namespace unentropy
