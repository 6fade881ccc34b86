package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The environment of a container, with what references stand for where the pod tells it. */
final class EnvironmentLines {
  private static final Pattern ENTRY =
      Pattern.compile("metadata\\.(labels|annotations)\\['(.+)'\\]");

  private final Page page;
  private final JsonNode pod;

  EnvironmentLines(Page page, JsonNode pod) {
    this.page = page;
    this.pod = pod;
  }

  void describe(JsonNode container) {
    if (!container.path("envFrom").isEmpty()) {
      page.line(2, "Environment Variables from:");
      container.path("envFrom").forEach(this::source);
    }
    page.line(2, "Environment:" + (container.path("env").isEmpty() ? "\t<none>" : ""));
    container.path("env").forEach(variable -> variable(variable, container));
  }

  private void source(JsonNode from) {
    boolean map = from.has("configMapRef");
    JsonNode reference = map ? from.path("configMapRef") : from.path("secretRef");
    String prefix = from.path("prefix").asText("");
    page.line(
        3,
        "%s\t%s%s\tOptional: %b"
            .formatted(
                reference.path("name").asText(""),
                map ? "ConfigMap" : "Secret",
                prefix.isEmpty() ? "" : " with prefix '" + prefix + "'",
                reference.path("optional").asBoolean()));
  }

  private void variable(JsonNode variable, JsonNode container) {
    String name = variable.path("name").asText();
    JsonNode from = variable.path("valueFrom");
    if (!from.isObject()) {
      String[] lines = variable.path("value").asText("").split("\n", -1);
      page.field(3, name, lines[0]);
      for (int i = 1; i < lines.length; i++) {
        page.line(3, "\t" + lines[i]);
      }
      return;
    }
    JsonNode field = from.path("fieldRef");
    JsonNode resource = from.path("resourceFieldRef");
    JsonNode secret = from.path("secretKeyRef");
    JsonNode map = from.path("configMapKeyRef");
    if (field.isObject()) {
      String path = field.path("fieldPath").asText();
      String version = field.path("apiVersion").asText("v1");
      page.field(3, name, value(path) + " (" + version + ":" + path + ")");
    } else if (resource.isObject()) {
      String what = resource.path("resource").asText();
      page.field(3, name, amount(resource, container, what) + " (" + what + ")");
    } else if (secret.isObject()) {
      reference(name, secret, "in secret");
    } else if (map.isObject()) {
      reference(name, map, "of config map");
    }
  }

  private void reference(String name, JsonNode reference, String where) {
    page.line(
        3,
        "%s:\t<set to the key '%s' %s '%s'>\tOptional: %b"
            .formatted(
                name,
                reference.path("key").asText(),
                where,
                reference.path("name").asText(""),
                reference.path("optional").asBoolean()));
  }

  private String value(String path) {
    Matcher entry = ENTRY.matcher(path);
    if (entry.matches()) {
      return pod.path("metadata").path(entry.group(1)).path(entry.group(2)).asText("");
    }
    JsonNode at = pod;
    for (String part : path.split("\\.")) {
      at = at.path(part);
    }
    return at.isValueNode() ? Page.text(at) : "";
  }

  private static String amount(JsonNode reference, JsonNode container, String what) {
    String[] parts = what.split("\\.", 2);
    String text =
        parts.length < 2
            ? ""
            : container.path("resources").path(parts[0]).path(parts[1]).asText("");
    if (text.isEmpty()) {
      return what.startsWith("limits.cpu") || what.startsWith("limits.memory")
          ? "node allocatable"
          : "0";
    }
    BigDecimal divisor = Quantity.parse(reference.path("divisor").asText("1")).amount();
    BigDecimal by = divisor.signum() == 0 ? BigDecimal.ONE : divisor;
    return Quantity.parse(text).amount().divide(by, 0, RoundingMode.CEILING).toPlainString();
  }
}
