package dev.wherry.cli.client.change;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Streams;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;

/** {@code wherry label}. */
@Command(
    name = "label",
    description = "Set and remove labels of objects.",
    mixinStandardHelpOptions = true)
public final class LabelCommand extends MetadataCommand {
  private static final String VALUE_FORM = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?";
  private static final Pattern VALUE = Pattern.compile(VALUE_FORM);

  /** Of a label's value (apimachinery util/validation). */
  private static final int VALUE_CHARS_MAX = 63;

  public LabelCommand(Streams streams) {
    super(streams);
  }

  @Override
  String what() {
    return "label";
  }

  @Override
  String field() {
    return "labels";
  }

  @Override
  String manager() {
    return "kubectl-label";
  }

  @Override
  Map<String, String> parse(KeyChanges changes) {
    for (String pair : changes.pairs()) {
      int equals = pair.indexOf('=');
      if (equals > 0 && pair.indexOf('=', equals + 1) > 0) {
        throw ClientException.error("invalid label spec: " + pair);
      }
      if (equals > 0) {
        checkValue(pair, pair.substring(equals + 1));
      }
    }
    Map<String, String> set = changes.set("label", true);
    if (changes.removed().stream().anyMatch(set::containsKey)) {
      throw ClientException.error("can not both modify and remove a label in the same command");
    }
    return set;
  }

  private static void checkValue(String pair, String value) {
    StringJoiner why = new StringJoiner(";");
    if (value.length() > VALUE_CHARS_MAX) {
      why.add("must be no more than " + VALUE_CHARS_MAX + " characters");
    }
    if (!VALUE.matcher(value).matches()) {
      why.add(
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_'"
              + " or '.', and must start and end with an alphanumeric character (e.g. 'MyValue', "
              + " or 'my_value',  or '12345', regex used for validation is '"
              + VALUE_FORM
              + "')");
    }
    if (why.length() > 0) {
      throw ClientException.error("invalid label value: \"" + pair + "\": " + why);
    }
  }

  @Override
  void refuseOverwriting(JsonNode present, Map<String, String> set) {
    StringJoiner clashes = new StringJoiner("\n");
    set.forEach((key, value) -> {
      if (present.has(key) && !present.path(key).asText().equals(value)) {
        clashes.add(
            "'%s' already has a value (%s), and --overwrite is false"
                .formatted(key, present.path(key).asText()));
      }
    });
    if (clashes.length() > 0) {
      throw ClientException.error(clashes.toString());
    }
  }

  @Override
  String done(boolean added, boolean removed) {
    if (added && removed) {
      return "modified";
    }
    return added ? "labeled" : removed ? "unlabeled" : "not labeled";
  }

  @Override
  void missing(List<String> keys) {
    keys.forEach(key -> streams().out().println("label \"" + key + "\" not found."));
  }

  @Override
  boolean sendsUnchanged() {
    return false;
  }
}
