package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.patch.JsonPatch;
import dev.wherry.model.patch.MergePatch;
import dev.wherry.model.patch.MergeRules;
import dev.wherry.model.patch.PatchException;
import dev.wherry.model.patch.StrategicMergePatch;
import dev.wherry.model.schema.Schema;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Option;

/** {@code --overrides}: a patch for an object that a verb made. */
public final class Overrides {
  @Option(names = "--overrides", description = "A patch for the generated object.")
  private String text = "";

  @Option(names = "--override-type", description = "merge, strategic or json.")
  private String type = "merge";

  /**
   * The object with the patch applied.
   *
   * @throws ClientException when the patch does not fit
   */
  public ObjectNode apply(ObjectNode object) {
    if (text.isEmpty()) {
      return object;
    }
    try {
      JsonNode patch = Yaml.parse(text.getBytes(StandardCharsets.UTF_8)).tree();
      return switch (type) {
        case "merge", "" -> MergePatch.apply(object, patch);
        case "json" -> JsonPatch.apply(object, patch);
        case "strategic" -> StrategicMergePatch.apply(object, patch, rules(object));
        default -> throw ClientException.error("invalid override type: " + type);
      };
    } catch (DecodeException | PatchException e) {
      throw ClientException.error(
          "--overrides does not fit: %s: write it as JSON or YAML of the same kind"
              .formatted(e.getMessage()));
    }
  }

  private static MergeRules rules(ObjectNode object) {
    return Schema.builtin()
        .ofKind(object.path("apiVersion").asText(""), object.path("kind").asText(""))
        .map(Schema.builtin()::mergeRules)
        .orElse(MergeRules.NONE);
  }
}
