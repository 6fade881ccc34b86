package dev.wherry.cli.client.print;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.model.json.Yaml;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The value of {@code -o}, taken apart.
 *
 * @param name {@code json}, {@code jsonpath}, {@code wide} ..., "" for the human form
 * @param argument what followed the equals sign, or the value of {@code --template}
 */
public record OutputFormat(
    String name, String argument, boolean managedFields, boolean missingAllowed) {
  private static final List<String> WITH_ARGUMENT =
      List.of(
          "jsonpath",
          "jsonpath-as-json",
          "jsonpath-file",
          "custom-columns",
          "custom-columns-file",
          "go-template",
          "go-template-file",
          "template",
          "templatefile");

  /** Takes {@code -o} and {@code --template} as they were given. */
  public static OutputFormat parse(
      String output, String template, boolean managedFields, boolean missingAllowed) {
    int equals = output.indexOf('=');
    String given = equals < 0 ? output : output.substring(0, equals);
    String name = given.isEmpty() && !template.isEmpty() ? "go-template" : given;
    String argument = equals < 0 ? template : output.substring(equals + 1);
    return new OutputFormat(name, argument, managedFields, missingAllowed);
  }

  /** Whether a table is wanted. */
  public boolean isTable() {
    return name.isEmpty() || name.equals("wide");
  }

  public boolean isWide() {
    return name.equals("wide");
  }

  /**
   * The printer of objects; none when a table is wanted.
   *
   * @throws ClientException for a format that does not exist or lacks its template
   */
  public Optional<ObjectPrinter> printer(PrintStream out, boolean headers) {
    if (WITH_ARGUMENT.contains(name) && argument.isEmpty()) {
      throw ClientException.error(
          name.startsWith("custom")
              ? "custom-columns format specified but no custom columns given"
              : "template format specified but no template given");
    }
    return Optional.ofNullable(
        switch (name) {
          case "", "wide" -> null;
          case "json" -> object -> out.println(GoJson.pretty(shown(object)));
          case "yaml" -> yaml(out);
          case "name" -> new NamePrinter(out, "");
          case "jsonpath" -> new JsonPathPrinter(argument, missingAllowed, false, out);
          case "jsonpath-as-json" -> new JsonPathPrinter(argument, missingAllowed, true, out);
          case "jsonpath-file" -> new JsonPathPrinter(file(), missingAllowed, false, out);
          case "go-template", "template" -> new GoTemplatePrinter(argument, missingAllowed, out);
          case "go-template-file", "templatefile" ->
              new GoTemplatePrinter(file(), missingAllowed, out);
          case "custom-columns" -> CustomColumns.ofSpec(argument, headers, out);
          case "custom-columns-file" -> CustomColumns.ofTemplate(file(), headers, out);
          default ->
              throw ClientException.error(
                  "unable to match a printer suitable for the output format \"%s\", allowed formats"
                          .formatted(name)
                      + " are: custom-columns,custom-columns-file,go-template,go-template-file,json,"
                      + "jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,"
                      + "yaml");
        });
  }

  private ObjectPrinter yaml(PrintStream out) {
    boolean[] first = {true};
    return object -> {
      if (!first[0]) {
        out.print("---\n");
      }
      first[0] = false;
      out.print(Yaml.write(shown(object)));
    };
  }

  private String file() {
    try {
      return Files.readString(Path.of(argument));
    } catch (IOException e) {
      throw ClientException.error("error reading --template " + argument + ", " + e.getMessage());
    }
  }

  private JsonNode shown(JsonNode object) {
    if (managedFields || !(object instanceof ObjectNode whole)) {
      return object;
    }
    ObjectNode copy = whole.deepCopy();
    strip(copy);
    copy.path("items").forEach(OutputFormat::strip);
    return copy;
  }

  private static void strip(JsonNode object) {
    if (object.path("metadata") instanceof ObjectNode metadata) {
      metadata.remove("managedFields");
    }
  }
}
