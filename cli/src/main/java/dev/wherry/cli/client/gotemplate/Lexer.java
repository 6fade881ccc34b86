package dev.wherry.cli.client.gotemplate;

import java.util.ArrayList;
import java.util.List;

/** Takes a template apart: texts, and actions with their words (text/template/parse lex.go). */
final class Lexer {
  private static final String LEFT = "{{";
  private static final String RIGHT = "}}";

  /** Text, or the words of an action. */
  record Piece(String text, List<Token> action) {
    boolean isText() {
      return action.isEmpty();
    }
  }

  private Lexer() {}

  static List<Piece> pieces(String template) {
    List<Piece> pieces = new ArrayList<>();
    boolean trims = false;
    int at = 0;
    while (at <= template.length()) {
      int left = template.indexOf(LEFT, at);
      String text = left < 0 ? template.substring(at) : template.substring(at, left);
      if (trims) {
        text = text.stripLeading();
      }
      if (left < 0) {
        add(pieces, text);
        return pieces;
      }
      boolean trimsBefore = isTrim(template, left + 2, true);
      add(pieces, trimsBefore ? text.stripTrailing() : text);
      int from = left + (trimsBefore ? 4 : 2);
      int right = end(template, from);
      trims = isTrim(template, right, false);
      String inside = template.substring(from, trims ? right - 2 : right);
      if (!inside.strip().startsWith("/*")) {
        List<Token> words = words(inside);
        if (words.isEmpty()) {
          throw new GoTemplateException("missing value for command");
        }
        pieces.add(new Piece("", words));
      }
      at = right + 2;
    }
    return pieces;
  }

  private static void add(List<Piece> pieces, String text) {
    if (!text.isEmpty()) {
      pieces.add(new Piece(text, List.of()));
    }
  }

  private static boolean isTrim(String template, int at, boolean left) {
    return left
        ? template.startsWith("-", at)
            && at + 1 < template.length()
            && Character.isWhitespace(template.charAt(at + 1))
        : at >= 2
            && template.charAt(at - 1) == '-'
            && Character.isWhitespace(template.charAt(at - 2));
  }

  /** Where the action ends; quotes and comments may hold the closing sign. */
  private static int end(String template, int from) {
    if (template.substring(from).stripLeading().startsWith("/*")) {
      int close = template.indexOf("*/", from);
      int right = close < 0 ? -1 : template.indexOf(RIGHT, close);
      if (right < 0) {
        throw new GoTemplateException("unclosed comment");
      }
      return right;
    }
    for (int i = from; i < template.length(); i++) {
      char c = template.charAt(i);
      if (c == '"' || c == '`' || c == '\'') {
        i = closing(template, i);
      } else if (template.startsWith(RIGHT, i)) {
        return i;
      }
    }
    throw new GoTemplateException("unclosed action");
  }

  /** The place of the quote that ends a text. */
  private static int closing(String text, int open) {
    char quote = text.charAt(open);
    for (int i = open + 1; i < text.length(); i++) {
      if (text.charAt(i) == '\\' && quote != '`') {
        i++;
      } else if (text.charAt(i) == quote) {
        return i;
      }
    }
    throw new GoTemplateException("unterminated quoted string");
  }

  static List<Token> words(String action) {
    List<Token> words = new ArrayList<>();
    int at = 0;
    while (at < action.length()) {
      int end = end(action, at, words);
      at = end;
    }
    while (!words.isEmpty() && words.getLast().kind() == Token.Kind.SPACE) {
      words.removeLast();
    }
    while (!words.isEmpty() && words.getFirst().kind() == Token.Kind.SPACE) {
      words.removeFirst();
    }
    return words;
  }

  private static int end(String action, int at, List<Token> words) {
    char c = action.charAt(at);
    if (Character.isWhitespace(c)) {
      int end = at;
      while (end < action.length() && Character.isWhitespace(action.charAt(end))) {
        end++;
      }
      words.add(new Token(Token.Kind.SPACE, " "));
      return end;
    }
    if (action.startsWith(":=", at)) {
      words.add(new Token(Token.Kind.SIGN, ":="));
      return at + 2;
    }
    if ("|(),=".indexOf(c) >= 0) {
      words.add(new Token(Token.Kind.SIGN, String.valueOf(c)));
      return at + 1;
    }
    if (c == '"' || c == '`' || c == '\'') {
      int close = closing(action, at);
      String raw = action.substring(at + 1, close);
      String text = c == '`' ? raw : unescaped(raw);
      words.add(
          c == '\''
              ? new Token(Token.Kind.NUMBER, String.valueOf(text.codePointAt(0)))
              : new Token(Token.Kind.TEXT, text));
      return close + 1;
    }
    return word(action, at, words);
  }

  private static int word(String action, int at, List<Token> words) {
    char c = action.charAt(at);
    boolean number =
        Character.isDigit(c)
            || ((c == '-' || c == '+' || c == '.')
                && at + 1 < action.length()
                && Character.isDigit(action.charAt(at + 1)));
    int end = at + 1;
    while (end < action.length() && belongs(action.charAt(end), number)) {
      end++;
    }
    String text = action.substring(at, end);
    Token.Kind kind =
        number
            ? Token.Kind.NUMBER
            : c == '.' ? Token.Kind.FIELD : c == '$' ? Token.Kind.VARIABLE : Token.Kind.WORD;
    if (kind == Token.Kind.WORD && !Character.isLetter(c) && c != '_') {
      throw new GoTemplateException("unexpected \"" + c + "\" in command");
    }
    // Fields behind a variable or a closing parenthesis are words of their own.
    int dot = kind == Token.Kind.VARIABLE ? text.indexOf('.') : -1;
    if (dot > 0) {
      words.add(new Token(kind, text.substring(0, dot)));
      words.add(new Token(Token.Kind.FIELD, text.substring(dot)));
    } else {
      words.add(new Token(kind, text));
    }
    return end;
  }

  private static boolean belongs(char c, boolean number) {
    return Character.isLetterOrDigit(c)
        || c == '_'
        || c == '.'
        || (number && (c == '+' || c == '-'));
  }

  private static String unescaped(String raw) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c != '\\' || i + 1 == raw.length()) {
        text.append(c);
        continue;
      }
      char next = raw.charAt(++i);
      switch (next) {
        case 'n' -> text.append('\n');
        case 't' -> text.append('\t');
        case 'r' -> text.append('\r');
        case 'a' -> text.append('\u0007');
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'v' -> text.append('\u000b');
        case 'x' -> {
          text.append((char) Integer.parseInt(raw.substring(i + 1, i + 3), 16));
          i += 2;
        }
        case 'u' -> {
          text.append((char) Integer.parseInt(raw.substring(i + 1, i + 5), 16));
          i += 4;
        }
        default -> text.append(next);
      }
    }
    return text.toString();
  }
}
