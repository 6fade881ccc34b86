package dev.wherry.cli.client.explain;

/** Breaks lines between words; line feeds of the text stay, a word that is too long stays whole. */
final class WordWrap {
  private static final char NO_BREAK_SPACE = '\u00a0';

  private final int limit;
  private final StringBuilder out = new StringBuilder();
  private final StringBuilder word = new StringBuilder();
  private final StringBuilder space = new StringBuilder();
  private int column;

  private WordWrap(int limit) {
    this.limit = limit;
  }

  /**
   * @param limit characters of a line
   */
  static String wrap(String text, int limit) {
    WordWrap wrap = new WordWrap(limit);
    for (int i = 0; i < text.length(); i++) {
      wrap.add(text.charAt(i));
    }
    return wrap.end();
  }

  private void add(char c) {
    if (c == '\n') {
      if (word.isEmpty() && column + space.length() > limit) {
        space.setLength(0);
      }
      flush();
      out.append(c);
      column = 0;
    } else if (Character.isWhitespace(c) && c != NO_BREAK_SPACE) {
      if (space.isEmpty() || !word.isEmpty()) {
        flush();
      }
      space.append(c);
    } else {
      word.append(c);
      if (column + word.length() + space.length() > limit && word.length() < limit) {
        out.append('\n');
        column = 0;
        space.setLength(0);
      }
    }
  }

  private void flush() {
    column += space.length() + word.length();
    out.append(space).append(word);
    space.setLength(0);
    word.setLength(0);
  }

  private String end() {
    if (!word.isEmpty() || column + space.length() <= limit) {
      flush();
    }
    return out.toString();
  }
}
