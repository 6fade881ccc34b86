package dev.wherry.cli.client.change;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Streams;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import picocli.CommandLine.Command;

/** {@code wherry annotate}. */
@Command(
    name = "annotate",
    description = "Set and remove annotations of objects.",
    mixinStandardHelpOptions = true)
public final class AnnotateCommand extends MetadataCommand {
  /** May be overwritten without being asked for: it is what changed last. */
  private static final String CHANGE_CAUSE = "kubernetes.io/change-cause";

  public AnnotateCommand(Streams streams) {
    super(streams);
  }

  @Override
  String what() {
    return "annotation";
  }

  @Override
  String field() {
    return "annotations";
  }

  @Override
  String manager() {
    return "kubectl-annotate";
  }

  @Override
  Map<String, String> parse(KeyChanges changes) {
    Map<String, String> set = changes.set("annotation", true);
    List<String> both = changes.removed().stream().filter(set::containsKey).toList();
    if (!both.isEmpty()) {
      throw ClientException.error(
          "can not both modify and remove the following annotation(s) in the same command: "
              + String.join(", ", both));
    }
    return set;
  }

  @Override
  void refuseOverwriting(JsonNode present, Map<String, String> set) {
    StringJoiner clashes = new StringJoiner("; ");
    set.forEach((key, value) -> {
      boolean other = present.has(key) && !present.path(key).asText().equals(value);
      if (other && !key.equals(CHANGE_CAUSE)) {
        clashes.add("'%s' already has a value (%s)".formatted(key, present.path(key).asText()));
      }
    });
    if (clashes.length() > 0) {
      throw ClientException.error(
          "--overwrite is false but found the following declared annotation(s): " + clashes);
    }
  }

  @Override
  String done(boolean added, boolean removed) {
    return "annotated";
  }

  @Override
  boolean sendsUnchanged() {
    return true;
  }
}
