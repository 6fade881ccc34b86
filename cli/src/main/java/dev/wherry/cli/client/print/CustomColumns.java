package dev.wherry.cli.client.print;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.jsonpath.JsonPath;
import dev.wherry.cli.client.jsonpath.JsonPathException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/** {@code -o custom-columns=NAME:.metadata.name,...}. */
final class CustomColumns implements ObjectPrinter {
  private record Column(String header, JsonPath path) {}

  private final List<Column> columns;
  private final TabWriter table;
  private boolean headed;

  private CustomColumns(List<Column> columns, boolean headers, PrintStream out) {
    this.columns = columns;
    this.table = TabWriter.ofTables(out);
    this.headed = !headers;
  }

  static CustomColumns ofSpec(String spec, boolean headers, PrintStream out) {
    if (spec.isEmpty()) {
      throw ClientException.error("custom-columns format specified but no custom columns given");
    }
    List<Column> columns = new ArrayList<>();
    for (String part : spec.split(",", -1)) {
      int colon = part.indexOf(':');
      if (colon < 0) {
        throw ClientException.error(
            "unexpected custom-columns spec: " + part + ", expected <header>:<json-path-expr>");
      }
      columns.add(column(part.substring(0, colon), part.substring(colon + 1)));
    }
    return new CustomColumns(columns, headers, out);
  }

  /** A file of two lines: headers, and below each its expression. */
  static CustomColumns ofTemplate(String template, boolean headers, PrintStream out) {
    List<String> lines = template.lines().toList();
    if (lines.size() < 2) {
      throw ClientException.error(
          "the custom-columns file needs a line of headers and one of paths");
    }
    List<String> heads = words(lines.get(0));
    List<String> paths = words(lines.get(1));
    if (heads.size() != paths.size()) {
      throw ClientException.error(
          "number of headers (%d) and field specifications (%d) don't match"
              .formatted(heads.size(), paths.size()));
    }
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < heads.size(); i++) {
      columns.add(column(heads.get(i), paths.get(i)));
    }
    return new CustomColumns(columns, headers, out);
  }

  private static List<String> words(String line) {
    return Arrays.stream(line.strip().split("\\s+")).toList();
  }

  private static Column column(String header, String path) {
    try {
      return new Column(header, JsonPath.parseRelaxed(path));
    } catch (JsonPathException e) {
      throw ClientException.error(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void print(JsonNode object) {
    if (!headed) {
      headed = true;
      StringJoiner line = new StringJoiner("\t");
      columns.forEach(column -> line.add(column.header()));
      table.line(line.toString());
    }
    if (object.path("items").isArray()) {
      object.path("items").forEach(this::row);
    } else {
      row(object);
    }
    table.flush();
  }

  private void row(JsonNode object) {
    StringJoiner line = new StringJoiner("\t");
    for (Column column : columns) {
      StringJoiner values = new StringJoiner(",");
      values.setEmptyValue("<none>");
      column.path().find(object).forEach(found -> found.forEach(v -> values.add(GoText.of(v))));
      line.add(values.toString());
    }
    table.line(line.toString());
  }
}
