package dev.wherry.model.json;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns tabs between a value and a comment, or at a line's end, into spaces: YAML allows them
 * there, the parser underneath does not. Lines of block scalars stay as they are.
 */
final class YamlTabs {
  private static final Pattern BLOCK_START =
      Pattern.compile("^( *)(?:- +)*.*(?:^|[:\\- ] *)[|>][-+0-9]*[ \\t]*(?:#.*)?$");
  private static final Pattern TABS = Pattern.compile("(?<=[^ \\t]|^)[ ]*\\t[ \\t]*(?=#|$)");

  private YamlTabs() {}

  static String soften(String text) {
    if (text.indexOf('\t') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int blockIndent = -1;
    for (String line : text.split("\n", -1)) {
      boolean inBlock = blockIndent >= 0 && (line.isBlank() || indent(line) > blockIndent);
      if (inBlock) {
        out.append(line).append('\n');
        continue;
      }
      out.append(outsideQuotes(line)).append('\n');
      blockIndent = BLOCK_START.matcher(line).matches() ? indent(line) : -1;
    }
    out.setLength(out.length() - 1);
    return out.toString();
  }

  private static int indent(String line) {
    int at = 0;
    while (at < line.length() && line.charAt(at) == ' ') {
      at++;
    }
    return at;
  }

  private static String outsideQuotes(String line) {
    Matcher tabs = TABS.matcher(line);
    int from = 0;
    while (tabs.find(from)) {
      if (!quoted(line, tabs.start())) {
        String spaces = " ".repeat(Math.max(1, tabs.end() - tabs.start()));
        return line.substring(0, tabs.start()) + spaces + line.substring(tabs.end());
      }
      from = Math.max(tabs.end(), from + 1);
      if (from > line.length()) {
        break;
      }
    }
    return line;
  }

  private static boolean quoted(String line, int end) {
    char open = 0;
    for (int i = 0; i < end; i++) {
      char c = line.charAt(i);
      if (open == 0 && (c == '"' || c == '\'') && startsValue(line, i)) {
        open = c;
      } else if (open == '"' && c == '\\') {
        i++;
      } else if (open == c) {
        open = 0;
      }
    }
    return open != 0;
  }

  /** A quote inside a plain word is no quote. */
  private static boolean startsValue(String line, int at) {
    return at == 0 || " \t[{,:-'\"".indexOf(line.charAt(at - 1)) >= 0;
  }
}
