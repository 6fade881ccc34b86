package dev.wherry.cli.client.print;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Prints the server's Tables with kubectl's additions: namespace, kind, labels. */
public final class TablePrinter {
  /**
   * What is shown.
   *
   * @param kindPrefix before names, such as {@code pod}; "" for none
   * @param labelColumns labels that get a column each
   */
  public record Options(
      boolean wide,
      boolean headers,
      boolean namespaces,
      String kindPrefix,
      boolean labels,
      List<String> labelColumns) {
    public Options {
      labelColumns = List.copyOf(labelColumns);
    }
  }

  private final Options options;
  private final TabWriter out;
  private JsonNode columns = Json.array();
  private JsonNode printedColumns = Json.array();
  private boolean printed;

  public TablePrinter(Options options, TabWriter out) {
    this.options = options;
    this.out = out;
  }

  /**
   * Prints the rows of a Table; headers only when they were not printed for the same columns.
   *
   * @param event put in front of each row, "" for none
   */
  public void print(JsonNode table, String event) {
    JsonNode definitions = table.path("columnDefinitions");
    if (!definitions.isEmpty()) {
      columns = definitions;
    }
    if (table.path("rows").isEmpty()) {
      return;
    }
    if (options.headers() && !(printed && printedColumns.equals(columns))) {
      headers(event);
    }
    printed = true;
    printedColumns = columns;
    table.path("rows").forEach(row -> row(row, event));
  }

  private void headers(String event) {
    StringJoiner line = new StringJoiner("\t");
    if (!event.isEmpty()) {
      line.add("EVENT");
    }
    if (options.namespaces()) {
      line.add("NAMESPACE");
    }
    for (JsonNode column : columns) {
      if (shown(column)) {
        line.add(column.path("name").asText().toUpperCase(Locale.ROOT));
      }
    }
    for (String label : options.labelColumns()) {
      line.add(label.substring(label.lastIndexOf('/') + 1).toUpperCase(Locale.ROOT));
    }
    if (options.labels()) {
      line.add("LABELS");
    }
    out.line(line.toString());
  }

  private boolean shown(JsonNode column) {
    return options.wide() || column.path("priority").asInt() == 0;
  }

  private void row(JsonNode row, String event) {
    JsonNode metadata = row.path("object").path("metadata");
    List<String> cells = new ArrayList<>();
    if (!event.isEmpty()) {
      cells.add(event);
    }
    if (options.namespaces()) {
      cells.add(metadata.path("namespace").asText(""));
    }
    for (int i = 0; i < columns.size() && i < row.path("cells").size(); i++) {
      JsonNode column = columns.get(i);
      if (shown(column)) {
        String text = cell(row.path("cells").get(i));
        boolean name = column.path("format").asText().equals("name");
        cells.add(
            name && !options.kindPrefix().isEmpty() ? options.kindPrefix() + "/" + text : text);
      }
    }
    for (String label : options.labelColumns()) {
      cells.add(metadata.path("labels").path(label).asText(""));
    }
    if (options.labels()) {
      cells.add(labels(metadata.path("labels")));
    }
    out.line(String.join("\t", cells));
  }

  private static String cell(JsonNode value) {
    if (value.isNull()) {
      return "";
    }
    String text = GoText.of(value);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\r' || c == '\f') {
        return escape(text.substring(0, i)) + "...";
      }
    }
    return escape(text);
  }

  /** A program that names an object must not be able to steer the terminal. */
  private static String escape(String text) {
    return text.indexOf('\u001b') < 0 ? text : text.replace("\u001b", "^[");
  }

  /** {@code a=b,c=d} in the order of the keys, {@code <none>} when there are none. */
  public static String labels(JsonNode labels) {
    TreeMap<String, String> sorted = new TreeMap<>();
    labels.properties().forEach(e -> sorted.put(e.getKey(), e.getValue().asText()));
    StringJoiner text = new StringJoiner(",");
    text.setEmptyValue("<none>");
    sorted.forEach((key, value) -> text.add(key + "=" + value));
    return text.toString();
  }
}
