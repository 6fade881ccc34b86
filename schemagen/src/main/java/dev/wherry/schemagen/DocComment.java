package dev.wherry.schemagen;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The comment over a type or field as OpenAPI shows it (kube-openapi generators, formatting of
 * comments): lines become sentences, indented ones stay lines, markers and to-dos go.
 *
 * <p>The messages' sources keep lines and lose the empty ones between paragraphs; the client's
 * models keep those as two spaces and lose the lines, and know no comment of a structure's field.
 */
final class DocComment {
  private static final Pattern ENTITY = Pattern.compile("&(#[0-9]+|lt|gt|amp|quot);");
  private static final Pattern WORD = Pattern.compile("\\S+");
  private static final String END = "---";

  /** Markers, and notes of what is not done yet. */
  private static final Pattern LEFT_OUT = Pattern.compile("[+]|TO-?DO");

  private DocComment() {}

  /**
   * The text of a comment.
   *
   * @param comment of the message, its lines as they stand in the source; empty where there is none
   * @param model the same text as the client's model has it, or ""
   */
  static String text(List<String> comment, String model) {
    if (comment.isEmpty()) {
      return model;
    }
    List<String> lines = new ArrayList<>();
    for (String line : comment) {
      String plain = unescape(line).stripTrailing();
      if (plain.equals(END)) {
        break;
      }
      String start = plain.stripLeading();
      if (!LEFT_OUT.matcher(start).lookingAt()) {
        lines.add(plain);
      }
    }
    return joined(lines, gaps(model));
  }

  private static String joined(List<String> lines, List<String> gaps) {
    StringBuilder text = new StringBuilder();
    int words = 0;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (indented(line)) {
        dropLast(text);
        text.append('\n').append(line).append('\n');
      } else {
        text.append(line).append(' ');
      }
      words += count(line);
      boolean gap = words > 0 && words <= gaps.size() && gaps.get(words - 1).equals("  ");
      // A line's own indentation is a second space as well.
      if (gap && i + 1 < lines.size() && !indented(lines.get(i + 1))) {
        dropLast(text);
        text.append("\n\n");
      }
    }
    return text.toString().strip();
  }

  private static boolean indented(String line) {
    return line.startsWith(" ") || line.startsWith("\t");
  }

  private static void dropLast(StringBuilder text) {
    text.setLength(Math.max(0, text.length() - 1));
  }

  private static int count(String line) {
    return (int) WORD.matcher(line).results().count();
  }

  /** What stands behind each word. */
  private static List<String> gaps(String model) {
    List<String> gaps = new ArrayList<>();
    Matcher word = WORD.matcher(model);
    int end = -1;
    while (word.find()) {
      if (end >= 0) {
        gaps.add(model.substring(end, word.start()));
      }
      end = word.end();
    }
    return gaps;
  }

  private static String unescape(String text) {
    return ENTITY
        .matcher(text)
        .replaceAll(entity -> Matcher.quoteReplacement(character(entity.group(1))));
  }

  private static String character(String entity) {
    return switch (entity) {
      case "lt" -> "<";
      case "gt" -> ">";
      case "amp" -> "&";
      case "quot" -> "\"";
      default -> Character.toString(Integer.parseInt(entity.substring(1)));
    };
  }
}
