package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.print.GoText;
import dev.wherry.cli.client.print.TabWriter;
import java.io.PrintStream;
import java.util.function.Consumer;

/** The text of one description; levels indent by two spaces. */
final class Page {
  private final Consumer<String> out;
  private final Runnable end;

  Page(PrintStream out) {
    TabWriter columns = TabWriter.ofDescriptions(out);
    this.out = columns::write;
    this.end = columns::flush;
  }

  /** A page that keeps its tabs, as kubectl prints the templates of a rollout's history. */
  Page(StringBuilder text) {
    this.out = text::append;
    this.end = () -> {};
  }

  /** A line of cells that are separated by tabs. */
  Page line(int level, String text) {
    out.accept("  ".repeat(level) + text + "\n");
    return this;
  }

  /** {@code label: value}. */
  Page field(int level, String label, String value) {
    return line(level, label + ":\t" + value);
  }

  /** As {@link #field(int, String, String)}; nothing when there is no value. */
  Page fieldIfSet(int level, String label, JsonNode value) {
    if (!value.isMissingNode() && !value.isNull() && !GoText.of(value).isEmpty()) {
      field(level, label, GoText.of(value));
    }
    return this;
  }

  /** Text as it is. */
  Page text(String text) {
    out.accept(text);
    return this;
  }

  /** Ends a section: what follows is aligned by itself. */
  void flush() {
    end.run();
  }

  /** A text or what stands for none. */
  static String or(String text, String none) {
    return text.isEmpty() ? none : text;
  }

  /** A value's text, "" when there is none. */
  static String text(JsonNode value) {
    return value.isMissingNode() || value.isNull() ? "" : GoText.of(value);
  }

  /** Texts of a list with a separator. */
  static String joined(JsonNode list, String separator) {
    StringBuilder text = new StringBuilder();
    for (JsonNode item : list) {
      text.append(text.isEmpty() ? "" : separator).append(text(item));
    }
    return text.toString();
  }
}
