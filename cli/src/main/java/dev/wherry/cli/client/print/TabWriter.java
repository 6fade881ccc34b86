package dev.wherry.cli.client.print;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Aligns cells in columns like Go's text/tabwriter: a cell ends with a tab, a column reaches over
 * the lines below each other that have it, the last cell of a line belongs to no column. Widths
 * count code points.
 */
public final class TabWriter {
  private final PrintStream out;
  private final int widthMin;
  private final int padding;
  private final boolean remembering;
  private final List<String[]> lines = new ArrayList<>();
  private final List<Integer> widths = new ArrayList<>();
  private final List<Integer> remembered = new ArrayList<>();
  private final StringBuilder partial = new StringBuilder();

  private TabWriter(PrintStream out, int widthMin, int padding, boolean remembering) {
    this.out = out;
    this.widthMin = widthMin;
    this.padding = padding;
    this.remembering = remembering;
  }

  /** As kubectl's tables: a column never gets narrower again, so that a watch stays aligned. */
  public static TabWriter ofTables(PrintStream out) {
    return new TabWriter(out, 6, 3, true);
  }

  /** As kubectl's descriptions. */
  public static TabWriter ofDescriptions(PrintStream out) {
    return new TabWriter(out, 0, 2, false);
  }

  /** Takes text; lines come out with {@link #flush}. */
  public void write(String text) {
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      partial.append(text, from, end);
      lines.add(partial.toString().split("\t", -1));
      partial.setLength(0);
      from = end + 1;
    }
    partial.append(text, from, text.length());
  }

  public void line(String text) {
    write(text + "\n");
  }

  /** Forgets the widths of earlier lines. */
  public void forgetWidths() {
    remembered.clear();
  }

  /** Lays out what has been taken and prints it. */
  public void flush() {
    String rest = partial.toString();
    partial.setLength(0);
    format(0, lines.size());
    lines.clear();
    out.print(rest);
    out.flush();
  }

  private void format(int from, int to) {
    int column = widths.size();
    int start = from;
    for (int i = from; i < to; i++) {
      if (column >= lines.get(i).length - 1) {
        continue;
      }
      print(start, i);
      start = i;
      int width = widthMin;
      for (; i < to && column < lines.get(i).length - 1; i++) {
        String cell = lines.get(i)[column];
        width = Math.max(width, cell.codePointCount(0, cell.length()) + padding);
      }
      widths.add(remember(column, width));
      format(start, i);
      widths.removeLast();
      start = i;
    }
    print(start, to);
  }

  private int remember(int column, int width) {
    if (!remembering) {
      return width;
    }
    while (remembered.size() <= column) {
      remembered.add(0);
    }
    int wide = Math.max(width, remembered.get(column));
    remembered.set(column, wide);
    return wide;
  }

  private void print(int from, int to) {
    for (int i = from; i < to; i++) {
      String[] cells = lines.get(i);
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < cells.length; c++) {
        line.append(cells[c]);
        if (c < widths.size()) {
          int used = cells[c].codePointCount(0, cells[c].length());
          line.repeat(' ', Math.max(0, widths.get(c) - used));
        }
      }
      out.print(line.append('\n'));
    }
  }
}
