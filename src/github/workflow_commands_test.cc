#include "github/workflow_commands.h"

#include <gtest/gtest.h>

namespace unentropy {
namespace {

TEST(WorkflowCommands, AnnotationEscapesMessageAndProperties) {
  Annotation annotation;
  annotation.level = AnnotationLevel::warning;
  annotation.message = "50% of\nthe: limit";
  annotation.title = "a,b:c";
  annotation.file = "dir/un,entropy.json";
  annotation.line = 3;
  annotation.column = 7;
  EXPECT_EQ(annotation_command(annotation),
            "::warning file=dir/un%2Centropy.json,line=3,col=7,title=a%2Cb%3Ac::50%25 of%0Athe: limit\n");
}

TEST(WorkflowCommands, AnnotationWithoutPosition) {
  EXPECT_EQ(annotation_command({AnnotationLevel::error, "broken", "", "", 0, 0}), "::error::broken\n");
}

TEST(WorkflowCommands, MaskCoversEachLineOfASecret) {
  EXPECT_EQ(mask_commands("one\r\n\n two%\n"), "::add-mask::one\n::add-mask::two%25\n");
  EXPECT_EQ(mask_commands(""), "");
}

TEST(WorkflowCommands, ForeignTextCannotIssueCommands) {
  EXPECT_EQ(without_commands("::set-output name=x::1", "t0k"),
            "::stop-commands::t0k\n::set-output name=x::1\n::t0k::\n");
}

TEST(WorkflowCommands, GroupTitleStaysOnOneLine) { EXPECT_EQ(group_command("a\nb"), "::group::a%0Ab\n"); }

}  // namespace
}  // namespace unentropy
